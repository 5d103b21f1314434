// Sessions of people in browsers: a random bearer token of 256 bits, "tally_session_…", of which
// the store keeps the SHA-256. A session slides: it ends when it was not used for its lifetime.
//
// Every function that names a person takes the tenant and sees no other's.
// Thread-safety: a transaction's, and pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/connection.hpp"
#include "server/world.hpp"

namespace tally::identity {

// clang-format off
struct WebSessionKind { static constexpr std::string_view kPrefix = "wss"; };
// clang-format on
using WebSessionId = Id<WebSessionKind>;

inline constexpr Duration kShopperSessionLifetime = std::chrono::days(30);
inline constexpr Duration kUserSessionLifetime = std::chrono::hours(12);
// Of a person: "cus_…" or "usr_…".
[[nodiscard]] Duration session_lifetime(std::string_view person);
inline constexpr std::int64_t kWebSessionsMax = 50;  // Of one person; the longest unused one ends.
inline constexpr std::size_t kAgentBytesMax = 200;

struct WebSession {
  WebSessionId id;
  TenantId tenant;
  std::string person;  // "cus_…" or "usr_…"
  std::string agent;   // What the browser calls itself, cut to kAgentBytesMax: to know it again.
  Instant created_at;
  Instant used_at;  // To about a minute.
  Instant expires_at;
};

// What the browser gets, once.
struct SignedIn {
  std::string token;
  std::string csrf;
  WebSession session;
};

// The value that a page sends beside its cookie (OWASP's signed double submit): derived from the
// token, and tells nothing of it.
[[nodiscard]] std::string csrf_of(std::string_view token);
[[nodiscard]] bool is_csrf(std::string_view token, std::string_view given);

Result<SignedIn> start_session(platform::Transaction& transaction, server::World& world,
                               const TenantId& tenant, const ShopperId& shopper,
                               std::string_view agent);
Result<SignedIn> start_session(platform::Transaction& transaction, server::World& world,
                               const TenantId& tenant, const UserId& user, std::string_view agent);

// Those that have not ended, used last first.
Result<std::vector<WebSession>> list_sessions(platform::Transaction& transaction,
                                              const TenantId& tenant, std::string_view person,
                                              Instant now);

// Signing out. A token that is none is no error.
Result<void> end_session(platform::Transaction& transaction, std::string_view token);
// Errors: kUnknown.
Result<void> end_session(platform::Transaction& transaction, const TenantId& tenant,
                         std::string_view person, const WebSessionId& id);
// All of a person, but for `kept`. How many.
Result<std::int64_t> end_sessions(platform::Transaction& transaction, const TenantId& tenant,
                                  std::string_view person,
                                  const std::optional<WebSessionId>& kept = std::nullopt);

}  // namespace tally::identity
