#include "server/payments/stripe_notice.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tally::payments {
namespace {

using commerce::PaymentState;
using Json = nlohmann::json;

// The text at a JSON pointer (RFC 6901); empty where there is none of a fitting length.
std::string text(const Json& json, const char* pointer) {
  const Json::json_pointer where(pointer);
  if (!json.contains(where) || !json.at(where).is_string()) return {};
  auto found = json.at(where).get<std::string>();
  return found.size() <= commerce::kPaymentTextMax ? found : std::string();
}

}  // namespace

std::optional<StripeNotice> parse_stripe_notice(std::string_view payload) {
  using What = StripeNotice::What;
  const Json json = Json::parse(payload, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const std::string type = text(json, "/type");
  StripeNotice notice;
  if (type == "refund.failed") {
    notice.refund = text(json, "/data/object/metadata/tally_refund");
    notice.intent = text(json, "/data/object/payment_intent");
    notice.payment = text(json, "/data/object/metadata/tally_payment");
    notice.code = text(json, "/data/object/failure_reason");
    if (notice.code.empty()) notice.code = "failed";
    notice.what = What::kRefundFailed;
    if (notice.refund.empty()) return std::nullopt;
  } else {
    const bool look = type == "payment_intent.amount_capturable_updated" ||
                      type == "payment_intent.payment_failed";
    if (!look && type != "payment_intent.canceled") return std::nullopt;
    notice.payment = text(json, "/data/object/metadata/tally_payment");
    notice.intent = text(json, "/data/object/id");
    notice.what = look ? What::kLook : What::kCancelled;
  }
  if (notice.payment.empty() || notice.intent.empty()) return std::nullopt;
  return notice;
}

std::string saved_card_in(std::string_view payload) {
  const Json json = Json::parse(payload, nullptr, false);
  if (!json.is_object() || text(json, "/type") != "checkout.session.completed") return {};
  return text(json, "/data/object/mode") == "setup" ? text(json, "/data/object/id") : "";
}

std::optional<commerce::PaymentEvent> event_of(const StripeNotice& notice,
                                               const commerce::Payment& payment, Instant now) {
  using namespace commerce::payment_event;
  if (notice.intent != payment.reference) return std::nullopt;  // The hold's own answer comes.
  switch (notice.what) {
    case StripeNotice::What::kRefundFailed: {
      const auto ours = std::ranges::find_if(
          payment.refunds, [&](const auto& one) { return one.id.text() == notice.refund; });
      if (ours == payment.refunds.end()) return std::nullopt;
      return RefundRefused{now, ours->id, notice.code};
    }
    case StripeNotice::What::kCancelled:
      // While we release or capture it, only the answer to that says what became of it.
      if (payment.state == PaymentState::kHeld) return HoldExpired{now};
      [[fallthrough]];
    case StripeNotice::What::kLook:
      if (payment.state == PaymentState::kActionNeeded) return ActionDone{now};
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace tally::payments
