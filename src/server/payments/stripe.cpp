#include "server/payments/stripe.hpp"

#include <fmt/format.h>

#include <cctype>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "server/payments/stripe_answer.hpp"
#include "server/payments/stripe_call.hpp"
#include "server/payments/unknown.hpp"

namespace tally::payments {
namespace {

using commerce::PaymentEvent;
using commerce::PaymentRequest;

std::string lower(std::string_view text) {
  std::string made;
  for (const char letter : text) {
    made += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  }
  return made;
}

// One request on its way, which may take several calls; lives until its answer.
class Asking : public std::enable_shared_from_this<Asking> {
 public:
  Asking(http::HttpClient& client, server::World& world, const StripeOptions& options,
         ProviderRequest request, ProviderDone done)
      : client_(client),
        world_(world),
        options_(options),
        request_(std::move(request)),
        done_(std::move(done)) {}

  void start() {
    const bool old = request_.attempt >= commerce::kSearchAttempt;
    switch (request_.kind) {
      case PaymentRequest::kHold:
        if (!request_.reference.empty()) return look([this](auto answer) { end(hold(answer)); });
        return old ? search_hold() : make_hold();
      case PaymentRequest::kCapture:
      case PaymentRequest::kRelease:
        if (request_.attempt == 0) return settle();
        return look([this](const StripeAnswer& answer) { settle_if_held(answer); });
      case PaymentRequest::kRefund:
        return request_.attempt >= kFreshKeyAttempt ? search_refund(true) : make_refund();
    }
  }

 private:
  using Next = std::function<void(const StripeAnswer&)>;

  [[nodiscard]] PaymentEvent hold(const StripeAnswer& answer) const {
    return hold_event(request_, answer, world_.now());
  }
  [[nodiscard]] PaymentEvent settled(const StripeAnswer& answer) const {
    return request_.kind == PaymentRequest::kCapture
               ? capture_event(request_, answer, world_.now())
               : release_event(request_, answer, world_.now());
  }

  void end(PaymentEvent event) { done_(std::move(event)); }

  // ---- Holds

  void make_hold() {
    const std::size_t colon = request_.method.find(':');
    const bool of_customer = colon != std::string::npos;
    StripeForm form;
    form.add("amount", fmt::to_string(request_.amount.minor))
        .add("currency", lower(request_.amount.currency.text()))
        .add("capture_method", "manual")
        .add("confirm", "true")
        .add("payment_method_types[0]", "card")
        .add("payment_method", of_customer ? request_.method.substr(colon + 1) : request_.method)
        .add("metadata[tally_payment]", request_.payment.text())
        .add("expand[0]", "latest_charge");
    if (of_customer) form.add("customer", request_.method.substr(0, colon));
    if (!options_.return_url.empty()) form.add("return_url", options_.return_url);
    if (!request_.description.empty()) {
      form.add("statement_descriptor_suffix", request_.description);
    }
    post("/v1/payment_intents", form, request_.key, [this](auto answer) { end(hold(answer)); });
  }

  void search_hold() {
    StripeForm query;
    query.add("query", fmt::format("metadata['tally_payment']:'{}'", request_.payment.text()))
        .add("expand[0]", "data.latest_charge");
    get("/v1/payment_intents/search?" + query.text(), [this](const StripeAnswer& answer) {
      const StripeAnswer found = found_intent(answer);
      if (found.status == 200) return end(hold(found));
      if (found.status == 404) return make_hold();
      end(unknown(request_, world_.now()));
    });
  }

  // ---- Captures and releases

  void look(Next next) {
    StripeForm query;
    query.add("expand[0]", "latest_charge");
    get("/v1/payment_intents/" + request_.reference + "?" + query.text(), std::move(next));
  }

  void settle_if_held(const StripeAnswer& answer) {
    const IntentStatus status = intent_status(answer);
    const bool release = request_.kind == PaymentRequest::kRelease;
    if (status == IntentStatus::kHeld || (release && status == IntentStatus::kOther)) {
      return settle();
    }
    end(settled(answer));
  }

  void settle() {
    const bool capture = request_.kind == PaymentRequest::kCapture;
    StripeForm form;
    if (capture) form.add("amount_to_capture", fmt::to_string(request_.amount.minor));
    const std::string key = request_.attempt < kFreshKeyAttempt
                                ? request_.key
                                : fmt::format("{}:{}", request_.key, request_.attempt);
    post(fmt::format("/v1/payment_intents/{}/{}", request_.reference,
                     capture ? "capture" : "cancel"),
         form, key, [this](const StripeAnswer& answer) {
           // It was captured or cancelled before, or lapsed: it says itself which.
           if (error_code(answer) != "payment_intent_unexpected_state") {
             return end(settled(answer));
           }
           look([this](const StripeAnswer& found) { end(settled(found)); });
         });
  }

  // ---- Refunds

  void make_refund() {
    StripeForm form;
    form.add("payment_intent", request_.reference)
        .add("amount", fmt::to_string(request_.amount.minor))
        .add("metadata[tally_refund]", request_.refund.text())
        .add("metadata[tally_payment]", request_.payment.text());
    post("/v1/refunds", form, request_.key, [this](const StripeAnswer& answer) {
      // Perhaps by this very refund, whose key was forgotten.
      if (error_code(answer) == "charge_already_refunded") return search_refund(false);
      end(refund_event(request_, answer, world_.now()));
    });
  }

  void search_refund(bool then_make) {
    StripeForm query;
    query.add("payment_intent", request_.reference).add("limit", "100");
    get("/v1/refunds?" + query.text(), [this, then_make](const StripeAnswer& answer) {
      const StripeAnswer found = found_refund(answer, request_.refund.text());
      if (found.status != 404) return end(refund_event(request_, found, world_.now()));
      if (then_make) return make_refund();
      end(commerce::payment_event::RefundRefused{world_.now(), request_.refund,
                                                 "charge_already_refunded"});
    });
  }

  // ---- Calls

  void get(const std::string& target, Next next) {
    send(stripe_get(options_, target), std::move(next));
  }

  void post(const std::string& path, const StripeForm& form, const std::string& key, Next next) {
    send(stripe_post(options_, path, form, key), std::move(next));
  }

  void send(http::ClientRequest call, Next next) {
    client_.call(std::move(call),
                 [self = shared_from_this(), next = std::move(next)](http::CallResult result) {
                   if (!result) return self->end(unknown(self->request_, self->world_.now()));
                   next({result->status, std::move(result->body)});
                 });
  }

  http::HttpClient& client_;
  server::World& world_;
  const StripeOptions options_;
  const ProviderRequest request_;
  ProviderDone done_;
};

}  // namespace

Stripe::Stripe(http::HttpClient& client, server::World& world, StripeOptions options)
    : client_(client), world_(world), options_(std::move(options)) {}

bool Stripe::live() const {
  return options_.secret_key.starts_with("sk_live_") || options_.secret_key.starts_with("rk_live_");
}

void Stripe::ask(ProviderRequest request, ProviderDone done) {
  const bool begins = request.kind == PaymentRequest::kHold && request.reference.empty();
  if (!begins && !is_stripe_id(request.reference)) return done(unknown(request, world_.now()));
  std::make_shared<Asking>(client_, world_, options_, std::move(request), std::move(done))->start();
}

}  // namespace tally::payments
