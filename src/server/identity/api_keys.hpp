// API keys of a tenant, for programs: "tally_test_…" and "tally_live_…" with 256 random bits, shown
// once, of which the store keeps the SHA-256.
//
// Every function takes the tenant and sees no other's. Thread-safety: a transaction's.
// Limits: kApiKeysMax of a tenant that are not revoked.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/connection.hpp"
#include "server/identity/principal.hpp"
#include "server/world.hpp"

namespace tally::identity {

// clang-format off
struct ApiKeyKind { static constexpr std::string_view kPrefix = "key"; };
// clang-format on
using ApiKeyId = Id<ApiKeyKind>;

inline constexpr std::int64_t kApiKeysMax = 100;

struct ApiKey {
  ApiKeyId id;
  TenantId tenant;
  std::string name;
  Role role = Role::kViewer;  // Viewer to owner, for good.
  bool live = false;
  std::string last4;  // Of the key, to know it again.
  Instant created_at;
  std::optional<Instant> used_at;  // To about a minute.
  std::optional<Instant> revoked_at;
};

struct NewApiKey {
  std::string name;
  Role role = Role::kViewer;
  bool live = false;
};
struct IssuedApiKey {
  ApiKey key;
  std::string secret;  // The whole key, this once.
};
// That the maker has such a role is the caller's to check: may(maker, wish.role).
// Errors: kInvalid, kLimit.
Result<IssuedApiKey> add_api_key(platform::Transaction& transaction, server::World& world,
                                 const TenantId& tenant, const NewApiKey& wish);
// Newest first; revoked ones too, at most platform::kPageMax.
Result<std::vector<ApiKey>> list_api_keys(platform::Transaction& transaction,
                                          const TenantId& tenant);
Result<std::optional<ApiKey>> find_api_key(platform::Transaction& transaction,
                                           const TenantId& tenant, const ApiKeyId& id);
// Twice is once. Errors: kUnknown.
Result<ApiKey> revoke_api_key(platform::Transaction& transaction, const TenantId& tenant,
                              const ApiKeyId& id, Instant now);

}  // namespace tally::identity
