#include "server/payments/stripe_cards.hpp"

#include <gmock/gmock.h>

#include "server/payments/testing_stripe.hpp"

namespace tally::payments {
namespace {

using ::testing::ElementsAre;
using testing::FakeStripe;
using ::testing::HasSubstr;
using ::testing::Not;
using State = CardFound::State;

constexpr std::string_view kCustomer = R"({"id": "cus_1", "object": "customer"})";
constexpr std::string_view kPage =
    R"({"id": "cs_test_1", "status": "open", "expires_at": 1800086400,
        "url": "https://checkout.stripe.com/c/pay/cs_test_1#secret"})";
constexpr std::string_view kSaved =
    R"({"id": "cs_test_1", "status": "complete", "customer": "cus_1",
        "setup_intent": {"id": "seti_1", "status": "succeeded", "payment_method":
          {"id": "pm_1", "type": "card", "card": {"brand": "visa", "last4": "4242"}}}})";

class StripeCardsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fake_ = std::make_shared<FakeStripe>();
    server_ = http::HttpServer::start({}, fake_).value();
    client_ = http::HttpClient::start({}).value();
    cards_ = std::make_unique<StripeCards>(
        *client_, StripeOptions{.secret_key = "sk_test_1",
                                .return_url = {},
                                .base_url = fmt::format("http://127.0.0.1:{}", server_->port())});
  }
  void answer(std::vector<FakeStripe::Answer> answers) {
    fake_->answers = std::move(answers);
    fake_->calls.clear();
  }
  std::string look(std::string_view session) {
    answer({{200, std::string(session)}});
    const auto found = cards_->look("cs_test_1");
    if (!found) return std::string(found.error().code.name);
    return fmt::format("{} {} {} {}", static_cast<int>(found->state), found->token, found->brand,
                       found->last4);
  }

  const CardWish wish_{.key = "cst_1",
                       .shopper = "cus_ours",
                       .email = "sam@example.com",
                       .customer = {},
                       .return_url = "https://tally.example/wallet/cards/setup/cst_1"};
  std::shared_ptr<FakeStripe> fake_;
  std::unique_ptr<http::HttpServer> server_;
  std::unique_ptr<http::HttpClient> client_;
  std::unique_ptr<StripeCards> cards_;
};

TEST_F(StripeCardsTest, AFirstCardMakesACustomerAndASession) {
  answer({{200, std::string(kCustomer)}, {200, std::string(kPage)}});
  const auto page = cards_->begin(wish_);
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_EQ(page->reference, "cs_test_1");
  EXPECT_EQ(page->url, "https://checkout.stripe.com/c/pay/cs_test_1#secret");
  EXPECT_EQ(page->expires_at, Instant{std::chrono::seconds{1'800'086'400}});
  ASSERT_THAT(fake_->lines(), ElementsAre("POST /v1/customers", "POST /v1/checkout/sessions"));
  EXPECT_EQ(fake_->calls[0].key, "cst_1:customer");
  EXPECT_THAT(fake_->calls[0].body, HasSubstr("email=sam%40example.com"));
  EXPECT_EQ(fake_->calls[1].key, "cst_1:page");
  EXPECT_EQ(fake_->calls[1].version, kStripeVersion);
  EXPECT_EQ(fake_->calls[1].authorization, "Bearer sk_test_1");
  for (const char* part :
       {"mode=setup", "customer=cus_1", "payment_method_types%5B0%5D=card",
        "client_reference_id=cst_1",
        "success_url=https%3A%2F%2Ftally.example%2Fwallet%2Fcards%2Fsetup%2Fcst_1",
        "cancel_url="}) {
    EXPECT_THAT(fake_->calls[1].body, HasSubstr(part));
  }
}

TEST_F(StripeCardsTest, AFurtherCardIsOfTheSameCustomer) {
  CardWish wish = wish_;
  wish.customer = customer_in("cus_1:pm_0");
  answer({{200, std::string(kPage)}});
  EXPECT_TRUE(cards_->begin(wish));
  EXPECT_THAT(fake_->lines(), ElementsAre("POST /v1/checkout/sessions"));
  EXPECT_EQ(customer_in("pm_0"), "");
}

TEST_F(StripeCardsTest, WhatBecameOfItIsLookedAt) {
  EXPECT_EQ(look(kSaved), "1 cus_1:pm_1 visa 4242");
  EXPECT_THAT(fake_->lines(), ElementsAre("GET /v1/checkout/sessions/cs_test_1"));
  EXPECT_EQ(look(kPage), "0   ");
  EXPECT_EQ(look(R"({"status": "expired"})"), "2   ");
  EXPECT_EQ(look(R"({"status": "complete", "customer": "cus_1", "setup_intent":
      {"status": "succeeded", "payment_method": {"id": "pm_1", "card": {"brand": "A B"}}}})"),
            "1 cus_1:pm_1 card ");
}

TEST_F(StripeCardsTest, WhatSaysNothingIsAskedAgainLater) {
  for (const char* session :
       {"", "[]", "{}", R"({"status": "complete"})",
        R"({"status": "complete", "customer": "cus_1", "setup_intent": "seti_1"})",
        R"({"status": "complete", "customer": "cus_1",
            "setup_intent": {"status": "processing", "payment_method": {"id": "pm_1"}}})",
        R"({"status": "complete", "customer": "cus/1",
            "setup_intent": {"status": "succeeded", "payment_method": {"id": "pm_1"}}})"}) {
    EXPECT_EQ(look(session), "card.no_answer") << session;
  }
  EXPECT_EQ(cards_->look("cs/../1").error().code.name, "card.no_answer");
  answer({{200, std::string(kCustomer)}, {200, R"({"id": "cs_1", "url": "http://x"})"}});
  EXPECT_EQ(cards_->begin(wish_).error().code.name, "card.no_answer");
  for (const int status : {400, 401, 403, 429, 500, 503}) {
    answer({{status, R"({"error": {"type": "api_error", "code": "lock_timeout"}})"}});
    EXPECT_EQ(cards_->begin(wish_).error().code.name, "card.no_answer") << status;
  }
  server_.reset();
  EXPECT_EQ(cards_->begin(wish_).error().code.name, "card.no_answer");
}

TEST_F(StripeCardsTest, AKeyThatWasUsedForAnotherWishIsToldSo) {
  answer({{400, R"({"error": {"type": "idempotency_error"}})"}});
  EXPECT_EQ(cards_->begin(wish_).error().code.name, "card.changed");
}

TEST_F(StripeCardsTest, NoErrorTellsASecret) {
  answer({{401, R"({"error": {"message": "Invalid API Key provided: sk_test_1", "code": "x"}})"}});
  const auto refused = cards_->begin(wish_);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("401 x"));
  EXPECT_THAT(refused.error().message, Not(HasSubstr("sk_test")));
}

}  // namespace
}  // namespace tally::payments
