#include "server/identity/tenants.hpp"

#include "server/identity/contact.hpp"
#include "server/identity/identity_error.hpp"

namespace tally::identity {
namespace {

using platform::Transaction;

Result<std::vector<Tenant>> first_tenants(Transaction& transaction, std::int64_t limit) {
  auto rows = transaction.query<TenantId, std::string, Instant>(
      "SELECT id, name, created_at FROM tenants ORDER BY created_at, id LIMIT $1", limit);
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<Tenant> tenants;
  for (auto& [id, name, created_at] : *rows) {
    tenants.push_back({std::move(id), std::move(name), created_at});
  }
  return tenants;
}

}  // namespace

Result<SetUp> add_tenant(Transaction& transaction, server::World& world, const NewTenant& wish) {
  auto name = normalise_name(wish.name);
  if (!name) return std::unexpected(std::move(name.error()));
  const auto there = first_tenants(transaction, kTenantsMax);
  if (!there) return std::unexpected(there.error());
  if (std::ssize(*there) >= kTenantsMax) {
    return fail(IdentityError::kLimit, fmt::format("there are {} tenants already", kTenantsMax));
  }
  Tenant tenant{world.new_id<TenantId>(), std::move(*name), world.now()};
  const auto added =
      transaction.execute("INSERT INTO tenants (id, name, created_at) VALUES ($1, $2, $3)",
                          tenant.id, tenant.name, tenant.created_at);
  if (!added) return std::unexpected(added.error());
  NewUser first = wish.owner;
  first.role = Role::kOwner;
  auto owner = add_user(transaction, world, tenant.id, first);
  if (!owner) return std::unexpected(std::move(owner.error()));
  return SetUp{std::move(tenant), std::move(*owner)};
}

Result<SetUp> set_up(Transaction& transaction, server::World& world, const NewTenant& wish) {
  const auto there = first_tenants(transaction, 1);
  if (!there) return std::unexpected(there.error());
  if (!there->empty()) {
    return fail(IdentityError::kTaken, "set-up has happened: sign in, or have an owner add you");
  }
  return add_tenant(transaction, world, wish);
}

Result<std::optional<Tenant>> find_tenant(Transaction& transaction, const TenantId& id) {
  auto row = transaction.query_one<TenantId, std::string, Instant>(
      "SELECT id, name, created_at FROM tenants WHERE id = $1", id);
  if (!row) return std::unexpected(std::move(row.error()));
  if (!*row) return std::optional<Tenant>();
  auto& [found, name, created_at] = **row;
  return std::optional(Tenant{std::move(found), std::move(name), created_at});
}

Result<std::optional<Tenant>> only_tenant(Transaction& transaction) {
  auto first = first_tenants(transaction, 2);
  if (!first) return std::unexpected(std::move(first.error()));
  if (first->size() != 1) return std::optional<Tenant>();
  return std::optional(std::move(first->front()));
}

Result<std::vector<Tenant>> list_tenants(Transaction& transaction) {
  return first_tenants(transaction, kTenantsMax);
}

Result<Tenant> rename_tenant(Transaction& transaction, const TenantId& id, std::string_view name) {
  auto normal = normalise_name(name);
  if (!normal) return std::unexpected(std::move(normal.error()));
  auto row = transaction.query_one<Instant>(
      "UPDATE tenants SET name = $2 WHERE id = $1 RETURNING created_at", id, *normal);
  if (!row) return std::unexpected(std::move(row.error()));
  if (!*row) return fail(IdentityError::kUnknown, fmt::format("there is no tenant {}", id.text()));
  return Tenant{id, std::move(*normal), std::get<0>(**row)};
}

}  // namespace tally::identity
