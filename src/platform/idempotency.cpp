#include "platform/idempotency.hpp"

#include <cstdlib>

namespace tally::platform {

ErrorCode code_of(IdempotencyError error) {
  switch (error) {
    case IdempotencyError::kKey:
      return {"idempotency.key", ErrorKind::kUsage};
    case IdempotencyError::kInFlight:
      return {"idempotency.in_flight", ErrorKind::kConflict};
    case IdempotencyError::kReused:
      return {"idempotency.reused", ErrorKind::kFailed};
    case IdempotencyError::kLost:
      return {"idempotency.lost", ErrorKind::kConflict};
  }
  std::abort();
}

namespace {

struct Standing {
  std::string route;
  std::string sha256;
  bool in_flight;
  std::int64_t token;
  Instant started_at;
  std::optional<Reply> reply;

  // Its row stays for its token's sake only.
  [[nodiscard]] bool forgotten() const { return !in_flight && !reply; }
};

Result<std::optional<Standing>> standing_of(Transaction& transaction,
                                            const IdempotentRequest& request) {
  auto row =
      transaction
          .query_one<std::string, std::string, bool, std::int64_t, Instant,
                     std::optional<std::int64_t>, std::optional<std::string>, std::optional<Blob>>(
              "SELECT route, request_sha256, in_flight, token, started_at, status, head, body "
              "FROM idempotency_keys WHERE tenant = $1 AND principal = $2 AND request_key = $3",
              request.tenant, request.principal, request.key);
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<Standing>();
  auto& [route, sha256, in_flight, token, started_at, status, head, body] = **row;
  Standing standing{route, sha256, in_flight, token, started_at, {}};
  if (status && head && body) standing.reply = Reply{*status, *head, body->bytes};
  return std::optional(std::move(standing));
}

// Above every token of a row that was purged; tokens of a row that stays only grow.
Result<std::int64_t> first_token(Transaction& transaction) {
  const auto floor =
      transaction.query_one<std::int64_t>("SELECT token FROM idempotency_floor WHERE id = 1");
  if (!floor) return std::unexpected(floor.error());
  if (!*floor) return fail(StoreError::kCorrupt, "idempotency_floor has lost its row");
  return std::get<0>(**floor) + 1;
}

Result<Begun> begin_first(Transaction& transaction, const IdempotentRequest& request, Instant now) {
  const Result<std::int64_t> token = first_token(transaction);
  if (!token) return std::unexpected(token.error());
  const auto added = transaction.execute(
      "INSERT INTO idempotency_keys (tenant, principal, request_key, route, request_sha256, "
      "in_flight, token, started_at, created_at) VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $7) "
      "ON CONFLICT DO NOTHING",
      request.tenant, request.principal, request.key, request.route, request.sha256, *token, now);
  if (!added) return std::unexpected(added.error());
  if (*added == 1) return GoOn{*token};
  return fail(IdempotencyError::kInFlight, "the first request with this key is being worked on");
}

Result<Begun> begin_anew(Transaction& transaction, const IdempotentRequest& request,
                         const Standing& standing, Instant now) {
  const GoOn mine{standing.token + 1};
  const auto changed = transaction.execute(
      "UPDATE idempotency_keys SET token = $4, started_at = $5, in_flight = 1, route = $6, "
      "request_sha256 = $7, created_at = CASE WHEN in_flight = 1 THEN created_at ELSE $5 END "
      "WHERE tenant = $1 AND principal = $2 AND request_key = $3",
      request.tenant, request.principal, request.key, mine.token, now, request.route,
      request.sha256);
  if (!changed) return std::unexpected(changed.error());
  return mine;
}

Result<void> only_mine(const Result<std::int64_t>& changed) {
  if (!changed) return std::unexpected(changed.error());
  if (*changed == 1) return {};
  return fail(IdempotencyError::kLost,
              fmt::format("the request took longer than {} s and its key was tried anew",
                          kInFlightMax.count() / 1'000));
}

}  // namespace

Result<Begun> begin_request(Transaction& transaction, const IdempotentRequest& request,
                            Instant now) {
  if (request.key.empty() || request.key.size() > kKeyBytesMax) {
    return fail(IdempotencyError::kKey, fmt::format("an Idempotency-Key of {} bytes; send 1 to {}",
                                                    request.key.size(), kKeyBytesMax));
  }
  const auto standing = standing_of(transaction, request);
  if (!standing) return std::unexpected(standing.error());
  if (!*standing) return begin_first(transaction, request, now);
  const Standing& before = **standing;
  if (before.forgotten()) return begin_anew(transaction, request, before, now);
  if (before.route != request.route || before.sha256 != request.sha256) {
    return fail(
        IdempotencyError::kReused,
        fmt::format("this Idempotency-Key was used before, for {} with {} body; use a new "
                    "key for a new request",
                    before.route, before.sha256 == request.sha256 ? "the same" : "another"));
  }
  if (before.reply && !before.in_flight) return *before.reply;
  if (now - before.started_at >= kInFlightMax) {
    return begin_anew(transaction, request, before, now);
  }
  return fail(IdempotencyError::kInFlight,
              "the first request with this Idempotency-Key is still being worked on; ask again in "
              "a moment");
}

Result<void> finish_request(Transaction& transaction, const IdempotentRequest& request,
                            const GoOn& mine, const Reply& reply) {
  if (auto fits = check_body(reply.body); !fits) return fits;
  return only_mine(transaction.execute(
      "UPDATE idempotency_keys SET in_flight = 0, status = $5, head = $6, body = $7 "
      "WHERE tenant = $1 AND principal = $2 AND request_key = $3 AND token = $4 "
      "AND in_flight = 1",
      request.tenant, request.principal, request.key, mine.token, reply.status, reply.head,
      Blob{reply.body}));
}

Result<void> forget_request(Transaction& transaction, const IdempotentRequest& request,
                            const GoOn& mine) {
  return only_mine(transaction.execute(
      "UPDATE idempotency_keys SET in_flight = 0 "
      "WHERE tenant = $1 AND principal = $2 AND request_key = $3 AND token = $4 "
      "AND in_flight = 1",
      request.tenant, request.principal, request.key, mine.token));
}

Result<std::int64_t> purge_requests(Transaction& transaction, Instant now) {
  constexpr std::string_view kOldest =
      "SELECT tenant, principal, request_key FROM idempotency_keys WHERE created_at <= $1 "
      "ORDER BY created_at, tenant, principal, request_key LIMIT $2";
  const auto highest = transaction.query_one<std::optional<std::int64_t>>(
      fmt::format("SELECT MAX(token) FROM idempotency_keys "
                  "WHERE (tenant, principal, request_key) IN ({})",
                  kOldest),
      now - kRequestKept, kRequestsPurgedMax);
  if (!highest) return std::unexpected(highest.error());
  const std::optional<std::int64_t> token = std::get<0>(highest->value());
  if (!token) return 0;
  const auto raised = transaction.execute(
      "UPDATE idempotency_floor SET token = $1 WHERE id = 1 AND token < $1", *token);
  if (!raised) return std::unexpected(raised.error());
  return transaction.execute(
      fmt::format("DELETE FROM idempotency_keys WHERE (tenant, principal, request_key) IN ({})",
                  kOldest),
      now - kRequestKept, kRequestsPurgedMax);
}

}  // namespace tally::platform
