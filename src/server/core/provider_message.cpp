#include "server/core/provider_message.hpp"

#include <algorithm>

#include "server/records/archive.hpp"

namespace tally::records {

template <>
inline constexpr int kValues<commerce::PaymentRequest> = commerce::kPaymentRequestCount;

template <typename Archive, Same<payments::ProviderRequest> Value>
void describe(Archive& archive, Value& request) {
  archive("kind", request.kind);
  archive("payment", request.payment);
  archive("refund", request.refund);
  archive("key", request.key);
  archive("attempt", request.attempt);
  archive("amount", request.amount);
  archive("method", request.method);
  archive("reference", request.reference);
  archive("description", request.description);
}

template <typename Archive, Same<core::ProviderMessage> Value>
void describe(Archive& archive, Value& message) {
  archive("tenant", message.tenant);
  archive("request", message.request);
}

}  // namespace tally::records

TALLY_RECORD(tally::core::ProviderMessage);

namespace tally::core {

std::string to_text(const ProviderMessage& message) { return records::to_text(message); }
Result<ProviderMessage> parse_provider_message(std::string_view text) {
  return records::parse<ProviderMessage>(text);
}

Result<std::string> revived_text(std::string_view text) {
  auto message = parse_provider_message(text);
  if (!message) return std::unexpected(message.error());
  message->request.attempt = std::max(message->request.attempt, commerce::kSearchAttempt);
  return to_text(*message);
}

}  // namespace tally::core
