#include "device/upload_plan.hpp"

namespace tally::device {
namespace {

constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kRequestTimeout = 408;
constexpr int kUnprocessable = 422;
constexpr int kTooManyRequests = 429;

// The first that waits, if none before it does.
std::optional<std::int64_t> first_waiting(const CameraFootage& camera) {
  for (std::size_t i = 0; i < camera.segments.size(); ++i) {
    if (camera.segments[i].state == SegmentState::kWaiting) return static_cast<std::int64_t>(i) + 1;
  }
  return std::nullopt;
}

}  // namespace

UploadVerdict verdict_of(int status) {
  if (status >= 200 && status < 300) return UploadVerdict::kSent;
  const bool later = status < 200 || status >= 500 || status == kUnauthorized ||
                     status == kForbidden || status == kRequestTimeout ||
                     status == kTooManyRequests || status == kUnprocessable;
  return later ? UploadVerdict::kAgain : UploadVerdict::kLost;
}

std::optional<SegmentName> UploadPlan::next(const Footage& footage, Duration now,
                                            const std::function<bool(const SessionId&)>& may_go) {
  if (under_way_.size() >= kUploadsMax || (again_at_ && now < *again_at_)) return std::nullopt;
  for (const SessionFootage& session : footage.sessions()) {
    for (const CameraFootage& camera : session.cameras) {
      const auto number = first_waiting(camera);
      if (!number || under_way_.contains({session.session, camera.camera})) continue;
      if (!may_go(session.session)) break;
      // After a failure one goes ahead to see how it fares.
      if (failures_ > 0 && !under_way_.empty()) return std::nullopt;
      under_way_.insert({session.session, camera.camera});
      return SegmentName{session.session, camera.camera, *number};
    }
  }
  return std::nullopt;
}

UploadVerdict UploadPlan::finished(const SegmentName& name, int status, Duration now,
                                   std::uint64_t random) {
  under_way_.erase({name.session, name.camera});
  UploadVerdict verdict = verdict_of(status);
  if (status == kUnprocessable) {
    mismatches_ = {name, mismatches_.first == name ? mismatches_.second + 1 : 1};
    if (mismatches_.second >= kMismatchesMax) verdict = UploadVerdict::kLost;
  }
  if (verdict == UploadVerdict::kAgain) {
    again_at_ = now + delay_after(backoff_, ++failures_, random);
  } else {
    failures_ = 0;
    again_at_.reset();
  }
  return verdict;
}

}  // namespace tally::device
