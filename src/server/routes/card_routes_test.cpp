// Cards that are saved on Stripe's page, on both stores: what the shopper and the webhook tell.
#include <gmock/gmock.h>

#include <map>

#include "server/routes/testing_business.hpp"
#include "server/webhooks/signature.hpp"

namespace tally::routes::testing {
namespace {

using State = payments::CardFound::State;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kNotices = "/v1/providers/stripe/notices";

class Cards : public BusinessTest {
 protected:
  void SetUp() override {
    BusinessTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    sam_ = sign_in("sam@example.com");
    services_->public_url = "https://tally.example";
    services_->stripe_webhook_secret = "whsec_1";
    services_->begin_card = [this](const payments::CardWish& wish) -> Result<payments::CardPage> {
      if (!answers_)
        return fail(payments::CardError::kNoAnswer, "Stripe, about a card: it is down");
      wishes_.push_back(wish);
      // As Stripe does under one key.
      const std::string session =
          sessions_.try_emplace(wish.key, fmt::format("cs_{}", sessions_.size())).first->second;
      return payments::CardPage{session, "https://checkout.stripe.com/c/pay/" + session,
                                world_.now() + std::chrono::days(1)};
    };
    services_->look_at_card = [this](const std::string& reference) -> Result<payments::CardFound> {
      if (!answers_)
        return fail(payments::CardError::kNoAnswer, "Stripe, about a card: it is down");
      ++looks_;
      const auto found = outcomes_.find(reference);
      return found == outcomes_.end() ? payments::CardFound{} : found->second;
    };
  }
  static payments::CardFound card(const std::string& method) {
    return {State::kSaved, "cus_1:" + method, "visa", "4242"};
  }
  json begin(const std::string& who) { return post(who, "/v1/card_setups"); }
  json complete(const std::string& who, const json& setup, int status = 200) {
    return call(status, who, "POST",
                "/v1/card_setups/" + setup.at("id").get<std::string>() + "/complete");
  }
  json cards(const std::string& who) { return get(who, "/v1/payment_methods").at("data"); }
  int notice(const std::string& session, const std::string& mode = "setup") {
    const std::string body = json({{"type", "checkout.session.completed"},
                                   {"data", {{"object", {{"id", session}, {"mode", mode}}}}}})
                                 .dump();
    return ask("POST", kNotices, "", body,
               fmt::format("Stripe-Signature: {}\r\n",
                           webhooks::signature_of("whsec_1", world_.now(), body)))
        .status;
  }

  bool answers_ = true;
  int looks_ = 0;
  std::vector<payments::CardWish> wishes_;
  std::map<std::string, std::string> sessions_;  // By key.
  std::map<std::string, payments::CardFound> outcomes_;
};
TALLY_ON_BOTH_STORES(Cards);

TEST_P(Cards, AreTheShoppersMainOnesOnceTheyAreSaved) {
  const json setup = begin(sam_);
  EXPECT_EQ(setup.at("url"), "https://checkout.stripe.com/c/pay/cs_0");
  ASSERT_EQ(wishes_.size(), 1U);
  EXPECT_EQ(wishes_[0].email, "sam@example.com");
  EXPECT_EQ(wishes_[0].customer, "");
  const std::string id = setup.at("id");
  EXPECT_EQ(wishes_[0].return_url, "https://tally.example/wallet/cards/setup/" + id);
  EXPECT_EQ(complete(sam_, setup).at("state"), "open");
  EXPECT_EQ(cards(sam_).size(), 0U);
  outcomes_["cs_0"] = card("pm_1");
  for (int time = 0; time < 2; ++time) {
    const json saved = complete(sam_, setup);
    EXPECT_EQ(saved.at("state"), "saved");
    EXPECT_EQ(saved.at("payment_method").at("last4"), "4242");
    EXPECT_EQ(saved.at("payment_method").at("is_default"), true);
  }
  EXPECT_EQ(looks_, 2);  // Of what is known Stripe is not asked.
  ASSERT_EQ(cards(sam_).size(), 1U);
  begin(sam_);
  EXPECT_EQ(wishes_.back().customer, "cus_1");  // The next one is of the same customer.
  outcomes_["cs_1"] = {State::kExpired, {}, {}, {}};
}

TEST_P(Cards, AreSavedByTheWebhookToo) {
  const json setup = begin(sam_);
  EXPECT_EQ(notice("cs_0"), 204);  // Told too soon, it is looked at and nothing is there.
  EXPECT_EQ(cards(sam_).size(), 0U);
  outcomes_["cs_0"] = card("pm_1");
  EXPECT_EQ(notice("cs_0", "payment"), 204);
  EXPECT_EQ(notice("cs_of_another_program"), 204);
  EXPECT_EQ(cards(sam_).size(), 0U);
  answers_ = false;
  EXPECT_EQ(notice("cs_0"), 503);  // Stripe tells it again.
  answers_ = true;
  for (int time = 0; time < 2; ++time) EXPECT_EQ(notice("cs_0"), 204);
  ASSERT_EQ(cards(sam_).size(), 1U);
  EXPECT_EQ(complete(sam_, setup).at("state"), "saved");
  call(204, sam_, "DELETE", "/v1/payment_methods/" + cards(sam_)[0].at("id").get<std::string>());
  EXPECT_EQ(notice("cs_0"), 204);
  EXPECT_EQ(complete(sam_, setup).at("payment_method"), nullptr);
  EXPECT_EQ(cards(sam_).size(), 0U);  // What was removed does not come back.
}

TEST_P(Cards, AreBegunOnceHoweverOftenTheAnswerIsLost) {
  const auto begin_under = [&](std::string_view key) {
    return ask("POST", "/v1/card_setups", sam_, "", fmt::format("Idempotency-Key: {}\r\n", key));
  };
  answers_ = false;
  EXPECT_EQ(begin_under("one").status, 503);
  answers_ = true;
  const TestResponse first = begin_under("one");
  EXPECT_EQ(first.status, 201);
  EXPECT_EQ(begin_under("one").body, first.body);
  EXPECT_EQ(wishes_.size(), 1U);
  EXPECT_NE(begin_under("two").body, first.body);
  EXPECT_NE(wishes_[0].key, wishes_[1].key);
  answers_ = false;
  const json lost = complete(sam_, json::parse(first.body), 503);
  EXPECT_THAT(lost.at("message").get<std::string>(), Not(HasSubstr("Stripe")));
}

TEST_P(Cards, OfOthersAreNotTheirs) {
  const std::string eve = sign_in("eve@example.com");
  const json setup = begin(sam_);
  outcomes_["cs_0"] = card("pm_1");
  complete(eve, setup, 404);
  EXPECT_EQ(cards(eve).size(), 0U);
  call(403, owner_, "POST", "/v1/card_setups");
}

TEST_P(Cards, HaveNoPageWherePaymentsArePlayed) {
  services_->begin_card = nullptr;
  const TestResponse refused = ask("POST", "/v1/card_setups", sam_, "", "Idempotency-Key: one\r\n");
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.body, HasSubstr("by its token"));
}

}  // namespace
}  // namespace tally::routes::testing
