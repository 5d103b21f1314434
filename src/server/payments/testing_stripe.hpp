// What tests of providers share: a world that stands still, requests, and waiting for an answer.
#pragma once

#include <algorithm>
#include <future>

#include "server/payments/provider.hpp"
#include "server/world.hpp"

namespace tally::payments::testing {

class FixedWorld : public server::World {
 public:
  Instant now() override { return Instant{std::chrono::seconds{1'800'000'000}}; }
  void fill_random(std::span<std::uint8_t> bytes) override { std::ranges::fill(bytes, 0); }
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
