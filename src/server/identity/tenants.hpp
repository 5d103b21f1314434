// Tenants: operators of cabinets, to whom everything else belongs.
//
// Thread-safety: a transaction's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/connection.hpp"
#include "server/identity/users.hpp"
#include "server/world.hpp"

namespace tally::identity {

struct Tenant {
  TenantId id;
  std::string name;
  Instant created_at;
};

inline constexpr std::int64_t kTenantsMax = 1'000;

struct NewTenant {
  std::string name;
  NewUser owner;  // Its role is set to owner.
};
struct SetUp {
  Tenant tenant;
  User owner;
};

// Errors: as add_user; kLimit.
Result<SetUp> add_tenant(platform::Transaction& transaction, server::World& world,
                         const NewTenant& wish);

// The first tenant. Errors: kTaken where there is one; as add_tenant.
Result<SetUp> set_up(platform::Transaction& transaction, server::World& world,
                     const NewTenant& wish);

Result<std::optional<Tenant>> find_tenant(platform::Transaction& transaction, const TenantId& id);
// The one there is: where people sign in without naming one. Nothing if there are none or several.
Result<std::optional<Tenant>> only_tenant(platform::Transaction& transaction);
// By the time they were made.
Result<std::vector<Tenant>> list_tenants(platform::Transaction& transaction);

// Errors: kUnknown, kInvalid.
Result<Tenant> rename_tenant(platform::Transaction& transaction, const TenantId& id,
                             std::string_view name);

}  // namespace tally::identity
