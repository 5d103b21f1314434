#include "perception/cabinet/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/assert.hpp"
#include "perception/cabinet/clock_offset.hpp"
#include "perception/cabinet/stock_audit.hpp"

namespace tally::cabinet {
namespace {

constexpr SessionTime kAuditSlack = from_seconds(0.2);
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
  // Each picture in flight keeps a frame, at worst all of one camera.
  in_flight_max_ = std::min(setup_.detector->capacity(), std::size_t{cart::kFramesKeptMax});
  for (const std::size_t camera : setup_.cameras) {
    cameras_.emplace_back(setup_.layout->cameras[camera].calibration.value());
  }
  views_ = facing_views(*setup_.layout, cameras_);
  watches_.resize(views_.size());
}

bool CabinetSession::look_now(Eye& eye, SessionTime time, float activity) {
  if (activity >= kActiveShare) eye.moved_at = time;
  const bool active = !setup_.savings.gate || time - eye.moved_at <= kActiveAfter;
  const SessionTime interval = !active                 ? kRestLook
                               : setup_.savings.stride ? kActiveLook
                                                       : SessionTime{0};
  if (eye.last_look && time - *eye.last_look < interval) return false;
  eye.last_look = time;
  return true;
}

Result<void> CabinetSession::push(std::size_t camera, const media::Frame& frame) {
  Eye& eye = eyes_[camera];
  if (eye.scale == 0) {
    const vision::CameraModel& model = cameras_[camera].model();
    if (auto fits = vision::scaled_to(model, {frame.width, frame.height}); !fits) {
      return std::unexpected(std::move(fits.error()));
    }
    eye.scale = static_cast<float>(frame.width) / static_cast<float>(model.size.width);
  }
  const double begin = clock();
  vision::LumaImage picture;
  vision::make_analysis_image(frame, picture);
  const vision::MotionField& motion = eye.gate.push(frame.time, picture);
  const bool look = look_now(eye, frame.time, motion.activity);
  eye.notes.push_back({frame.time, motion.activity, look});
  seconds_.gate += clock() - begin;
  if (!look) return {};
  if (setup_.detector->in_flight() == in_flight_max_) {
    if (auto collected = collect_one(); !collected) return collected;
  }
  const double handing = clock();
  if (auto submitted = setup_.detector->submit(frame); !submitted) return submitted;
  ++eye.looks;
  pending_.push_back(
      {camera, frame.time, frame, motion, vision::analysis_scale(frame.width, frame.height)});
  seconds_.detect += clock() - handing;
  return {};
}

Result<void> CabinetSession::collect_one() {
  const Pending pending = std::move(pending_.front());
  pending_.pop_front();
  const double begin = clock();
  auto detections = setup_.detector->collect();
  seconds_.detect += clock() - begin;
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
  if (auto embedded = embed(pending, held, first); !embedded) return embedded;
  const double watching = clock();
  watch_facings(pending, actors);
  seconds_.facings += clock() - watching;
  return {};
}

Result<void> CabinetSession::embed(const Pending& pending, std::span<const vision::Box> held,
                                   std::size_t first) {
  if (held.empty()) return {};
  const double begin = clock();
  auto embeddings = setup_.embedder->embed(pending.frame, held);
  seconds_.embed += clock() - begin;
  if (!embeddings) return std::unexpected(std::move(embeddings.error()));
  auto next = embeddings->begin();
  for (std::size_t i = first; i < sightings_.size(); ++i) {
    if (sightings_[i].kind == SightingKind::kItemInHand)
      sightings_[i].embedding = std::move(*next++);
  }
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
    const SessionTime offset = eyes_[views_[i].camera].offset;
    const auto change = watches_[i].change(before - offset, after - offset);
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
  const double begin = clock();
  set_clocks_right();
  CabinetOutcome outcome;
  for (const Eye& eye : eyes_) outcome.clock_offsets.push_back(eye.offset);
  outcome.carries = follow({sightings_, cameras_, reach_of(*setup_.layout->cabinet)});
  const FacingEvidence changed = [this](std::size_t facing, SessionTime before, SessionTime after) {
    return evidence(facing, before, after);
  };
  outcome.items =
      find_acts({setup_.layout, sightings_, outcome.carries, setup_.likelihood, changed});
  std::vector<std::string> ids;
  for (const std::size_t camera : setup_.cameras) {
    ids.push_back(setup_.layout->cameras[camera].id);
  }
  std::vector<cart::Doubt> doubts;
  if (!sightings_.empty()) {
    doubts =
        audit_stock(outcome.items, *setup_.layout, changed, sightings_.front().time - kAuditSlack,
                    sightings_.back().time + kAuditSlack);
  }
  outcome.cart = tally_up(outcome.items, *setup_.layout, ids, std::move(doubts));
  outcome.sightings = std::move(sightings_);
  seconds_.fuse += clock() - begin;
  return outcome;
}

void CabinetSession::set_clocks_right() {
  const std::vector<SessionTime> offsets = clock_offsets(sightings_, cameras_);
  for (std::size_t i = 0; i < eyes_.size(); ++i) eyes_[i].offset = offsets[i];
  if (std::ranges::all_of(offsets, [](SessionTime offset) { return offset == SessionTime{0}; })) {
    return;  // Looks were answered in the order of their frames.
  }
  for (Sighting& sighting : sightings_) sighting.time += offsets[sighting.camera];
  std::ranges::stable_sort(sightings_, {}, [](const Sighting& sighting) {
    return std::pair(sighting.time, sighting.camera);
  });
}

}  // namespace tally::cabinet
