#include "platform/outbox.hpp"

#include <algorithm>

namespace tally::platform {
namespace {

// Its tries, and how many it has; an error unless the lease is the newest and nothing is settled.
Result<std::pair<std::int64_t, std::int64_t>> tries_of(Transaction& transaction,
                                                       const MessageLease& lease) {
  const auto row = transaction.query_one<std::string, std::int64_t, std::int64_t, std::int64_t>(
      "SELECT state, token, tries, tries_max FROM outbox WHERE id = $1", lease.id);
  if (!row) return std::unexpected(row.error());
  if (!*row) {
    return fail(StoreError::kMissing, fmt::format("message {} does not exist", lease.id.text()));
  }
  const auto& [state, token, tries, tries_max] = **row;
  if (token != lease.token || state != "waiting") {
    return fail(StoreError::kStale,
                fmt::format("message {} is {} with token {}; token {} is no longer its lease",
                            lease.id.text(), state, token, lease.token));
  }
  return std::pair(tries, tries_max);
}

template <typename... More>
Result<void> leave_death(Transaction& transaction, std::string_view sql, const MessageId& id,
                         Instant now, const More&... more) {
  const auto changed = transaction.execute(sql, id, now, more...);
  if (!changed) return std::unexpected(changed.error());
  if (*changed == 1) return {};
  return fail(StoreError::kStale, fmt::format("message {} is not dead", id.text()));
}

}  // namespace

Result<void> put_message(Transaction& transaction, const NewMessage& message, Instant now) {
  if (auto fits = check_body(message.body); !fits) return fits;
  const auto added = transaction.execute(
      "INSERT INTO outbox (id, message_key, position, topic, body, state, tries, tries_max, token, "
      "due_at, leased_until, created_at, tenant) "
      "VALUES ($1, $2, "
      "(SELECT COALESCE(MAX(position), 0) + 1 FROM outbox WHERE message_key = $2), "
      "$3, $4, 'waiting', 0, $5, 0, $6, 0, $7, $8)",
      message.id, message.key, message.topic, message.body, message.tries_max, message.due, now,
      message.tenant);
  if (!added) return std::unexpected(added.error());
  return {};
}

Result<std::vector<Message>> claim_messages(Transaction& transaction, const MessageClaim& claim,
                                            Instant now) {
  if (claim.count < 1 || claim.count > kClaimMax) {
    return fail(StoreError::kLimit,
                fmt::format("a claim of {} messages; claim 1 to {}", claim.count, kClaimMax));
  }
  // Whoever had these each time ended without a word: nobody knows better than to stop.
  const auto died = transaction.execute(
      "UPDATE outbox SET state = 'dead', finished_at = $1, "
      "last_error = 'whoever delivered it ended before it said how that went' "
      "WHERE state = 'waiting' AND tries >= tries_max AND leased_until <= $1",
      now);
  if (!died) return std::unexpected(died.error());
  auto rows = transaction.query<MessageId, std::int64_t, std::string, std::int64_t, std::string,
                                std::string, std::int64_t, Instant>(
      "UPDATE outbox SET leased_until = $1, tries = tries + 1, token = token + 1, worker = $5 "
      "WHERE id IN (SELECT head.id FROM outbox AS head WHERE head.state = 'waiting' "
      "AND head.due_at <= $2 AND head.leased_until <= $2 "
      "AND (CAST($3 AS TEXT) IS NULL OR head.topic = $3) "
      "AND NOT EXISTS (SELECT 1 FROM outbox AS earlier "
      "WHERE earlier.message_key = head.message_key AND earlier.position < head.position "
      "AND earlier.state IN ('waiting', 'dead')) "
      "ORDER BY head.due_at, head.id LIMIT $4) "
      "RETURNING id, token, message_key, position, topic, body, tries, due_at",
      now + claim.lease, now, claim.topic, claim.count, claim.worker);
  if (!rows) return std::unexpected(rows.error());
  std::ranges::sort(*rows, {},
                    [](const auto& row) { return std::pair(std::get<7>(row), std::get<0>(row)); });
  std::vector<Message> messages;
  for (auto& [id, token, key, position, topic, body, tries, due] : *rows) {
    messages.push_back({{id, token}, key, position, topic, body, tries, now + claim.lease});
  }
  return messages;
}

Result<void> delivered_message(Transaction& transaction, const MessageLease& lease, Instant now) {
  if (auto held = tries_of(transaction, lease); !held) return std::unexpected(held.error());
  const auto changed = transaction.execute(
      "UPDATE outbox SET state = 'delivered', finished_at = $2 WHERE id = $1", lease.id, now);
  if (!changed) return std::unexpected(changed.error());
  return {};
}

Result<bool> failed_message(Transaction& transaction, const MessageLease& lease,
                            const Failure& failure, Instant now) {
  const auto held = tries_of(transaction, lease);
  if (!held) return std::unexpected(held.error());
  const auto& [tries, tries_max] = *held;
  const bool again = tries < tries_max;
  const Instant due = now + delay_after(failure.backoff, tries, failure.random);
  const auto changed = transaction.execute(
      "UPDATE outbox SET state = $2, due_at = $3, leased_until = 0, last_error = $4, "
      "finished_at = $5 WHERE id = $1",
      lease.id, again ? "waiting" : "dead", due, storable_text(failure.error, kErrorBytesMax),
      again ? std::nullopt : std::optional(now));
  if (!changed) return std::unexpected(changed.error());
  return again;
}

Result<void> revive_message(Transaction& transaction, const MessageId& id, std::string_view body,
                            Instant now) {
  if (auto fits = check_body(body); !fits) return fits;
  return leave_death(
      transaction,
      "UPDATE outbox SET state = 'waiting', tries = 0, due_at = $2, body = $3, "
      "leased_until = 0, finished_at = NULL, death_told = 0 WHERE id = $1 AND state = 'dead'",
      id, now, body);
}

Result<void> discard_message(Transaction& transaction, const MessageId& id, Instant now) {
  return leave_death(transaction,
                     "UPDATE outbox SET state = 'discarded', finished_at = $2 "
                     "WHERE id = $1 AND state = 'dead'",
                     id, now);
}

Result<std::int64_t> release_messages(Transaction& transaction, std::string_view worker,
                                      Instant now) {
  return transaction.execute(
      "UPDATE outbox SET leased_until = 0 "
      "WHERE state = 'waiting' AND worker = $1 AND leased_until > $2",
      worker, now);
}

Result<OutboxState> outbox_state(Transaction& transaction) {
  const auto row = transaction.query_one<std::int64_t, std::int64_t, std::optional<Instant>>(
      "SELECT (SELECT COUNT(*) FROM outbox WHERE state = 'waiting'), "
      "(SELECT COUNT(*) FROM outbox WHERE state = 'dead'), "
      "(SELECT MIN(due_at) FROM outbox WHERE state = 'waiting')");
  if (!row) return std::unexpected(row.error());
  const auto& [waiting, dead, oldest] = row->value();
  return OutboxState{waiting, dead, oldest};
}

Result<std::int64_t> purge_messages(Transaction& transaction, Instant before) {
  return transaction.execute(
      "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox "
      "WHERE state IN ('delivered', 'discarded') AND finished_at < $1 "
      "ORDER BY finished_at, id LIMIT $2)",
      before, kClaimMax);
}

}  // namespace tally::platform
