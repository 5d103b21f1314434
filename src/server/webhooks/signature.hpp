// How a receiver knows that a webhook is ours, and new: HMAC-SHA-256 under the endpoint's secret
// over the time, a full stop and the raw body, as Stripe signs its webhooks, so that what verifies
// those verifies these. Receivers refuse what is older than five minutes.
//
// Thread-safety: pure function.
#pragma once

#include <string>
#include <string_view>

#include "base/instant.hpp"

namespace tally::webhooks {

inline constexpr std::string_view kSignatureHeader = "Tally-Signature";

// "t=1800000000,v1=5257a869…": seconds since 1970, and the code in hexadecimal. The secret's bytes
// are taken as they are, "whsec_" included.
[[nodiscard]] std::string signature_of(std::string_view secret, Instant now, std::string_view body);

}  // namespace tally::webhooks
