// What tests of providers share: a world that stands still, requests, and waiting for an answer;
// and a Stripe of our own.
#pragma once

#include <algorithm>
#include <future>
#include <mutex>
#include <string>
#include <vector>

#include "platform/http/server.hpp"
#include "server/payments/provider.hpp"
#include "server/world.hpp"

namespace tally::payments::testing {

class FixedWorld : public server::World {
 public:
  Instant now() override { return Instant{std::chrono::seconds{1'800'000'000}}; }
  void fill_random(std::span<std::uint8_t> bytes) override { std::ranges::fill(bytes, 0); }
};

// Answers what it was told to, in order, and remembers what it was asked.
class FakeStripe : public http::Handler {
 public:
  struct Answer {
    int status = 200;
    std::string body;
  };
  struct Call {
    std::string line;  // "POST /v1/refunds"
    std::string body;
    std::string key;
    std::string version;
    std::string authorization;
  };
  void handle(http::Request request, http::Reply reply) override {
    const std::lock_guard lock(mutex_);
    const auto header = [&](std::string_view name) {
      return std::string(request.headers.find(name).value_or(""));
    };
    calls.push_back({std::string(name_of(request.method)) + " " + request.target.path, request.body,
                     header("Idempotency-Key"), header("Stripe-Version"), header("Authorization")});
    if (answers.empty()) return;  // The reply is dropped: 500.
    const Answer answer = answers.front();
    answers.erase(answers.begin());
    reply(http::json_response(answer.status, answer.body));
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> found;
    for (const Call& call : calls) found.push_back(call.line);
    return found;
  }
  std::vector<Answer> answers;
  std::vector<Call> calls;

 private:
  std::mutex mutex_;
};

inline ProviderRequest request_of(commerce::PaymentRequest kind, std::int64_t minor = 1000) {
  ProviderRequest request;
  request.kind = kind;
  request.payment = PaymentId::from_bits({1});
  if (kind == commerce::PaymentRequest::kRefund) request.refund = RefundId::from_bits({2});
  request.key = request.payment.text() + ":" + std::string(name_of(kind));
  request.amount = {minor, Currency::parse("EUR").value()};
  request.method = "pm_card_visa";
  return request;
}

inline commerce::PaymentEvent answer_of(Provider& provider, const ProviderRequest& request) {
  std::promise<commerce::PaymentEvent> promise;
  std::future<commerce::PaymentEvent> answer = promise.get_future();
  provider.ask(request, [&](commerce::PaymentEvent event) { promise.set_value(std::move(event)); });
  return answer.get();
}

}  // namespace tally::payments::testing
