#include "server/payments/stripe.hpp"

#include <gmock/gmock.h>

#include <future>
#include <mutex>

#include "platform/http/server.hpp"
#include "server/payments/testing_stripe.hpp"

namespace tally::payments {
namespace {

using namespace commerce::payment_event;
using namespace testing;
using commerce::PaymentEvent;
using commerce::PaymentRequest;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kHeld =
    R"({"id": "pi_1", "status": "requires_capture", "amount_capturable": 1000, "currency": "eur",
        "latest_charge": {"payment_method_details": {"card": {"capture_before": 1800600000}}}})";
constexpr std::string_view kCaptured =
    R"({"id": "pi_1", "status": "succeeded", "amount_received": 700, "currency": "eur"})";
constexpr std::string_view kCancelled = R"({"id": "pi_1", "status": "canceled"})";
constexpr std::string_view kUnexpected =
    R"({"error": {"type": "invalid_request_error", "code": "payment_intent_unexpected_state"}})";

class StripeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fake_ = std::make_shared<FakeStripe>();
    server_ = http::HttpServer::start({}, fake_).value();
    client_ = http::HttpClient::start({}).value();
    stripe_ = std::make_unique<Stripe>(
        *client_, world_,
        StripeOptions{.secret_key = "sk_test_1",
                      .return_url = "https://tally.example/back",
                      .base_url = fmt::format("http://127.0.0.1:{}", server_->port())});
  }
  PaymentEvent ask(const ProviderRequest& request, std::vector<FakeStripe::Answer> answers) {
    fake_->answers = std::move(answers);
    fake_->calls.clear();
    return answer_of(*stripe_, request);
  }
  static FakeStripe::Answer ok(std::string_view body) { return {200, std::string(body)}; }

  FixedWorld world_;
  std::shared_ptr<FakeStripe> fake_;
  std::unique_ptr<http::HttpServer> server_;
  std::unique_ptr<http::HttpClient> client_;
  std::unique_ptr<Stripe> stripe_;
};

bool is_unknown(const PaymentEvent& event) { return std::holds_alternative<AnswerUnknown>(event); }

TEST_F(StripeTest, AHoldIsAConfirmedIntentToBeCapturedByHand) {
  ProviderRequest request = request_of(PaymentRequest::kHold);
  request.method = "cus_1:pm_1";
  request.description = "A&B";
  const auto placed = std::get<HoldPlaced>(ask(request, {ok(kHeld)}));
  EXPECT_EQ(placed.amount.minor, 1000);
  EXPECT_EQ(placed.reference, "pi_1");
  EXPECT_EQ(placed.capture_before, Instant{std::chrono::seconds{1'800'600'000}});
  ASSERT_EQ(fake_->lines(), std::vector<std::string>{"POST /v1/payment_intents"});
  const FakeStripe::Call& call = fake_->calls[0];
  EXPECT_EQ(call.key, request.key);
  EXPECT_EQ(call.version, kStripeVersion);
  EXPECT_EQ(call.authorization, "Bearer sk_test_1");
  for (const char* part :
       {"amount=1000&", "currency=eur", "capture_method=manual", "confirm=true", "customer=cus_1",
        "payment_method=pm_1", "statement_descriptor_suffix=A%26B", "latest_charge",
        "return_url=https%3A%2F%2Ftally.example%2Fback"}) {
    EXPECT_THAT(call.body, HasSubstr(part));
  }
}

TEST_F(StripeTest, AHoldMayNeedActionOrBeDeclined) {
  const ProviderRequest request = request_of(PaymentRequest::kHold);
  const auto action = std::get<ActionNeeded>(
      ask(request, {ok(R"({"id": "pi_1", "status": "requires_action", "next_action":
                       {"redirect_to_url": {"url": "https://bank.example"}}})")}));
  EXPECT_EQ(action.url, "https://bank.example");
  EXPECT_EQ(action.reference, "pi_1");
  const auto code = [&](int status, std::string body) {
    return std::get<HoldDeclined>(ask(request, {{status, std::move(body)}})).code;
  };
  EXPECT_EQ(code(200, R"({"id": "pi_1", "status": "requires_action"})"), "authentication_required");
  EXPECT_EQ(code(402, R"({"error": {"code": "card_declined",
                          "decline_code": "insufficient_funds"}})"),
            "insufficient_funds");
  EXPECT_EQ(code(402, R"({"error": {"code": "expired_card"}})"), "expired_card");
  EXPECT_EQ(code(400, R"({"error": {"type": "invalid_request_error"}})"), "invalid_request_error");
  EXPECT_EQ(code(200, R"({"status": "requires_payment_method",
                          "last_payment_error": {"code": "authentication_failure"}})"),
            "authentication_failure");
  EXPECT_TRUE(std::holds_alternative<HoldExpired>(ask(request, {ok(kCancelled)})));
}

TEST_F(StripeTest, WhatSaysNothingForSureIsUnknown) {
  for (const PaymentRequest kind : {PaymentRequest::kHold, PaymentRequest::kCapture,
                                    PaymentRequest::kRelease, PaymentRequest::kRefund}) {
    SCOPED_TRACE(name_of(kind));
    ProviderRequest request = request_of(kind);
    if (kind != PaymentRequest::kHold) request.reference = "pi_1";
    for (const int status : {302, 401, 403, 409, 429, 500, 502, 503}) {
      SCOPED_TRACE(status);
      EXPECT_TRUE(is_unknown(ask(request, {{status, R"({"error": {"type": "api_error"}})"}})));
    }
    EXPECT_TRUE(is_unknown(ask(request, {{400, R"({"error": {"type": "idempotency_error"}})"}})));
    EXPECT_TRUE(is_unknown(ask(request, {ok("no JSON")})));
    EXPECT_TRUE(is_unknown(ask(request, {ok(R"({"id": "pi_1", "status": "processing"})")})));
    const auto silent = std::get<AnswerUnknown>(ask(request, {}));
    EXPECT_EQ(silent.request, kind);
    EXPECT_EQ(silent.key, request.key);
  }
  // A hold of which nobody says when it lapses.
  EXPECT_TRUE(
      is_unknown(ask(request_of(PaymentRequest::kHold),
                     {ok(R"({"id": "pi_1", "status": "requires_capture", "amount_capturable": 9,
              "currency": "eur"})")})));
  server_.reset();  // Nobody listens: it was surely not sent.
  EXPECT_TRUE(is_unknown(ask(request_of(PaymentRequest::kHold), {})));
}

TEST_F(StripeTest, AReferenceIsLookedAtAndAnOldAttemptIsSearched) {
  ProviderRequest request = request_of(PaymentRequest::kHold);
  request.reference = "pi_1";
  EXPECT_TRUE(std::holds_alternative<HoldPlaced>(ask(request, {ok(kHeld)})));
  EXPECT_THAT(fake_->lines(), ElementsAre("GET /v1/payment_intents/pi_1"));
  request.reference = "../v1";
  EXPECT_TRUE(is_unknown(ask(request, {})));
  EXPECT_THAT(fake_->lines(), ElementsAre());

  request.reference.clear();
  request.attempt = commerce::kSearchAttempt;
  EXPECT_TRUE(std::holds_alternative<HoldPlaced>(
      ask(request, {ok(fmt::format(R"({{"data": [{}]}})", kHeld))})));
  EXPECT_THAT(fake_->lines(), ElementsAre("GET /v1/payment_intents/search"));
  EXPECT_TRUE(std::holds_alternative<HoldPlaced>(ask(request, {ok(R"({"data": []})"), ok(kHeld)})));
  EXPECT_THAT(fake_->lines(),
              ElementsAre("GET /v1/payment_intents/search", "POST /v1/payment_intents"));
  EXPECT_TRUE(is_unknown(ask(request, {{500, "{}"}})));
}

TEST_F(StripeTest, ACaptureHappensOnceAndItsIntentTellsWhatBecameOfIt) {
  ProviderRequest request = request_of(PaymentRequest::kCapture, 700);
  request.reference = "pi_1";
  EXPECT_EQ(std::get<CaptureDone>(ask(request, {ok(kCaptured)})).amount.minor, 700);
  EXPECT_EQ(fake_->calls[0].line, "POST /v1/payment_intents/pi_1/capture");
  EXPECT_EQ(fake_->calls[0].body, "amount_to_capture=700");
  EXPECT_EQ(std::get<CaptureDone>(ask(request, {{400, std::string(kUnexpected)}, ok(kCaptured)}))
                .amount.minor,
            700);
  EXPECT_EQ(
      std::get<CaptureRefused>(ask(request, {{400, std::string(kUnexpected)}, ok(kCancelled)}))
          .code,
      "capture_charge_authorization_expired");
  EXPECT_EQ(
      std::get<CaptureRefused>(ask(request, {{402, R"({"error": {"code": "charge_declined"}})"}}))
          .code,
      "charge_declined");

  request.attempt = 1;  // Looks first.
  EXPECT_TRUE(std::holds_alternative<CaptureDone>(ask(request, {ok(kCaptured)})));
  EXPECT_THAT(fake_->lines(), ElementsAre("GET /v1/payment_intents/pi_1"));
  EXPECT_TRUE(std::holds_alternative<CaptureDone>(ask(request, {ok(kHeld), ok(kCaptured)})));
  EXPECT_EQ(fake_->calls[1].key, request.key);
  request.attempt = kFreshKeyAttempt;
  EXPECT_TRUE(std::holds_alternative<CaptureDone>(ask(request, {ok(kHeld), ok(kCaptured)})));
  EXPECT_EQ(fake_->calls[1].key, request.key + ":10");
  EXPECT_TRUE(is_unknown(ask(request, {{503, ""}})));
}

TEST_F(StripeTest, AReleaseCancelsWhatIsNotCaptured) {
  ProviderRequest request = request_of(PaymentRequest::kRelease, 0);
  request.reference = "pi_1";
  EXPECT_EQ(std::get<ReleaseDone>(ask(request, {ok(kCancelled)})).key, request.key);
  EXPECT_THAT(fake_->lines(), ElementsAre("POST /v1/payment_intents/pi_1/cancel"));
  EXPECT_TRUE(std::holds_alternative<ReleaseDone>(
      ask(request, {{400, std::string(kUnexpected)}, ok(kCancelled)})));
  EXPECT_EQ(
      std::get<ReleaseRefused>(ask(request, {{400, std::string(kUnexpected)}, ok(kCaptured)})).code,
      "payment_intent_unexpected_state");
  EXPECT_EQ(
      std::get<ReleaseRefused>(ask(request, {{404, R"({"error": {"code": "resource_missing"}})"}}))
          .key,
      request.key);
  request.attempt = 1;  // What waits for the shopper can be cancelled too.
  EXPECT_TRUE(std::holds_alternative<ReleaseDone>(
      ask(request, {ok(R"({"status": "requires_action"})"), ok(kCancelled)})));
}

TEST_F(StripeTest, ARefundIsDoneOnceItIsTakenOn) {
  ProviderRequest request = request_of(PaymentRequest::kRefund, 100);
  request.reference = "pi_1";
  for (const char* status : {"succeeded", "pending"}) {
    const auto done = ask(request, {ok(fmt::format(R"({{"status": "{}"}})", status))});
    EXPECT_EQ(std::get<RefundDone>(done).refund, request.refund);
  }
  EXPECT_THAT(fake_->calls[0].body, HasSubstr("payment_intent=pi_1&amount=100"));
  EXPECT_EQ(
      std::get<RefundRefused>(
          ask(request, {ok(R"({"status": "failed", "failure_reason": "lost_or_stolen_card"})")}))
          .code,
      "lost_or_stolen_card");
  const FakeStripe::Answer already{400, R"({"error": {"code": "charge_already_refunded"}})"};
  const std::string ours = fmt::format(
      R"({{"data": [{{"status": "succeeded", "metadata": {{"tally_refund": "{}"}}}}]}})",
      request.refund.text());
  EXPECT_TRUE(std::holds_alternative<RefundDone>(ask(request, {already, ok(ours)})));
  EXPECT_EQ(std::get<RefundRefused>(ask(request, {already, ok(R"({"data": []})")})).code,
            "charge_already_refunded");
  request.attempt = kFreshKeyAttempt;
  EXPECT_TRUE(std::holds_alternative<RefundDone>(ask(request, {ok(ours)})));
  EXPECT_THAT(fake_->lines(), ElementsAre("GET /v1/refunds"));
}

TEST_F(StripeTest, ALiveKeyMovesRealMoney) {
  EXPECT_FALSE(stripe_->live());
  EXPECT_TRUE(Stripe(*client_, world_, {.secret_key = "sk_live_1", .return_url = {}}).live());
}

}  // namespace
}  // namespace tally::payments
