// What follows from dead work (platform/dead_work.hpp), however it died: the operator is told, and
// where a session waited for it, a human decides that session.
//
// Thread-safety: a desk's, or pure.
#pragma once

#include <string>
#include <string_view>

#include "platform/dead_work.hpp"
#include "server/core/desk.hpp"

namespace tally::core {

inline constexpr std::string_view kWatchKind = "session.watch";  // Of jobs.

// Of a job of the pipeline: the session that it watches. Errors: CoreError::kInvalid.
Result<SessionId> watched_session(const std::string& job_body);

// What the work was for: "pay_…" or "ses_…"; its own id where that can't be told.
[[nodiscard]] std::string object_of(const platform::DeadWork& work);

// Alerts, and no more; the error stays in the work and in the server's messages, since more people
// than owners see alerts. Whether it was still to be told. Errors: the store's.
Result<bool> alert_of_death(Desk& desk, const platform::DeadWork& work);

// Alerts, and leads the session that nobody could watch to review. Nothing where it was told
// before. Errors: the store's and the desk's.
Result<void> tell_of_death(Desk& desk, const platform::DeadWork& work);

// Gives it up for good. The session that nobody could watch is led to review, where that has not
// happened yet. Errors: the store's and the desk's.
Result<void> discard(Desk& desk, const platform::DeadWork& work);

// Tries a call to a payment provider anew, which searches first for what it may have done. Of one
// whose text can't be read nobody knows what it asked: it is let go, and its payment asks again for
// all that it waits for. Errors: the store's and the desk's, kMissing where there is no such
// payment.
Result<void> revive_call(Desk& desk, const platform::DeadWork& work);
// Whether revive_call() can't: neither the text nor the payment is there to ask from.
bool is_lost_call(Desk& desk, const platform::DeadWork& work);

// After it was revived or discarded: the alert is over, unless more work is dead that is for the
// same, and whoever does such work may look.
Result<void> tell_of_end(Desk& desk, const platform::DeadWork& work);

}  // namespace tally::core
