// Users: the operator's people, each of one tenant, who sign in with e-mail address and password
// (sign_in.hpp). A tenant always has an owner who is not disabled.
//
// Every function takes the tenant and sees no other's. Thread-safety: a transaction's.
// Limits: kUsersMax in a tenant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/connection.hpp"
#include "server/identity/passwords.hpp"
#include "server/identity/roles.hpp"
#include "server/world.hpp"

namespace tally::identity {

struct User {
  UserId id;
  TenantId tenant;
  std::string email;  // Unique in the tenant.
  std::string name;
  Role role = Role::kViewer;  // Viewer to owner.
  bool disabled = false;      // Can't sign in; sessions have ended.
  Instant created_at;
};

inline constexpr std::int64_t kUsersMax = 1'000;

struct NewUser {
  std::string email;
  std::string name;
  Role role = Role::kViewer;
  HashedPassword password;
};
// Errors: kTaken, kInvalid, kLimit.
Result<User> add_user(platform::Transaction& transaction, server::World& world,
                      const TenantId& tenant, const NewUser& wish);

Result<std::optional<User>> find_user(platform::Transaction& transaction, const TenantId& tenant,
                                      const UserId& id);
// By e-mail address.
Result<std::vector<User>> list_users(platform::Transaction& transaction, const TenantId& tenant);

struct UserChange {
  std::optional<std::string> name = std::nullopt;
  std::optional<Role> role = std::nullopt;  // Counts from the next request on.
  std::optional<bool> disabled = std::nullopt;
};
// Errors: kUnknown, kInvalid, kLastOwner.
Result<User> change_user(platform::Transaction& transaction, const TenantId& tenant,
                         const UserId& id, const UserChange& change);

// For good, with all sessions. Errors: kUnknown, kLastOwner.
Result<void> remove_user(platform::Transaction& transaction, const TenantId& tenant,
                         const UserId& id);

// By another who may: ends every session of the user, and forgets failures to sign in. One's own is
// changed by change_own_password (sign_in.hpp). Errors: kUnknown.
Result<void> reset_password(platform::Transaction& transaction, const TenantId& tenant,
                            const UserId& id, const HashedPassword& password);

}  // namespace tally::identity
