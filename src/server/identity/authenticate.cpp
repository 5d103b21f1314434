#include "server/identity/authenticate.hpp"

#include <fmt/format.h>

#include <optional>

#include "base/digest.hpp"
#include "server/identity/api_keys.hpp"
#include "server/identity/device_keys.hpp"
#include "server/identity/identity_error.hpp"
#include "server/identity/roles.hpp"
#include "server/identity/token.hpp"
#include "server/identity/web_sessions.hpp"

namespace tally::identity {
namespace {

using platform::Transaction;

std::unexpected<Error> refused() {
  return fail(IdentityError::kCredential,
              "these credentials are not known here, or were revoked: sign in, or use another key");
}

bool is_due(const std::optional<Instant>& used_at, Instant now) {
  return !used_at || now - *used_at >= kUseNotedEvery;
}

Result<Authenticated> of_session(Transaction& transaction, const std::string& sha256, Instant now) {
  auto row = transaction.query_one<WebSessionId, TenantId, std::string, Instant, Instant,
                                   std::optional<std::string>, std::optional<bool>>(
      "SELECT web_sessions.id, web_sessions.tenant, web_sessions.person, web_sessions.used_at, "
      "web_sessions.expires_at, users.role, users.disabled FROM web_sessions LEFT JOIN users "
      "ON users.id = web_sessions.person AND users.tenant = web_sessions.tenant "
      "WHERE web_sessions.token_sha256 = $1",
      sha256);
  if (!row) return std::unexpected(std::move(row.error()));
  if (!*row) return refused();
  auto& [id, tenant, person, used_at, expires_at, role, disabled] = **row;
  if (expires_at <= now) {
    return fail(IdentityError::kExpired, "this session has ended: sign in again");
  }
  std::optional<Role> now_role;
  if (ShopperId::parse(person)) {
    now_role = Role::kShopper;
  } else if (role && disabled == false) {
    now_role = parse_role(*role);
  }
  if (!now_role) return refused();
  return Authenticated{{*now_role, std::move(tenant), std::move(person), false, "session"},
                       id.text(),
                       is_due(used_at, now)};
}

Result<Authenticated> of_api_key(Transaction& transaction, const std::string& sha256, Instant now) {
  auto row = transaction.query_one<ApiKeyId, TenantId, std::string, bool, std::optional<Instant>>(
      "SELECT id, tenant, role, live, used_at FROM api_keys "
      "WHERE secret_sha256 = $1 AND revoked_at IS NULL",
      sha256);
  if (!row) return std::unexpected(std::move(row.error()));
  if (!*row) return refused();
  auto& [id, tenant, name, live, used_at] = **row;
  const auto role = parse_role(name);
  if (!role) return refused();
  return Authenticated{
      {*role, std::move(tenant), id.text(), live, "api_key"}, id.text(), is_due(used_at, now)};
}

Result<Authenticated> of_device(Transaction& transaction, const std::string& sha256, Instant now) {
  auto row = transaction.query_one<DeviceKeyId, TenantId, CabinetId, std::optional<Instant>>(
      "SELECT id, tenant, cabinet, used_at FROM device_keys "
      "WHERE secret_sha256 = $1 AND revoked_at IS NULL",
      sha256);
  if (!row) return std::unexpected(std::move(row.error()));
  if (!*row) return refused();
  auto& [id, tenant, cabinet, used_at] = **row;
  return Authenticated{{Role::kDevice, std::move(tenant), cabinet.text(), false, "device_key"},
                       id.text(),
                       is_due(used_at, now)};
}

Result<void> note_session(Transaction& transaction, const Authenticated& used, Instant now) {
  const auto noted = transaction.execute(
      "UPDATE web_sessions SET used_at = $2, expires_at = $3 "
      "WHERE id = $1 AND expires_at > $2 AND used_at < $2",
      used.credential, now, now + session_lifetime(used.principal.id));
  if (!noted) return std::unexpected(noted.error());
  return {};
}

Result<void> note_api_key(Transaction& transaction, const Authenticated& used, Instant now) {
  const auto noted =
      transaction.execute("UPDATE api_keys SET used_at = $2 WHERE id = $1 AND revoked_at IS NULL",
                          used.credential, now);
  if (!noted) return std::unexpected(noted.error());
  return {};
}

Result<void> note_device(Transaction& transaction, const Authenticated& used, Instant now) {
  const auto first = transaction.execute(
      "UPDATE device_keys SET used_at = $2 "
      "WHERE id = $1 AND used_at IS NULL AND revoked_at IS NULL",
      used.credential, now);
  if (!first) return std::unexpected(first.error());
  const auto rest = transaction.execute(
      *first == 1 ? "UPDATE device_keys SET revoked_at = $2 WHERE cabinet IN "
                    "(SELECT cabinet FROM device_keys WHERE id = $1) AND id <> $1 "
                    "AND revoked_at IS NULL"
                  : "UPDATE device_keys SET used_at = $2 WHERE id = $1 AND revoked_at IS NULL",
      used.credential, now);
  if (!rest) return std::unexpected(rest.error());
  return {};
}

}  // namespace

Result<Authenticated> authenticate(Transaction& transaction, std::string_view credential,
                                   Instant now) {
  if (credential.size() > kCredentialBytesMax) return refused();
  const std::string sha256 = sha256_hex(credential);
  if (credential.starts_with(kSessionPrefix)) return of_session(transaction, sha256, now);
  if (credential.starts_with(kTestKeyPrefix) || credential.starts_with(kLiveKeyPrefix)) {
    return of_api_key(transaction, sha256, now);
  }
  if (credential.starts_with(kDevicePrefix)) return of_device(transaction, sha256, now);
  return refused();
}

Result<void> note_use(Transaction& transaction, const Authenticated& authenticated, Instant now) {
  if (!authenticated.note_use) return {};
  if (WebSessionId::parse(authenticated.credential)) {
    return note_session(transaction, authenticated, now);
  }
  if (ApiKeyId::parse(authenticated.credential)) {
    return note_api_key(transaction, authenticated, now);
  }
  return note_device(transaction, authenticated, now);
}

}  // namespace tally::identity
