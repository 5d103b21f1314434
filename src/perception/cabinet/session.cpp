#include "perception/cabinet/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/assert.hpp"

namespace tally::cabinet {
namespace {

constexpr float kActorMargin = 0.15F;  // Of its size, around what may hide a facing.
// A facing's difference as log odds of changed against unchanged: even odds at kChangeEven.
constexpr double kChangeEven = 4.5;
constexpr double kChangeSlope = 0.6;
constexpr double kChangeMax = 2.5;

vision::Box scaled(const vision::Box& box, float factor) {
  return {box.left * factor, box.top * factor, box.right * factor, box.bottom * factor};
}

vision::Box grown(const vision::Box& box, float share) {
  const float x = box.width() * share;
  const float y = box.height() * share;
  return {box.left - x, box.top - y, box.right + x, box.bottom + y};
}

}  // namespace

CabinetSession::CabinetSession(CabinetSetup setup)
    : setup_(std::move(setup)), eyes_(setup_.cameras.size()) {
  TALLY_ASSERT(setup_.layout->calibrated());
  TALLY_ASSERT(setup_.detector->in_flight() == 0 && setup_.embedder->in_flight() == 0);
  for (const std::size_t camera : setup_.cameras) {
    cameras_.emplace_back(setup_.layout->cameras[camera].calibration.value());
  }
  views_ = facing_views(*setup_.layout, cameras_);
  watches_.resize(views_.size());
}

bool CabinetSession::look_now(Eye& eye, SessionTime time, float activity) {
  if (activity >= kActiveShare) moved_at_ = time;
  const SessionTime interval = time - moved_at_ <= kActiveAfter ? kActiveLook : kRestLook;
  if (eye.last_look && time - *eye.last_look < interval) return false;
  eye.last_look = time;
  return true;
}

Result<void> CabinetSession::push(std::size_t camera, SessionTime time, const media::Frame& frame) {
  Eye& eye = eyes_[camera];
  vision::LumaImage picture;
  vision::make_analysis_image(frame, picture);
  const vision::MotionField& motion = eye.gate.push(time, picture);
  const float activity = motion.activity;
  if (!look_now(eye, time, activity)) return {};
  if (setup_.detector->in_flight() == setup_.detector->capacity()) {
    if (auto collected = collect_one(); !collected) return collected;
  }
  const vision::Size size = cameras_[camera].model().size;
  eye.scale = static_cast<float>(frame.width) / static_cast<float>(size.width);
  if (auto submitted = setup_.detector->submit(frame); !submitted) return submitted;
  ++looks_;
  pending_.push_back(
      {camera, time, frame, motion, vision::analysis_scale(frame.width, frame.height)});
  return {};
}

Result<void> CabinetSession::collect_one() {
  const Pending pending = std::move(pending_.front());
  pending_.pop_front();
  auto detections = setup_.detector->collect();
  if (!detections) return std::unexpected(std::move(detections.error()));
  std::vector<vision::Box> held;
  std::vector<vision::Box> actors;
  const float scale = 1 / eyes_[pending.camera].scale;
  const std::size_t first = sightings_.size();
  for (const vision::Detection& found : *detections) {
    const bool hand = found.class_id == setup_.classes.hand && found.score >= kHandScore;
    const bool item = found.class_id == setup_.classes.item_in_hand && found.score >= kHeldScore;
    if (!hand && !item) continue;
    actors.push_back(found.box);
    if (item) held.push_back(found.box);
    sightings_.push_back({pending.camera,
                          pending.time,
                          item ? SightingKind::kItemInHand : SightingKind::kHand,
                          scaled(found.box, scale),
                          found.score,
                          {}});
  }
  if (!held.empty()) {
    auto embeddings = setup_.embedder->embed(pending.frame, held);
    if (!embeddings) return std::unexpected(std::move(embeddings.error()));
    auto next = embeddings->begin();
    for (std::size_t i = first; i < sightings_.size(); ++i) {
      if (sightings_[i].kind == SightingKind::kItemInHand) {
        sightings_[i].embedding = std::move(*next++);
      }
    }
  }
  watch_facings(pending, actors);
  return {};
}

void CabinetSession::watch_facings(const Pending& pending, std::span<const vision::Box> actors) {
  if (pending.motion.view_unsettled) return;
  const float scale = eyes_[pending.camera].scale;
  for (std::size_t i = 0; i < views_.size(); ++i) {
    if (views_[i].camera != pending.camera) continue;
    const vision::Box box = scaled(views_[i].box, scale);
    const bool covered = std::any_of(actors.begin(), actors.end(), [&](const vision::Box& actor) {
      return vision::intersection(grown(actor, kActorMargin), box).area() > 0;
    });
    if (covered || pending.motion.any(scaled(box, pending.analysis_scale))) continue;
    watches_[i].push(pending.time, cut_patch(pending.frame, views_[i].box, scale));
  }
}

double CabinetSession::evidence(std::size_t facing, SessionTime before, SessionTime after) const {
  double sum = 0;
  double weight = 0;
  for (std::size_t i = 0; i < views_.size(); ++i) {
    if (views_[i].facing != facing) continue;
    const auto change = watches_[i].change(before, after);
    if (!change) continue;
    const double odds = std::clamp(kChangeSlope * (static_cast<double>(*change) - kChangeEven),
                                   -kChangeMax, kChangeMax);
    sum += views_[i].visible * odds;
    weight += views_[i].visible;
  }
  return weight > 0 ? sum / std::max(0.5, weight) * 1.5 : 0.0;
}

Result<CabinetOutcome> CabinetSession::finish() {
  Result<void> collected;
  while (setup_.detector->in_flight() > 0) {
    auto next = collect_one();
    if (!next && collected) collected = std::move(next);
  }
  if (!collected) return std::unexpected(std::move(collected.error()));
  CabinetOutcome outcome;
  outcome.looks = looks_;
  // Looks were answered in the order of their frames.
  outcome.carries = follow({sightings_, cameras_, reach_of(*setup_.layout->cabinet)});
  outcome.items = find_acts({setup_.layout, sightings_, outcome.carries, setup_.likelihood,
                             [this](std::size_t facing, SessionTime before, SessionTime after) {
                               return evidence(facing, before, after);
                             }});
  std::vector<std::string> ids;
  for (const std::size_t camera : setup_.cameras) {
    ids.push_back(setup_.layout->cameras[camera].id);
  }
  outcome.cart = tally_up(outcome.items, *setup_.layout, ids);
  outcome.sightings = std::move(sightings_);
  return outcome;
}

}  // namespace tally::cabinet
