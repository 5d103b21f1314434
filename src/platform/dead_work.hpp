// Dead work: messages of the outbox and jobs that were tried as often as they may be, and that
// a human revives or discards. Both kinds under one name, by their ids: "msg_…", "job_…".
//
// How work dies depends on who notices: whoever fails it for the last time, or whoever claims after
// its lease has ended. So what follows from a death is no matter of theirs: untold_dead() gives
// each death to whoever asks, until mark_told() says, in the transaction of what follows, that it
// was dealt with.
//
// Thread-safety: a transaction's. Time is the caller's. Limits: kDeadPageMax. Errors: the store's;
// kMissing where there is no such dead work of the tenant, kLimit.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/connection.hpp"

namespace tally::platform {

inline constexpr std::int64_t kDeadPageMax = 101;

struct DeadWork {
  std::string id;  // "msg_…" or "job_…".
  TenantId tenant;
  std::string kind;  // A message's topic, a job's kind.
  std::string key;   // A message's; a job has none.
  std::string body;
  std::int64_t tries = 0;
  Instant since;
  std::string error;  // Of the last try.
};

// A tenant's, newest first, after the one of this id; of one that is unknown, from the newest.
Result<std::vector<DeadWork>> list_dead(Transaction& transaction, const TenantId& tenant,
                                        const std::optional<std::string>& starting_after,
                                        std::int64_t limit);
Result<DeadWork> need_dead(Transaction& transaction, const TenantId& tenant, std::string_view id);

// Whether more of the tenant's work is dead that is for the same: messages of one kind and key,
// jobs of one kind and body.
Result<bool> is_more_dead(Transaction& transaction, const DeadWork& work);

// Tries it anew, with all its tries and, a message, with the body of `work`; or lets others go on
// without it.
Result<void> revive_dead(Transaction& transaction, const DeadWork& work, Instant now);
Result<void> discard_dead(Transaction& transaction, const DeadWork& work, Instant now);

// Of all tenants, oldest first, those that nobody was told of.
Result<std::vector<DeadWork>> untold_dead(Transaction& transaction, std::int64_t limit);
// Whether it was still to be told.
Result<bool> mark_told(Transaction& transaction, const DeadWork& work);

}  // namespace tally::platform
