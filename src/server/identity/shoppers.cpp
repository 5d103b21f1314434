#include "server/identity/shoppers.hpp"

#include "platform/aggregates.hpp"
#include "server/identity/contact.hpp"

namespace tally::identity {
namespace {

using platform::Transaction;

template <typename... Parameters>
Result<std::vector<Shopper>> select(Transaction& transaction, std::string_view rest,
                                    const Parameters&... parameters) {
  auto rows = transaction.query<ShopperId, TenantId, std::string, std::string, Instant>(
      fmt::format("SELECT id, tenant, email, name, created_at FROM shoppers {}", rest),
      parameters...);
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<Shopper> shoppers;
  for (auto& [id, tenant, email, name, created_at] : *rows) {
    shoppers.push_back(
        {std::move(id), std::move(tenant), std::move(email), std::move(name), created_at});
  }
  return shoppers;
}

template <typename... Parameters>
Result<std::optional<Shopper>> select_one(Transaction& transaction, std::string_view rest,
                                          const Parameters&... parameters) {
  auto found = select(transaction, rest, parameters...);
  if (!found) return std::unexpected(std::move(found.error()));
  if (found->empty()) return std::optional<Shopper>();
  return std::optional(std::move(found->front()));
}

}  // namespace

Result<std::optional<Shopper>> find_shopper(Transaction& transaction, const TenantId& tenant,
                                            const ShopperId& id) {
  return select_one(transaction, "WHERE tenant = $1 AND id = $2", tenant, id.text());
}

Result<std::optional<Shopper>> find_shopper_by_email(Transaction& transaction,
                                                     const TenantId& tenant,
                                                     std::string_view email) {
  const auto normal = normalise_email(email);
  if (!normal) return std::optional<Shopper>();
  return select_one(transaction, "WHERE tenant = $1 AND email = $2", tenant, *normal);
}

Result<std::vector<Shopper>> list_shoppers(Transaction& transaction, const ShopperPage& page) {
  if (page.limit < 1 || page.limit > platform::kPageMax) {
    return fail(IdentityError::kLimit,
                fmt::format("a page of {}; ask for 1 to {}", page.limit, platform::kPageMax));
  }
  return select(transaction,
                "WHERE tenant = $1 AND (CAST($2 AS TEXT) IS NULL OR (created_at, id) < "
                "(SELECT created_at, id FROM shoppers WHERE tenant = $1 AND id = $2)) "
                "ORDER BY created_at DESC, id DESC LIMIT $3",
                page.tenant, page.starting_after, page.limit);
}

Result<Shopper> rename_shopper(Transaction& transaction, const TenantId& tenant,
                               const ShopperId& id, std::string_view name) {
  auto normal = normalise_name(name);
  if (!normal) return std::unexpected(std::move(normal.error()));
  const auto changed = transaction.execute(
      "UPDATE shoppers SET name = $3 WHERE tenant = $1 AND id = $2", tenant, id.text(), *normal);
  if (!changed) return std::unexpected(changed.error());
  auto shopper = find_shopper(transaction, tenant, id);
  if (!shopper) return std::unexpected(std::move(shopper.error()));
  if (*shopper) return std::move(**shopper);
  return fail(IdentityError::kUnknown, fmt::format("there is no shopper {}", id.text()));
}

}  // namespace tally::identity
