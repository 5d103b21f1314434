// Messages to the world outside of the store: written in the transaction of their cause, delivered
// after it by whoever claims them. A message is delivered at least once; its id lets the receiver
// tell a second time. Messages of one key are delivered in the order they were written in.
//
// A claim is a lease: until it ends nobody else gets the message, and its token makes what is said
// of the message after the lease was lost kStale. A message that failed waits by its backoff; after
// `tries_max` it is dead, and the messages of its key wait behind it, since a refund must not
// overtake its capture: a human revives or discards it.
//
// Thread-safety: a transaction's. Time and chance are the caller's.
// Limits: kBodyBytesMax, kClaimMax. Errors: kMissing, kStale, and the store's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/backoff.hpp"
#include "platform/connection.hpp"

namespace tally::platform {

struct MessageKind {
  static constexpr std::string_view kPrefix = "msg";
};
using MessageId = Id<MessageKind>;

inline constexpr std::int64_t kMessageTriesMax = 12;
inline constexpr Duration kMessageLease{60'000};
inline constexpr std::int64_t kClaimMax = 100;  // Messages or jobs in one claim.

struct NewMessage {
  MessageId id;
  TenantId tenant;
  std::string key;    // What is in order: "ses_…".
  std::string topic;  // Who delivers it: "payment.capture".
  std::string body;
  Instant due;  // Not before.
  std::int64_t tries_max = kMessageTriesMax;
};
// Errors: kDuplicate for a used id.
Result<void> put_message(Transaction& transaction, const NewMessage& message, Instant now);

struct MessageLease {
  MessageId id;
  std::int64_t token = 0;
};

struct Message {
  MessageLease lease;
  std::string key;
  std::int64_t position = 0;  // Within its key, rising.
  std::string topic;
  std::string body;
  std::int64_t tries = 0;  // This one included.
  Instant leased_until;
};

struct MessageClaim {
  std::optional<std::string> topic =
      std::nullopt;         // Only of this one. Others of the same key come first still.
  std::int64_t count = 10;  // 1 to kClaimMax, else kLimit.
  Duration lease = kMessageLease;
  std::string worker = {};  // Who claims, for release_messages().
};
// Those that are due, oldest first, at most one of each key.
Result<std::vector<Message>> claim_messages(Transaction& transaction, const MessageClaim& claim,
                                            Instant now);

Result<void> delivered_message(Transaction& transaction, const MessageLease& lease, Instant now);

// Whether it will be tried again; if not, it is dead.
Result<bool> failed_message(Transaction& transaction, const MessageLease& lease,
                            const Failure& failure, Instant now);

// Of a dead message: try it anew with this body, or let its key go on without it. Errors: kStale if
// it is not dead.
Result<void> revive_message(Transaction& transaction, const MessageId& id, std::string_view body,
                            Instant now);
Result<void> discard_message(Transaction& transaction, const MessageId& id, Instant now);

// Whoever claimed under this name has died: what it had can be claimed again now. How many.
Result<std::int64_t> release_messages(Transaction& transaction, std::string_view worker,
                                      Instant now);

struct OutboxState {
  std::int64_t waiting = 0;
  std::int64_t dead = 0;
  std::optional<Instant> oldest_due;  // Of those that wait: when it was, or will be, due.
};
Result<OutboxState> outbox_state(Transaction& transaction);

// Deletes what was delivered or discarded before; at most kClaimMax at a time. How many.
Result<std::int64_t> purge_messages(Transaction& transaction, Instant before);

}  // namespace tally::platform
