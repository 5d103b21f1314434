// Calls to a provider that were given up, and are revived when Stripe has forgotten their keys.
#include <map>
#include <mutex>

#include "platform/http/client.hpp"
#include "platform/http/server.hpp"
#include "server/core/provider_message.hpp"
#include "server/payments/stripe.hpp"
#include "server/payments/testing_stripe.hpp"
#include "server/routes/testing_business.hpp"

namespace tally::routes::testing {
namespace {

using commerce::PaymentEvent;
using commerce::PaymentRequest;
using payments::testing::answer_of;

constexpr std::string_view kIntent =
    R"({"id": "pi_1", "status": "requires_capture", "amount_capturable": 2000, "currency": "eur",
        "latest_charge": {"payment_method_details": {"card": {"capture_before": 1900600000}}}})";

// Makes holds and refunds, lists them, and makes none twice under a key that it still knows.
class ForgetfulStripe : public http::Handler {
 public:
  void handle(http::Request request, http::Reply reply) override {
    const std::lock_guard lock(mutex_);
    if (silent_) return;  // The reply is dropped: 500.
    if (request.method == http::Method::kGet) {
      return reply(http::json_response(200, json{{"data", made_}}.dump()));
    }
    const std::string key(request.headers.find("Idempotency-Key").value_or(""));
    auto known = answers_.find(key);
    if (known == answers_.end()) {
      json thing = json::parse(kIntent);
      if (request.target.path == "/v1/refunds") {
        const std::string_view name = "tally_refund%5D=";
        const std::size_t begin = request.body.find(name) + name.size();
        const std::string refund =
            request.body.substr(begin, request.body.find('&', begin) - begin);
        thing = {{"status", "succeeded"}, {"metadata", {{"tally_refund", refund}}}};
      }
      made_.push_back(thing);
      known = answers_.emplace(key, thing.dump()).first;
    }
    reply(http::json_response(200, known->second));
  }
  void forget_keys() {
    const std::lock_guard lock(mutex_);
    answers_.clear();
  }
  void set_silent(bool silent) {
    const std::lock_guard lock(mutex_);
    silent_ = silent;
  }
  std::size_t made() {
    const std::lock_guard lock(mutex_);
    return made_.size();
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string> answers_;  // By key.
  json made_ = json::array();
  bool silent_ = false;
};

class DeadCalls : public BusinessTest {
 protected:
  void SetUp() override {
    BusinessTest::SetUp();
    fake_ = std::make_shared<ForgetfulStripe>();
    stripe_server_ = http::HttpServer::start({}, fake_).value();
    client_ = http::HttpClient::start({}).value();
    stripe_ = std::make_unique<payments::Stripe>(
        *client_, world_,
        payments::StripeOptions{
            .secret_key = "sk_test_1",
            .return_url = {},
            .base_url = fmt::format("http://127.0.0.1:{}", stripe_server_->port())});
  }

  struct Call {
    platform::MessageLease lease;
    payments::ProviderRequest request;
  };
  // The next that waits, once those before it are delivered.
  Call next_call(PaymentRequest kind) {
    while (true) {
      const auto claimed = store_->write_and_wait([&](platform::Transaction& transaction) {
        return platform::claim_messages(
            transaction, {.topic = std::string(core::kPaymentTopic), .count = 1}, world_.now());
      });
      if (!claimed || claimed->empty()) break;
      const platform::Message& message = claimed->front();
      const auto ask = core::parse_provider_message(message.body);
      if (!ask) break;
      if (ask->request.kind == kind) return {message.lease, ask->request};
      deliver(message.lease);
    }
    ADD_FAILURE() << "no such call waits";
    return {};
  }
  void deliver(const platform::MessageLease& lease) {
    act([&](Desk& desk) {
      return platform::delivered_message(desk.transaction(), lease, desk.now());
    });
  }
  // Each time it is done at Stripe, and what Stripe answers is lost; a day goes by. The dead call.
  std::string die(PaymentRequest kind) {
    for (std::int64_t tries = 0; tries < platform::kMessageTriesMax; ++tries) {
      const Call call = next_call(kind);
      answer_of(*stripe_, call.request);
      act([&](Desk& desk) -> Result<void> {
        const auto failed =
            platform::failed_message(desk.transaction(), call.lease,
                                     {.error = "no room", .backoff = {}, .random = 0}, desk.now());
        return failed ? Result<void>{} : std::unexpected(failed.error());
      });
      pass(std::chrono::hours(3));
    }
    EXPECT_EQ(fake_->made(), 1U);
    fake_->forget_keys();
    return "/v1/dead_work/" +
           get(owner_, "/v1/dead_work").at("data").at(0).at("id").get<std::string>();
  }
  void spoil_outbox() {
    const auto spoilt = store_->write_and_wait([](platform::Transaction& transaction) {
      return transaction.execute("UPDATE outbox SET body = $1 WHERE state = 'dead'", "{");
    });
    ASSERT_TRUE(spoilt) << spoilt.error().message;
  }
  PaymentEvent carry(const Call& call) {
    const PaymentEvent answer = answer_of(*stripe_, call.request);
    deliver(call.lease);
    tell(call.request.payment, answer);
    return answer;
  }

  std::shared_ptr<ForgetfulStripe> fake_;
  std::unique_ptr<http::HttpServer> stripe_server_;
  std::unique_ptr<http::HttpClient> client_;
  std::unique_ptr<payments::Stripe> stripe_;
};
TALLY_ON_BOTH_STORES(DeadCalls);

TEST_P(DeadCalls, ThatRefundAreNotDoneTwiceWhenTheyAreRevived) {
  set_up_shop();
  const std::string payment = "/v1/payments/" + core::payment_id(buy(1), 1).text();
  post(owner_, payment + "/refunds",
       {{"amount", {{"minor", 100}, {"currency", "EUR"}}}, {"reason", "It was warm"}});
  const std::string dead = die(PaymentRequest::kRefund);
  call(200, owner_, "POST", dead + "/revive");
  fake_->set_silent(true);
  const Call again = next_call(PaymentRequest::kRefund);
  EXPECT_TRUE(std::holds_alternative<payment_event::AnswerUnknown>(carry(again)));
  fake_->set_silent(false);
  pass(std::chrono::minutes(2));
  const Call next = next_call(PaymentRequest::kRefund);  // Searches too.
  EXPECT_EQ(next.request.attempt, again.request.attempt + 1);
  EXPECT_TRUE(std::holds_alternative<payment_event::RefundDone>(carry(next)));
  EXPECT_EQ(fake_->made(), 1U);
  EXPECT_EQ(get(owner_, payment).at("refunds").at(0).at("state"), "done");
  EXPECT_EQ(books().at("provider_clearing"), 150);
}

TEST_P(DeadCalls, ThatHoldAreNotDoneTwiceWhenTheyAreRevived) {
  set_up_shop();
  const SessionId session = *SessionId::parse(scan().at("id").get<std::string>());
  call(200, owner_, "POST", die(PaymentRequest::kHold) + "/revive");
  const PaymentEvent answer = carry(next_call(PaymentRequest::kHold));
  EXPECT_TRUE(std::holds_alternative<payment_event::HoldPlaced>(answer));
  EXPECT_EQ(fake_->made(), 1U);
  EXPECT_EQ(get(owner_, "/v1/payments/" + core::payment_id(session, 1).text()).at("state"), "held");
}

// Its text is gone, by a mistake in a program or on the disk.
TEST_P(DeadCalls, ThatCantBeReadAreAskedForAgainByTheirPayment) {
  set_up_shop();
  const SessionId session = *SessionId::parse(scan().at("id").get<std::string>());
  const std::string dead = die(PaymentRequest::kHold);
  spoil_outbox();
  EXPECT_EQ(call(409, owner_, "POST", dead + "/discard").at("code"), "payment_call");
  EXPECT_EQ(call(200, owner_, "POST", dead + "/revive").at("state"), "revived");
  call(404, owner_, "POST", dead + "/revive");
  pass(std::chrono::minutes(2));
  const Call again = next_call(PaymentRequest::kHold);
  EXPECT_GT(again.request.attempt, commerce::kSearchAttempt);
  EXPECT_TRUE(std::holds_alternative<payment_event::HoldPlaced>(carry(again)));
  EXPECT_EQ(fake_->made(), 1U);  // What had been placed was found.
  EXPECT_EQ(get(owner_, "/v1/payments/" + core::payment_id(session, 1).text()).at("state"), "held");
}

TEST_P(DeadCalls, ThatRefundAndCantBeReadAreNotDoneTwice) {
  set_up_shop();
  const std::string payment = "/v1/payments/" + core::payment_id(buy(1), 1).text();
  post(owner_, payment + "/refunds",
       {{"amount", {{"minor", 100}, {"currency", "EUR"}}}, {"reason", "It was warm"}});
  const std::string dead = die(PaymentRequest::kRefund);
  spoil_outbox();
  call(200, owner_, "POST", dead + "/revive");
  pass(std::chrono::minutes(2));
  EXPECT_TRUE(
      std::holds_alternative<payment_event::RefundDone>(carry(next_call(PaymentRequest::kRefund))));
  EXPECT_EQ(fake_->made(), 1U);
  EXPECT_EQ(get(owner_, payment).at("refunds").at(0).at("state"), "done");
}

TEST_P(DeadCalls, OfNoPaymentAreDiscardedAndLeaveAnAlertForAPerson) {
  const std::string id = dead_message(std::string(core::kPaymentTopic));
  spoil_outbox();
  const std::string dead = "/v1/dead_work/" + id;
  call(404, owner_, "POST", dead + "/revive");
  EXPECT_EQ(call(200, owner_, "POST", dead + "/discard").at("state"), "discarded");
  const json alerts = get(owner_, "/v1/alerts").at("data");
  ASSERT_EQ(alerts.size(), 1U);
  EXPECT_EQ(alerts.at(0).at("kind"), "payment_call_lost");
  EXPECT_EQ(alerts.at(0).at("words"), id);
  EXPECT_EQ(alerts.at(0).at("state"), "raised");
  EXPECT_EQ(alerts.at(0).at("clearable"), true);
}

TEST_P(DeadCalls, AreNotDiscarded) {
  set_up_shop();
  scan();
  const std::string dead = die(PaymentRequest::kHold);
  EXPECT_EQ(call(409, owner_, "POST", dead + "/discard").at("code"), "payment_call");
  EXPECT_EQ(get(owner_, "/v1/dead_work").at("data").size(), 1U);
  EXPECT_EQ(call(200, owner_, "POST", dead + "/revive").at("state"), "revived");
  EXPECT_EQ(carry(next_call(PaymentRequest::kHold)).index(),
            PaymentEvent(payment_event::HoldPlaced{}).index());
}

}  // namespace
}  // namespace tally::routes::testing
