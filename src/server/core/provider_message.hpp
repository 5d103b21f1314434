// What the outbox keeps of a call to a payment provider: the request, and whose it is.
//
// Thread-safety: pure functions. Errors: RecordError::kCorrupt.
#pragma once

#include <string>
#include <string_view>

#include "base/id.hpp"
#include "server/payments/provider.hpp"

namespace tally::core {

struct ProviderMessage {
  TenantId tenant;
  payments::ProviderRequest request;
};

[[nodiscard]] std::string to_text(const ProviderMessage& message);
Result<ProviderMessage> parse_provider_message(std::string_view text);

// The text of a call that died, to be asked anew nobody knows how long after: the provider may have
// done it and have forgotten its key, so it searches first.
Result<std::string> revived_text(std::string_view text);

}  // namespace tally::core
