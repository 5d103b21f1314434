#include "server/identity/api_keys.hpp"

#include "platform/aggregates.hpp"
#include "server/identity/contact.hpp"
#include "server/identity/identity_error.hpp"
#include "server/identity/roles.hpp"
#include "server/identity/token.hpp"

namespace tally::identity {
namespace {

using platform::Transaction;

constexpr std::size_t kShownDigits = 4;

template <typename... Parameters>
Result<std::vector<ApiKey>> select(Transaction& transaction, std::string_view rest,
                                   const Parameters&... parameters) {
  auto rows = transaction.query<ApiKeyId, TenantId, std::string, std::string, bool, std::string,
                                Instant, std::optional<Instant>, std::optional<Instant>>(
      fmt::format("SELECT id, tenant, name, role, live, last4, created_at, used_at, revoked_at "
                  "FROM api_keys {}",
                  rest),
      parameters...);
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<ApiKey> keys;
  for (auto& [id, tenant, name, role, live, last4, created_at, used_at, revoked_at] : *rows) {
    keys.push_back({std::move(id), std::move(tenant), std::move(name),
                    parse_role(role).value_or(Role::kViewer), live, std::move(last4), created_at,
                    used_at, revoked_at});
  }
  return keys;
}

Result<void> check_room(Transaction& transaction, const TenantId& tenant) {
  const auto count = transaction.query_one<std::int64_t>(
      "SELECT COUNT(*) FROM api_keys WHERE tenant = $1 AND revoked_at IS NULL", tenant);
  if (!count) return std::unexpected(count.error());
  if (std::get<0>(**count) < kApiKeysMax) return {};
  return fail(IdentityError::kLimit,
              fmt::format("a tenant has at most {} API keys: revoke one first", kApiKeysMax));
}

}  // namespace

Result<IssuedApiKey> add_api_key(Transaction& transaction, server::World& world,
                                 const TenantId& tenant, const NewApiKey& wish) {
  auto name = normalise_name(wish.name);
  if (!name) return std::unexpected(std::move(name.error()));
  if (!is_staff(wish.role)) {
    return fail(IdentityError::kInvalid,
                fmt::format("an API key can't be a {}: give viewer, restocker, reviewer, operator "
                            "or owner",
                            name_of(wish.role)));
  }
  if (auto room = check_room(transaction, tenant); !room) {
    return std::unexpected(std::move(room.error()));
  }
  Token token = make_token(world, wish.live ? kLiveKeyPrefix : kTestKeyPrefix);
  ApiKey key{world.new_id<ApiKeyId>(),
             tenant,
             std::move(*name),
             wish.role,
             wish.live,
             token.text.substr(token.text.size() - kShownDigits),
             world.now(),
             std::nullopt,
             std::nullopt};
  const auto added = transaction.execute(
      "INSERT INTO api_keys (id, secret_sha256, tenant, name, role, live, last4, created_at) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
      key.id, token.sha256, tenant, key.name, name_of(key.role), key.live, key.last4,
      key.created_at);
  if (!added) return std::unexpected(added.error());
  return IssuedApiKey{std::move(key), std::move(token.text)};
}

Result<std::vector<ApiKey>> list_api_keys(Transaction& transaction, const TenantId& tenant) {
  return select(transaction, "WHERE tenant = $1 ORDER BY created_at DESC, id DESC LIMIT $2", tenant,
                platform::kPageMax);
}

Result<std::optional<ApiKey>> find_api_key(Transaction& transaction, const TenantId& tenant,
                                           const ApiKeyId& id) {
  auto found = select(transaction, "WHERE tenant = $1 AND id = $2", tenant, id.text());
  if (!found) return std::unexpected(std::move(found.error()));
  if (found->empty()) return std::optional<ApiKey>();
  return std::optional(std::move(found->front()));
}

Result<ApiKey> revoke_api_key(Transaction& transaction, const TenantId& tenant, const ApiKeyId& id,
                              Instant now) {
  const auto revoked = transaction.execute(
      "UPDATE api_keys SET revoked_at = $3 WHERE tenant = $1 AND id = $2 AND revoked_at IS NULL",
      tenant, id.text(), now);
  if (!revoked) return std::unexpected(revoked.error());
  auto key = find_api_key(transaction, tenant, id);
  if (!key) return std::unexpected(std::move(key.error()));
  if (!*key) return fail(IdentityError::kUnknown, fmt::format("there is no API key {}", id.text()));
  return std::move(**key);
}

}  // namespace tally::identity
