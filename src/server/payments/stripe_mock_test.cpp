// Against stripe-mock, which refuses with 400 whatever Stripe's OpenAPI description does not have.
// It keeps nothing and answers with examples, so what is tested is that no request is refused.
#include <gmock/gmock.h>
#include <signal.h>

#include <array>
#include <cstdio>

#include "server/payments/stripe.hpp"
#include "server/payments/stripe_cards.hpp"
#include "server/payments/testing_stripe.hpp"

namespace tally::payments {
namespace {

using namespace commerce::payment_event;
using namespace testing;
using commerce::PaymentRequest;
using ::testing::EndsWith;

class StripeMockTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string tool = std::string(TALLY_SOURCE_DIR) + "/tools/stripe_mock";
    // The shell says its number, which is the program's after exec.
    const std::string command =
        "path=$('" + tool + "' 2>/dev/null) || exit 5; echo $$; exec \"$path\" -http-port 0 2>&1";
    output_ = popen(command.c_str(), "r");
    ASSERT_NE(output_, nullptr);
    const std::string first = line();
    if (first.empty()) GTEST_SKIP() << "stripe-mock is not there: tools/stripe_mock --install";
    process_ = std::stoi(first);
    std::string said = line();
    while (!said.empty() && !said.starts_with("Listening")) said = line();
    ASSERT_TRUE(said.contains(':')) << "stripe-mock does not listen: " << said;
    const std::string port = said.substr(said.rfind(':') + 1);
    client_ = http::HttpClient::start({}).value();
    const StripeOptions options{.secret_key = "sk_test_123",
                                .return_url = "https://tally.example/back",
                                .base_url = "http://127.0.0.1:" + port};
    stripe_ = std::make_unique<Stripe>(*client_, world_, options);
    cards_ = std::make_unique<StripeCards>(*client_, options);
  }
  void TearDown() override {
    if (process_ > 0) kill(process_, SIGTERM);
    if (output_ != nullptr) pclose(output_);
  }

  static ProviderRequest of(PaymentRequest kind, std::uint32_t attempt) {
    ProviderRequest request = request_of(kind);
    request.attempt = attempt;
    if (kind != PaymentRequest::kHold) request.reference = "pi_1";
    return request;
  }

  FixedWorld world_;
  std::unique_ptr<http::HttpClient> client_;
  std::unique_ptr<Stripe> stripe_;
  std::unique_ptr<StripeCards> cards_;

 private:
  std::string line() {
    std::array<char, 1024> buffer{};
    if (std::fgets(buffer.data(), buffer.size(), output_) == nullptr) return {};
    std::string text = buffer.data();
    if (text.ends_with('\n')) text.pop_back();
    return text;
  }

  FILE* output_ = nullptr;
  pid_t process_ = 0;
};

TEST_F(StripeMockTest, EveryRequestIsOneThatStripeKnows) {
  for (const std::uint32_t attempt : {0U, 1U, commerce::kSearchAttempt}) {
    SCOPED_TRACE(attempt);
    ProviderRequest hold = of(PaymentRequest::kHold, attempt);
    hold.method = "cus_1:pm_card_visa";
    hold.description = "KIOSK 1";
    // Its example waits for a payment method; a request that is wrong would say so as the code.
    const auto declined = answer_of(*stripe_, hold);
    EXPECT_EQ(std::get<HoldDeclined>(declined).code, "declined");
    hold.reference = "pi_1";
    EXPECT_EQ(std::get<HoldDeclined>(answer_of(*stripe_, hold)).code, "declined");
    for (const PaymentRequest kind : {PaymentRequest::kCapture, PaymentRequest::kRelease}) {
      const auto answer = answer_of(*stripe_, of(kind, attempt));
      EXPECT_TRUE(std::holds_alternative<AnswerUnknown>(answer));
    }
    const auto refund = answer_of(*stripe_, of(PaymentRequest::kRefund, attempt));
    EXPECT_TRUE(std::holds_alternative<RefundDone>(refund));
  }
}

TEST_F(StripeMockTest, EveryCallForACardIsOneThatStripeKnows) {
  CardWish wish{.key = "cst_1",
                .shopper = "cus_ours",
                .email = "sam@example.com",
                .customer = {},
                .return_url = "https://tally.example/wallet/cards/setup/cst_1"};
  // Its examples are of sessions without a page and without a card; a call that is wrong would be
  // told as its status, 400.
  for (const char* customer : {"", "cus_1"}) {
    wish.customer = customer;
    const auto page = cards_->begin(wish);
    if (!page) EXPECT_THAT(page.error().message, EndsWith("a session without its page"));
  }
  const auto found = cards_->look("cs_test_1");
  if (!found) EXPECT_THAT(found.error().message, EndsWith("is over and has no card"));
}

}  // namespace
}  // namespace tally::payments
