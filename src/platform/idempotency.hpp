// Requests that take effect once however often they are sent: the caller's Idempotency-Key, what
// was asked under it, and the first reply, which later requests get again byte for byte (the
// semantics of draft-ietf-httpapi-idempotency-key-header, and Stripe's where it is silent).
//
//   1. begin_request() in a transaction of its own: the reply of before, or leave to go on.
//   2. The work, and finish_request() with its reply, in one transaction.
//
// If the program dies before 2 is committed nothing has happened, and after kInFlightMax the key
// may be tried anew; its new token keeps the one that was slow from finishing. A key never sees a
// token twice, not even after it was forgotten or purged. Replies of all statuses are kept; a
// request that was refused before any work is forgotten by forget_request(). A key is the
// principal's within its tenant: nobody gets another's reply.
//
// Thread-safety: a transaction's. Limits: kKeyBytesMax, kBodyBytesMax for a reply, kept for
// kRequestKept.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/connection.hpp"

namespace tally::platform {

enum class IdempotencyError : std::uint8_t {
  kKey,       // The key is empty, or longer than kKeyBytesMax.
  kInFlight,  // The first request with this key has no reply yet: ask again.
  kReused,    // The key was used for another route or another body: use a new one.
  kLost,      // This request was too slow: its key was tried anew, and nothing of it stays.
};
[[nodiscard]] ErrorCode code_of(IdempotencyError error);

inline constexpr std::size_t kKeyBytesMax = 255;
inline constexpr Duration kInFlightMax{60'000};
inline constexpr Duration kRequestKept = std::chrono::days(30);
inline constexpr std::int64_t kRequestsPurgedMax = 1'000;

struct IdempotentRequest {
  TenantId tenant;
  std::string principal;  // Who asks: "cus_…", the name of an API key.
  std::string key;
  std::string route;   // "POST /v1/sessions"
  std::string sha256;  // Of the body and whatever else makes it this request.
};

struct GoOn {
  std::int64_t token = 0;
};
struct Reply {
  std::int64_t status = 0;
  std::string head;  // Headers that belong to it, as the caller writes them.
  std::string body;  // Any bytes.

  friend bool operator==(const Reply&, const Reply&) = default;
};
using Begun = std::variant<GoOn, Reply>;

Result<Begun> begin_request(Transaction& transaction, const IdempotentRequest& request,
                            Instant now);
Result<void> finish_request(Transaction& transaction, const IdempotentRequest& request,
                            const GoOn& mine, const Reply& reply);
Result<void> forget_request(Transaction& transaction, const IdempotentRequest& request,
                            const GoOn& mine);

// Deletes what is older than kRequestKept, at most kRequestsPurgedMax at a time. How many.
Result<std::int64_t> purge_requests(Transaction& transaction, Instant now);

}  // namespace tally::platform
