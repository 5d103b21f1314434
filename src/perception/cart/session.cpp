#include "perception/cart/session.hpp"

#include <utility>

#include "base/assert.hpp"

namespace tally::cart {
namespace {

vision::Box scaled(const vision::Box& box, float x, float y) {
  return {box.left * x, box.top * y, box.right * x, box.bottom * y};
}

LookSchedule schedule_of(Savings savings, const CameraDetectors& detectors) {
  savings.small_looks = savings.small_looks && detectors.small != nullptr;
  return LookSchedule(savings);
}

}  // namespace

CameraSession::CameraSession(CameraDetectors detectors, std::vector<ClassRole> roles,
                             std::optional<vision::Box> zone, Savings savings,
                             std::function<double()> clock_seconds)
    : detectors_(std::move(detectors)),
      roles_(std::move(roles)),
      zone_(zone),
      clock_seconds_(std::move(clock_seconds)),
      schedule_(schedule_of(savings, detectors_)) {
  TALLY_ASSERT(detectors_.full.in_flight() == 0);
}

Result<void> CameraSession::push(const media::Frame& frame) {
  const double begin = clock();
  Pending pending;
  pending.time = frame.time;
  vision::make_analysis_image(frame, pending.picture);
  if (!stock_) {
    scale_ = vision::analysis_scale(frame.width, frame.height);
    std::optional<vision::Box> zone;
    if (zone_) {
      zone = scaled(*zone_, static_cast<float>(pending.picture.width),
                    static_cast<float>(pending.picture.height));
    }
    stock_.emplace(roles_, zone);
  }
  pending.motion = gate_.push(frame.time, pending.picture);
  pending.look = schedule_.look_at(frame.time, pending.motion.activity);
  notes_.push_back({frame.time, pending.motion.activity, pending.look != LookKind::kNone});
  seconds_.gate += clock() - begin;
  const LookKind look = pending.look = possible(pending.look);
  pending_.push_back(std::move(pending));
  if (look != LookKind::kNone) {
    if (auto submitted = submit(frame, look); !submitted) return submitted;
  }
  drain();
  return {};
}

LookKind CameraSession::possible(LookKind look) {
  if (look != LookKind::kSmall) return look;
  if (!small_ && detectors_.small) {
    const double begin = clock();
    small_ = detectors_.small();
    seconds_.detect += clock() - begin;
    TALLY_ASSERT(!small_ || small_->capacity() >= detectors_.full.capacity());
    if (!small_) detectors_.small = {};
  }
  return small_ ? look : LookKind::kFull;
}

Result<void> CameraSession::submit(const media::Frame& frame, LookKind look) {
  const double begin = clock();
  // Both take their answers from the same cores, so no more is asked of two than of one.
  if (asked_.size() == detectors_.full.capacity()) {
    if (auto collected = collect_one(); !collected) return collected;
  }
  vision::Detector& detector = look == LookKind::kSmall ? *small_ : detectors_.full;
  auto submitted = detector.submit(frame);
  if (submitted) asked_.push_back(&detector);
  ++looks_;
  seconds_.detect += clock() - begin;
  return submitted;
}

Result<void> CameraSession::collect_one() {
  vision::Detector& detector = *asked_.front();
  asked_.pop_front();
  auto detections = detector.collect();
  if (!detections) return std::unexpected(std::move(detections.error()));
  for (vision::Detection& detection : *detections) {
    detection.box = scaled(detection.box, scale_, scale_);
  }
  answers_.push_back(std::move(*detections));
  return {};
}

void CameraSession::drain() {
  const double begin = clock();
  while (!pending_.empty() && (pending_.front().look == LookKind::kNone || !answers_.empty())) {
    const Pending& front = pending_.front();
    const bool looked = front.look != LookKind::kNone;
    stock_->observe({front.time, &front.picture, &front.motion,
                     looked ? &answers_.front() : nullptr, front.look == LookKind::kSmall});
    if (looked) answers_.pop_front();
    pending_.pop_front();
  }
  seconds_.stock += clock() - begin;
}

Result<StockOutcome> CameraSession::finish() {
  const double begin = clock();
  // Whatever fails, the detector is left without work: its next user must not get these answers.
  Result<void> collected;
  while (!asked_.empty()) {
    auto next = collect_one();
    if (!next && collected) collected = std::move(next);
  }
  seconds_.detect += clock() - begin;
  if (!collected) return std::unexpected(std::move(collected.error()));
  drain();
  if (!stock_) return StockOutcome{};
  StockOutcome outcome = stock_->finish();
  const auto to_frame = [this](const vision::Box& box) {
    return scaled(box, 1 / scale_, 1 / scale_);
  };
  if (outcome.zone) outcome.zone = to_frame(*outcome.zone);
  for (Change& change : outcome.changes) change.box = to_frame(change.box);
  return outcome;
}

}  // namespace tally::cart
