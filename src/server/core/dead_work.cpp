#include "server/core/dead_work.hpp"

#include <fmt/format.h>

#include "base/json_reader.hpp"
#include "commerce/payment_unanswered.hpp"
#include "server/core/alert_book.hpp"
#include "server/core/core_error.hpp"
#include "server/core/provider_message.hpp"

namespace tally::core {
namespace {

constexpr std::string_view kWatchFailed = "watch_failed";
constexpr std::string_view kWorkDead = "work_dead";

bool is_watch(const platform::DeadWork& work) { return work.kind == kWatchKind; }

std::string_view alert_of(const platform::DeadWork& work) {
  return is_watch(work) ? kWatchFailed : kWorkDead;
}

// Without an end the session would keep the shopper's hold for days, and nobody would know.
Result<void> lead_to_review(Desk& desk, const platform::DeadWork& work) {
  if (!is_watch(work)) return {};
  const auto session = watched_session(work.body);
  if (!session) return {};
  return desk.tell(work.tenant, *session,
                   commerce::FootageLost{desk.now(), "the video could not be watched"});
}

}  // namespace

Result<SessionId> watched_session(const std::string& job_body) {
  const ErrorCode corrupt = code_of(CoreError::kInvalid);
  JsonReader reader("job", {corrupt, corrupt, corrupt});
  const auto body = reader.parse(job_body);
  const std::string text = reader.text(body, "session", 64);
  if (reader.failed()) return std::unexpected(*reader.error());
  if (auto id = SessionId::parse(text)) return *std::move(id);
  return fail(CoreError::kInvalid, "the job names no session");
}

std::string object_of(const platform::DeadWork& work) {
  if (!work.key.empty()) return work.key;
  const auto session = watched_session(work.body);
  return session ? session->text() : work.id;
}

Result<bool> alert_of_death(Desk& desk, const platform::DeadWork& work) {
  const auto fresh = platform::mark_told(desk.transaction(), work);
  if (!fresh) return std::unexpected(fresh.error());
  if (!*fresh) return false;
  desk.alert(work.tenant, alert_of(work), object_of(work), work.id);
  return true;
}

Result<void> tell_of_death(Desk& desk, const platform::DeadWork& work) {
  const auto fresh = alert_of_death(desk, work);
  if (!fresh) return std::unexpected(fresh.error());
  return *fresh ? lead_to_review(desk, work) : Result<void>{};
}

Result<void> discard(Desk& desk, const platform::DeadWork& work) {
  // Once it is gone nobody tells of it any more. Who discards it needs no alert.
  const auto fresh = platform::mark_told(desk.transaction(), work);
  if (!fresh) return std::unexpected(fresh.error());
  if (*fresh) {
    if (auto led = lead_to_review(desk, work); !led) return led;
  }
  return platform::discard_dead(desk.transaction(), work, desk.now());
}

Result<void> revive_call(Desk& desk, const platform::DeadWork& work) {
  if (auto text = revived_text(work.body)) {
    platform::DeadWork anew = work;
    anew.body = *std::move(text);
    return platform::revive_dead(desk.transaction(), anew, desk.now());
  }
  const auto id = PaymentId::parse(work.key);
  if (!id) return fail(CoreError::kMissing, fmt::format("{} is of no payment", work.id));
  const auto payment = desk.row<commerce::Payment>(work.tenant, work.key);
  if (!payment) return std::unexpected(payment.error());
  const auto asked = commerce::unanswered((*payment)->value, desk.now());
  auto done = platform::discard_dead(desk.transaction(), work, desk.now());
  for (const commerce::PaymentEvent& event : asked) {
    if (done) done = desk.tell(work.tenant, *id, event);
  }
  return done;
}

bool is_lost_call(Desk& desk, const platform::DeadWork& work) {
  return !revived_text(work.body) && !desk.row<commerce::Payment>(work.tenant, work.key);
}

Result<void> tell_of_end(Desk& desk, const platform::DeadWork& work) {
  desk.hints().outbox = true;
  desk.hints().pipeline = true;
  // A session has two works, its watching and that of what came late, and one alert for both.
  const auto more = platform::is_more_dead(desk.transaction(), work);
  if (!more) return std::unexpected(more.error());
  if (*more) return {};
  return clear_alert(desk.transaction(),
                     {work.tenant, std::string(alert_of(work)), object_of(work), ""}, desk.now());
}

}  // namespace tally::core
