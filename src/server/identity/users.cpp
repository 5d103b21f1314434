#include "server/identity/users.hpp"

#include "server/identity/contact.hpp"
#include "server/identity/identity_error.hpp"
#include "server/identity/sign_in_record.hpp"
#include "server/identity/web_sessions.hpp"

namespace tally::identity {
namespace {

using platform::Transaction;

template <typename... Parameters>
Result<std::vector<User>> select(Transaction& transaction, std::string_view rest,
                                 const Parameters&... parameters) {
  auto rows =
      transaction.query<UserId, TenantId, std::string, std::string, std::string, bool, Instant>(
          fmt::format("SELECT id, tenant, email, name, role, disabled, created_at "
                      "FROM users {}",
                      rest),
          parameters...);
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<User> users;
  for (auto& [id, tenant, email, name, role, disabled, created_at] : *rows) {
    users.push_back({std::move(id), std::move(tenant), std::move(email), std::move(name),
                     parse_role(role).value_or(Role::kViewer), disabled, created_at});
  }
  return users;
}

std::unexpected<Error> unknown(const UserId& id) {
  return fail(IdentityError::kUnknown, fmt::format("there is no user {}", id.text()));
}

Result<void> check_role(Role role) {
  if (is_staff(role)) return {};
  return fail(IdentityError::kInvalid,
              fmt::format("a user can't be a {}: give viewer, restocker, reviewer, operator or "
                          "owner",
                          name_of(role)));
}

// After the change: the transaction is rolled back where it was one too many.
Result<void> check_owner_stays(Transaction& transaction, const TenantId& tenant) {
  const auto owners = transaction.query_one<std::int64_t>(
      "SELECT COUNT(*) FROM users WHERE tenant = $1 AND role = 'owner' AND disabled = 0", tenant);
  if (!owners) return std::unexpected(owners.error());
  if (*owners && std::get<0>(**owners) > 0) return {};
  return fail(IdentityError::kLastOwner,
              "this is the last owner: make another user an owner first");
}

Result<User> existing(Transaction& transaction, const TenantId& tenant, const UserId& id) {
  auto user = find_user(transaction, tenant, id);
  if (!user) return std::unexpected(std::move(user.error()));
  if (!*user) return unknown(id);
  return std::move(**user);
}

}  // namespace

Result<User> add_user(Transaction& transaction, server::World& world, const TenantId& tenant,
                      const NewUser& wish) {
  auto email = normalise_email(wish.email);
  if (!email) return std::unexpected(std::move(email.error()));
  auto name = normalise_name(wish.name);
  if (!name) return std::unexpected(std::move(name.error()));
  if (auto fits = check_role(wish.role); !fits) return std::unexpected(std::move(fits.error()));
  const auto count =
      transaction.query_one<std::int64_t>("SELECT COUNT(*) FROM users WHERE tenant = $1", tenant);
  if (!count) return std::unexpected(count.error());
  if (std::get<0>(**count) >= kUsersMax) {
    return fail(IdentityError::kLimit, fmt::format("a tenant has at most {} users", kUsersMax));
  }
  User user{world.new_id<UserId>(),
            tenant,
            std::move(*email),
            std::move(*name),
            wish.role,
            false,
            world.now()};
  const auto added = transaction.execute(
      "INSERT INTO users (id, tenant, email, name, role, password_hash, disabled, created_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, 0, $7) ON CONFLICT DO NOTHING",
      user.id, user.tenant, user.email, user.name, name_of(user.role), wish.password.hash,
      user.created_at);
  if (!added) return std::unexpected(added.error());
  if (*added == 1) return user;
  return fail(IdentityError::kTaken,
              fmt::format("there is a user with the e-mail address {} already", user.email));
}

Result<std::optional<User>> find_user(Transaction& transaction, const TenantId& tenant,
                                      const UserId& id) {
  if (id.empty()) return std::optional<User>();
  auto found = select(transaction, "WHERE tenant = $1 AND id = $2", tenant, id);
  if (!found) return std::unexpected(std::move(found.error()));
  if (found->empty()) return std::optional<User>();
  return std::optional(std::move(found->front()));
}

Result<std::vector<User>> list_users(Transaction& transaction, const TenantId& tenant) {
  return select(transaction, "WHERE tenant = $1 ORDER BY email LIMIT $2", tenant, kUsersMax);
}

Result<User> change_user(Transaction& transaction, const TenantId& tenant, const UserId& id,
                         const UserChange& change) {
  auto user = existing(transaction, tenant, id);
  if (!user) return user;
  if (change.name) {
    auto name = normalise_name(*change.name);
    if (!name) return std::unexpected(std::move(name.error()));
    user->name = std::move(*name);
  }
  user->role = change.role.value_or(user->role);
  user->disabled = change.disabled.value_or(user->disabled);
  if (auto fits = check_role(user->role); !fits) return std::unexpected(std::move(fits.error()));
  const auto changed = transaction.execute(
      "UPDATE users SET name = $3, role = $4, disabled = $5 WHERE tenant = $1 AND id = $2", tenant,
      id, user->name, name_of(user->role), user->disabled);
  if (!changed) return std::unexpected(changed.error());
  if (auto stays = check_owner_stays(transaction, tenant); !stays) {
    return std::unexpected(std::move(stays.error()));
  }
  if (user->disabled) {
    const auto ended = end_sessions(transaction, tenant, id.text());
    if (!ended) return std::unexpected(ended.error());
  }
  return user;
}

Result<void> remove_user(Transaction& transaction, const TenantId& tenant, const UserId& id) {
  const auto user = existing(transaction, tenant, id);
  if (!user) return std::unexpected(user.error());
  const auto ended = end_sessions(transaction, tenant, id.text());
  if (!ended) return std::unexpected(ended.error());
  const auto gone =
      transaction.execute("DELETE FROM users WHERE tenant = $1 AND id = $2", tenant, id);
  if (!gone) return std::unexpected(gone.error());
  if (auto cleared = forget_failures(transaction, tenant, user->email); !cleared) return cleared;
  return check_owner_stays(transaction, tenant);
}

Result<void> reset_password(Transaction& transaction, const TenantId& tenant, const UserId& id,
                            const HashedPassword& password) {
  const auto user = existing(transaction, tenant, id);
  if (!user) return std::unexpected(user.error());
  const auto changed =
      transaction.execute("UPDATE users SET password_hash = $3 WHERE tenant = $1 AND id = $2",
                          tenant, id, password.hash);
  if (!changed) return std::unexpected(changed.error());
  const auto ended = end_sessions(transaction, tenant, id.text());
  if (!ended) return std::unexpected(ended.error());
  return forget_failures(transaction, tenant, user->email);
}

}  // namespace tally::identity
