#include "perception/cabinet/session.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/assert.hpp"

namespace tally::cabinet {
namespace {

constexpr float kActorMargin = 0.15F;  // Of its size, around what may hide a facing.

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
  TALLY_ASSERT(setup_.detector->in_flight() == 0 && setup_.close_up->in_flight() == 0 &&
               setup_.embedder->in_flight() == 0);
  cameras_ = cameras_of(*setup_.layout, setup_.cameras);
  seen_.views = facing_views(*setup_.layout, cameras_);
  seen_.watches.resize(seen_.views.size());
  for (Eye& eye : eyes_) eye.plan = LookPlan(setup_.savings);
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
  const bool look = eye.plan.look_at(frame.time, motion.activity);
  eye.notes.push_back({frame.time, motion.activity, look});
  seconds_.gate += clock() - begin;
  if (!look) return {};
  auto begun = begin_look(camera, frame, motion);
  if (!begun) leave_models_free();
  return begun;
}

Result<void> CabinetSession::begin_look(std::size_t camera, const media::Frame& frame,
                                        const vision::MotionField& motion) {
  Eye& eye = eyes_[camera];
  while (eye.looking) {
    if (auto finished = finish_look(); !finished) return finished;
  }
  const bool whole = eye.plan.look_whole(frame.time, !eye.known.empty());
  while (whole && setup_.detector->in_flight() == setup_.detector->capacity()) {
    if (auto finished = finish_look(); !finished) return finished;
  }
  eye.looking = true;
  if (whole || !eye.known.empty()) ++eye.looks;
  const float scale = vision::analysis_scale(frame.width, frame.height);
  Look& look =
      looks_.emplace_back(Look{camera, frame.time, frame, motion, scale, whole, /*windows=*/{}});
  if (!whole) return begin_close_ups(look, eye.known);
  const double begin = clock();
  auto submitted = setup_.detector->submit(frame);
  seconds_.detect += clock() - begin;
  return submitted;
}

Result<void> CabinetSession::begin_close_ups(Look& look, std::span<const vision::Detection> seeds) {
  const vision::Size size{look.frame.width, look.frame.height};
  for (const vision::Region& window : close_ups(seeds, setup_.classes, size)) {
    while (setup_.close_up->in_flight() == setup_.close_up->capacity()) {
      if (auto collected = collect_close_up(); !collected) return collected;
    }
    const double begin = clock();
    auto submitted = setup_.close_up->submit(look.frame, window);
    seconds_.close_up += clock() - begin;
    if (!submitted) return submitted;
    look.windows.push_back({window, {}});
    waiting_.push_back(look.camera);
  }
  return {};
}

Result<void> CabinetSession::collect_close_up() {
  const std::size_t camera = waiting_.front();
  waiting_.pop_front();
  const double begin = clock();
  auto found = setup_.close_up->collect();
  seconds_.close_up += clock() - begin;
  if (!found) return std::unexpected(std::move(found.error()));
  const auto look = std::ranges::find(looks_, camera, &Look::camera);
  look->windows[look->answered++].found = std::move(*found);
  return {};
}

// The oldest look: its windows if they are not known yet, their answers, and what is seen in them.
Result<void> CabinetSession::finish_look() {
  Look& look = looks_.front();
  if (look.whole) {
    look.whole = false;
    const double begin = clock();
    auto found = setup_.detector->collect();
    seconds_.detect += clock() - begin;
    if (!found) return std::unexpected(std::move(found.error()));
    if (auto begun = begin_close_ups(look, *found); !begun) return begun;
  }
  while (look.answered < look.windows.size()) {
    if (auto collected = collect_close_up(); !collected) return collected;
  }
  Eye& eye = eyes_[look.camera];
  eye.known = merged(look.windows, {look.frame.width, look.frame.height});
  std::erase_if(eye.known, [&](const vision::Detection& one) {
    return one.class_id != setup_.classes.hand && one.class_id != setup_.classes.item_in_hand;
  });
  eye.looking = false;
  auto seen = see(look, eye.known);
  looks_.pop_front();
  return seen;
}

Result<void> CabinetSession::see(Look& look, std::span<const vision::Detection> found) {
  std::vector<vision::Box> held;
  std::vector<vision::Box> actors;
  const float scale = 1 / eyes_[look.camera].scale;
  const std::size_t first = seen_.sightings.size();
  for (const vision::Detection& one : found) {
    const bool hand = one.class_id == setup_.classes.hand && one.score >= kHandScore;
    const bool item = one.class_id == setup_.classes.item_in_hand && one.score >= kHeldScore;
    if (!hand && !item) continue;
    actors.push_back(one.box);
    if (item) held.push_back(one.box);
    seen_.sightings.push_back({look.camera,
                               look.time,
                               item ? SightingKind::kItemInHand : SightingKind::kHand,
                               scaled(one.box, scale),
                               one.score,
                               {}});
  }
  if (auto embedded = embed(look, held, first); !embedded) return embedded;
  const double watching = clock();
  watch_facings(look, actors);
  seconds_.facings += clock() - watching;
  return {};
}

Result<void> CabinetSession::embed(const Look& look, std::span<const vision::Box> held,
                                   std::size_t first) {
  if (held.empty()) return {};
  const double begin = clock();
  auto embeddings = setup_.embedder->embed(look.frame, held);
  seconds_.embed += clock() - begin;
  if (!embeddings) return std::unexpected(std::move(embeddings.error()));
  auto next = embeddings->begin();
  for (std::size_t i = first; i < seen_.sightings.size(); ++i) {
    if (seen_.sightings[i].kind == SightingKind::kItemInHand)
      seen_.sightings[i].embedding = std::move(*next++);
  }
  return {};
}

void CabinetSession::watch_facings(const Look& look, std::span<const vision::Box> actors) {
  if (look.motion.view_unsettled) return;
  const float scale = eyes_[look.camera].scale;
  for (std::size_t i = 0; i < seen_.views.size(); ++i) {
    if (seen_.views[i].camera != look.camera) continue;
    const vision::Box box = scaled(seen_.views[i].box, scale);
    const bool covered = std::any_of(actors.begin(), actors.end(), [&](const vision::Box& actor) {
      return vision::intersection(grown(actor, kActorMargin), box).area() > 0;
    });
    if (covered || look.motion.any(scaled(box, look.analysis_scale))) continue;
    seen_.watches[i].push(look.time, cut_patch(look.frame, seen_.views[i].box, scale));
  }
}

Result<Observations> CabinetSession::observed() {
  Result<void> finished;
  while (!looks_.empty() && finished) finished = finish_look();
  if (!finished) {
    leave_models_free();
    return std::unexpected(std::move(finished.error()));
  }
  return std::move(seen_);
}

Result<CabinetOutcome> CabinetSession::finish() {
  auto seen = observed();
  if (!seen) return std::unexpected(std::move(seen.error()));
  const double begin = clock();
  auto outcome = conclude(std::move(*seen), *setup_.layout, setup_.cameras, setup_.likelihood);
  seconds_.fuse += clock() - begin;
  return outcome;
}

void CabinetSession::leave_models_free() {
  while (setup_.detector->in_flight() > 0) (void)setup_.detector->collect();
  while (setup_.close_up->in_flight() > 0) (void)setup_.close_up->collect();
  looks_.clear();
  waiting_.clear();
  for (Eye& eye : eyes_) eye.looking = false;
}

}  // namespace tally::cabinet
