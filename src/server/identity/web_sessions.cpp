#include "server/identity/web_sessions.hpp"

#include <fmt/format.h>

#include "base/digest.hpp"
#include "base/secret.hpp"
#include "server/identity/identity_error.hpp"
#include "server/identity/token.hpp"

namespace tally::identity {
namespace {

using platform::Transaction;

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Result<SignedIn> start(Transaction& transaction, server::World& world, const TenantId& tenant,
                       const std::string& person, std::string_view agent) {
  const auto room = transaction.execute(
      "DELETE FROM web_sessions WHERE id IN (SELECT id FROM web_sessions WHERE tenant = $1 AND "
      "person = $2 ORDER BY used_at DESC, id DESC LIMIT $3 OFFSET $4)",
      tenant, person, kWebSessionsMax, kWebSessionsMax - 1);
  if (!room) return std::unexpected(room.error());
  const Instant now = world.now();
  Token token = make_token(world, kSessionPrefix);
  WebSession session{world.new_id<WebSessionId>(),
                     tenant,
                     person,
                     platform::storable_text(agent, kAgentBytesMax),
                     now,
                     now,
                     now + session_lifetime(person)};
  const auto added = transaction.execute(
      "INSERT INTO web_sessions (id, token_sha256, tenant, person, agent, created_at, used_at, "
      "expires_at) VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
      session.id, token.sha256, tenant, person, session.agent, now, session.expires_at);
  if (!added) return std::unexpected(added.error());
  std::string csrf = csrf_of(token.text);
  return SignedIn{std::move(token.text), std::move(csrf), std::move(session)};
}

}  // namespace

Duration session_lifetime(std::string_view person) {
  return UserId::parse(person) ? kUserSessionLifetime : kShopperSessionLifetime;
}

std::string csrf_of(std::string_view token) {
  return base32(hmac_sha256(bytes_of(token), bytes_of("tally.csrf.v1")));
}

bool is_csrf(std::string_view token, std::string_view given) {
  return same_secret(csrf_of(token), given);
}

Result<SignedIn> start_session(Transaction& transaction, server::World& world,
                               const TenantId& tenant, const ShopperId& shopper,
                               std::string_view agent) {
  return start(transaction, world, tenant, shopper.text(), agent);
}

Result<SignedIn> start_session(Transaction& transaction, server::World& world,
                               const TenantId& tenant, const UserId& user, std::string_view agent) {
  return start(transaction, world, tenant, user.text(), agent);
}

Result<std::vector<WebSession>> list_sessions(Transaction& transaction, const TenantId& tenant,
                                              std::string_view person, Instant now) {
  auto rows = transaction.query<WebSessionId, std::string, Instant, Instant, Instant>(
      "SELECT id, agent, created_at, used_at, expires_at FROM web_sessions "
      "WHERE tenant = $1 AND person = $2 AND expires_at > $3 ORDER BY used_at DESC, id DESC",
      tenant, person, now);
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<WebSession> sessions;
  for (auto& [id, agent, created_at, used_at, expires_at] : *rows) {
    sessions.push_back({std::move(id), tenant, std::string(person), std::move(agent), created_at,
                        used_at, expires_at});
  }
  return sessions;
}

Result<void> end_session(Transaction& transaction, std::string_view token) {
  const auto ended =
      transaction.execute("DELETE FROM web_sessions WHERE token_sha256 = $1", sha256_hex(token));
  if (!ended) return std::unexpected(ended.error());
  return {};
}

Result<void> end_session(Transaction& transaction, const TenantId& tenant, std::string_view person,
                         const WebSessionId& id) {
  const auto ended =
      transaction.execute("DELETE FROM web_sessions WHERE tenant = $1 AND person = $2 AND id = $3",
                          tenant, person, id.text());
  if (!ended) return std::unexpected(ended.error());
  if (*ended == 1) return {};
  return fail(IdentityError::kUnknown, fmt::format("there is no session {}", id.text()));
}

Result<std::int64_t> end_sessions(Transaction& transaction, const TenantId& tenant,
                                  std::string_view person,
                                  const std::optional<WebSessionId>& kept) {
  return transaction.execute(
      "DELETE FROM web_sessions WHERE tenant = $1 AND person = $2 AND id <> $3", tenant, person,
      kept ? kept->text() : "");
}

}  // namespace tally::identity
