#include "server/payments/stripe_answer.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>

#include "server/payments/unknown.hpp"

namespace tally::payments {
namespace {

using namespace commerce::payment_event;
using commerce::PaymentEvent;
using Json = nlohmann::json;

constexpr std::size_t kTextMax = commerce::kPaymentTextMax;
constexpr int kOk = 200;
constexpr int kNotFound = 404;

Json json_of(const StripeAnswer& answer) {
  Json json = Json::parse(answer.body, nullptr, false);
  return json.is_object() ? json : Json::object();
}

// The value at a path of names; null where there is none.
Json at(Json json, std::initializer_list<const char*> path) {
  for (const char* name : path) {
    if (!json.is_object() || !json.contains(name)) return {};
    json = Json(json[name]);
  }
  return json;
}

std::string text(const Json& json, std::initializer_list<const char*> path) {
  const Json value = at(json, path);
  if (!value.is_string()) return {};
  std::string found = value.get<std::string>();
  return found.size() <= kTextMax ? found : std::string();
}

std::optional<std::int64_t> integer(const Json& json, std::initializer_list<const char*> path) {
  const Json value = at(json, path);
  if (!value.is_number_integer()) return std::nullopt;
  return value.get<std::int64_t>();
}

std::string first_text(const std::string& a, const std::string& b, std::string_view otherwise) {
  if (!a.empty()) return a;
  return b.empty() ? std::string(otherwise) : b;
}

std::optional<Money> money(const Json& json, const char* field) {
  const auto minor = integer(json, {field});
  std::string letters = text(json, {"currency"});
  std::ranges::transform(letters, letters.begin(), [](unsigned char letter) {
    return static_cast<char>(std::toupper(letter));
  });
  const auto currency = Currency::parse(letters);
  if (!minor || !currency || *minor <= 0) return std::nullopt;
  return Money{*minor, *currency};
}

// Stripe says no to just this, so it did not happen.
bool refused(const StripeAnswer& answer) {
  const Json json = json_of(answer);
  if (text(json, {"error", "type"}) == "idempotency_error") return false;  // It may have happened.
  return answer.status == 400 || answer.status == 402 || answer.status == kNotFound;
}

std::string refusal(const StripeAnswer& answer) {
  const Json json = json_of(answer);
  const std::string kind = text(json, {"error", "type"});
  return first_text(text(json, {"error", "decline_code"}), text(json, {"error", "code"}),
                    kind.empty() ? "refused" : kind);
}

std::optional<Instant> capture_before(const Json& intent) {
  const auto seconds =
      integer(intent, {"latest_charge", "payment_method_details", "card", "capture_before"});
  if (!seconds || *seconds <= 0) return std::nullopt;
  return Instant{std::chrono::seconds{*seconds}};
}

}  // namespace

StripeAnswer found_intent(const StripeAnswer& answer) {
  const Json list = at(json_of(answer), {"data"});
  if (answer.status != kOk || !list.is_array()) return answer;
  if (list.empty()) return {kNotFound, "{}"};
  return {kOk, list[0].dump()};
}

StripeAnswer found_refund(const StripeAnswer& answer, std::string_view refund) {
  const Json list = at(json_of(answer), {"data"});
  if (answer.status != kOk || !list.is_array()) return answer;
  for (const Json& one : list) {
    if (text(one, {"metadata", "tally_refund"}) == refund) return {kOk, one.dump()};
  }
  return {kNotFound, "{}"};
}

IntentStatus intent_status(const StripeAnswer& answer) {
  if (answer.status != kOk) return IntentStatus::kNone;
  const std::string status = text(json_of(answer), {"status"});
  if (status.empty()) return IntentStatus::kNone;
  if (status == "requires_capture") return IntentStatus::kHeld;
  if (status == "succeeded") return IntentStatus::kCaptured;
  return status == "canceled" ? IntentStatus::kCancelled : IntentStatus::kOther;
}

std::string error_code(const StripeAnswer& answer) {
  return text(json_of(answer), {"error", "code"});
}

PaymentEvent hold_event(const ProviderRequest& request, const StripeAnswer& answer, Instant now) {
  if (refused(answer)) return HoldDeclined{now, refusal(answer)};
  if (answer.status != kOk) return unknown(request, now);
  const Json intent = json_of(answer);
  const std::string status = text(intent, {"status"});
  const std::string reference = text(intent, {"id"});
  if (status == "requires_capture") {
    const auto amount = money(intent, "amount_capturable");
    const auto until = capture_before(intent);
    if (!amount || !until || reference.empty()) return unknown(request, now);
    return HoldPlaced{now, *amount, *until, reference};
  }
  if (status == "requires_action") {
    const std::string url = text(intent, {"next_action", "redirect_to_url", "url"});
    // What only Stripe's own scripts can show, nobody here can.
    if (url.empty()) return HoldDeclined{now, "authentication_required"};
    return ActionNeeded{now, url, reference};
  }
  if (status == "requires_payment_method") {
    return HoldDeclined{now, first_text(text(intent, {"last_payment_error", "decline_code"}),
                                        text(intent, {"last_payment_error", "code"}), "declined")};
  }
  if (status == "canceled") return HoldExpired{now};
  return unknown(request, now);
}

PaymentEvent capture_event(const ProviderRequest& request, const StripeAnswer& answer,
                           Instant now) {
  if (refused(answer)) return CaptureRefused{now, refusal(answer)};
  switch (intent_status(answer)) {
    case IntentStatus::kCaptured:
      if (const auto amount = money(json_of(answer), "amount_received")) {
        return CaptureDone{now, *amount};
      }
      return unknown(request, now);
    case IntentStatus::kCancelled:
      return CaptureRefused{now, "capture_charge_authorization_expired"};
    default:
      return unknown(request, now);
  }
}

PaymentEvent release_event(const ProviderRequest& request, const StripeAnswer& answer,
                           Instant now) {
  if (refused(answer)) return ReleaseRefused{now, refusal(answer), request.key};
  switch (intent_status(answer)) {
    case IntentStatus::kCancelled:
      return ReleaseDone{now, request.key};
    case IntentStatus::kCaptured:
      return ReleaseRefused{now, "payment_intent_unexpected_state", request.key};
    default:
      return unknown(request, now);
  }
}

PaymentEvent refund_event(const ProviderRequest& request, const StripeAnswer& answer, Instant now) {
  if (refused(answer)) return RefundRefused{now, request.refund, refusal(answer)};
  const Json refund = json_of(answer);
  const std::string status = answer.status == kOk ? text(refund, {"status"}) : "";
  // Taken on by Stripe; should it fail later, a webhook says so.
  if (status == "succeeded" || status == "pending") return RefundDone{now, request.refund};
  if (status == "failed" || status == "canceled") {
    return RefundRefused{now, request.refund,
                         first_text(text(refund, {"failure_reason"}), {}, status)};
  }
  return unknown(request, now);
}

}  // namespace tally::payments
