// Sessions, footage and reviews.
#include "commerce/dispute.hpp"
#include "commerce/footage.hpp"
#include "commerce/review.hpp"
#include "commerce/session.hpp"
#include "server/records/archive.hpp"
#include "server/records/names.hpp"

namespace tally::records {

template <>
inline constexpr int kValues<commerce::SessionState> = commerce::kSessionStates;
template <>
inline constexpr int kValues<commerce::SessionEnd> = 7;
template <>
inline constexpr int kValues<commerce::SessionKind> = 2;
template <>
inline constexpr int kValues<commerce::HoldStatus> = 5;
template <>
inline constexpr int kValues<commerce::ReviewLevel> = 5;
template <>
inline constexpr int kFirstValue<commerce::ReviewLevel> = 1;
template <>
inline constexpr int kValues<commerce::ReviewState> = commerce::kReviewStates;
template <>
inline constexpr int kValues<commerce::DisputeState> = commerce::kDisputeStates;

template <typename Archive, Same<commerce::SessionPolicy> Value>
void describe(Archive& archive, Value& policy) {
  archive("answer_timeout_ms", policy.answer_timeout);
  archive("action_timeout_ms", policy.action_timeout);
  archive("open_timeout_ms", policy.open_timeout);
  archive("tell_slack_ms", policy.tell_slack);
  archive("grace_ms", policy.grace);
  archive("door_alarm_ms", policy.door_alarm);
  archive("late_after_ms", policy.late_after);
  archive("footage_wait_ms", policy.footage_wait);
}

template <typename Archive, Same<commerce::Session> Value>
void describe(Archive& archive, Value& session) {
  archive("id", session.id);
  archive("tenant", session.tenant);
  archive("cabinet", session.cabinet);
  archive("shopper", session.shopper);
  archive("kind", session.kind);
  archive("level", session.review.level);
  archive("error_minor_max", session.review.error_minor_max);
  archive("policy", session.policy);
  archive("hold_amount", session.hold_amount);
  archive("state", session.state);
  archive("end", session.end);
  archive("hold", session.hold);
  archive("decline_code", session.decline_code);
  archive("hold_number", session.hold_number);
  archive("unlock_expires", session.unlock_expires);
  archive("openings", session.openings);
  archive("door_alarms", session.door_alarms);
  archive("begun", session.begun);
  archive("first_opened", session.first_opened);
  archive("last_opened", session.last_opened);
  archive("last_closed", session.last_closed);
  archive("due", session.due);
  archive("late_told", session.late_told);
  archive("notes", session.notes);
}

template <typename Archive, Same<commerce::Segment> Value>
void describe(Archive& archive, Value& segment) {
  archive("sha256", segment.sha256);
  archive("bytes", segment.bytes);
}

template <typename Archive, Same<commerce::CameraManifest> Value>
void describe(Archive& archive, Value& manifest) {
  archive("camera", manifest.camera);
  archive("segments", manifest.segments);
}

template <typename Archive, Same<commerce::CameraFootage> Value>
void describe(Archive& archive, Value& camera) {
  archive("camera", camera.camera);
  archive("start_ms", camera.start_ms);
  archive("segments", camera.segments);
  archive("appended", camera.appended);
}

template <typename Archive, Same<commerce::Footage> Value>
void describe(Archive& archive, Value& footage) {
  archive("cameras", footage.cameras);
  archive("manifest", footage.manifest);
  archive("ended", footage.ended);
}

template <typename Archive, Same<commerce::ChargeLine> Value>
void describe(Archive& archive, Value& line) {
  archive("sku", line.sku);
  archive("quantity", line.quantity);
}

template <typename Archive, Same<commerce::Review> Value>
void describe(Archive& archive, Value& review) {
  archive("id", review.id);
  archive("session", review.session);
  archive("reasons", review.reasons);
  archive("state", review.state);
  archive("claimed_by", review.claimed_by);
  archive("claimed_until", review.claimed_until);
  archive("claimed_at", review.claimed_at);
  archive("decided_at", review.decided_at);
  archive("opened", review.opened);
  archive("waive_at", review.waive_at);
  archive("alarmed", review.alarmed);
  archive("lines", review.lines);
}

template <typename Archive, Same<commerce::DisputedLine> Value>
void describe(Archive& archive, Value& line) {
  archive("sku", line.sku);
  archive("charged", line.charged);
  archive("claimed", line.claimed);
  archive("decided", line.decided);
}

template <typename Archive, Same<commerce::Dispute> Value>
void describe(Archive& archive, Value& dispute) {
  archive("id", dispute.id);
  archive("session", dispute.session);
  archive("receipt", dispute.receipt);
  archive("words", dispute.words);
  archive("state", dispute.state);
  archive("lines", dispute.lines);
  archive("by_policy", dispute.by_policy);
  archive("decided_by", dispute.decided_by);
  archive("opened", dispute.opened);
}

}  // namespace tally::records

TALLY_RECORD(tally::commerce::Session);
TALLY_RECORD(tally::commerce::Footage);
TALLY_RECORD(tally::commerce::Review);
TALLY_RECORD(tally::commerce::Dispute);
