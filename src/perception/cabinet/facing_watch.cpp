#include "perception/cabinet/facing_watch.hpp"

#include <algorithm>

namespace tally::cabinet {
namespace {

void mix(std::array<float, kPatchPixels>& mean, const std::array<float, kPatchPixels>& next,
         float weight) {
  for (std::size_t i = 0; i < kPatchPixels; ++i) mean[i] += weight * (next[i] - mean[i]);
}

}  // namespace

void FacingWatch::push(SessionTime time, const Patch& patch) {
  if (!states_.empty() && difference(states_.back().patch, patch) < kStateDifference) {
    FacingState& state = states_.back();
    ++state.looks;
    state.to = time;
    const float weight = 1.0F / static_cast<float>(std::min(state.looks, 8));
    mix(state.patch.luma, patch.luma, weight);
    mix(state.patch.cb, patch.cb, weight);
    mix(state.patch.cr, patch.cr, weight);
    return;
  }
  if (!states_.empty() && states_.back().looks < kStateLooksMin) states_.pop_back();
  if (states_.size() >= kStatesMax) states_.erase(states_.begin() + 1);
  // What was only interrupted goes on.
  if (!states_.empty() && difference(states_.back().patch, patch) < kStateDifference) {
    push(time, patch);
    return;
  }
  states_.push_back({time, time, 1, patch});
}

bool FacingWatch::counts(const FacingState& state) const {
  if (state.looks < kStateLooksMin) return false;
  return state.to - state.from >= kStateTimeMin || &state == &states_.front() ||
         &state == &states_.back();
}

const FacingState* FacingWatch::begun_by(SessionTime time) const {
  const FacingState* found = nullptr;
  for (const FacingState& state : states_) {
    if (counts(state) && state.from <= time) found = &state;
  }
  return found;
}

const FacingState* FacingWatch::lasting_until(SessionTime time) const {
  const auto found = std::ranges::find_if(
      states_, [&](const FacingState& state) { return counts(state) && state.to >= time; });
  return found == states_.end() ? nullptr : &*found;
}

std::optional<float> FacingWatch::change(SessionTime before, SessionTime after) const {
  const FacingState* first = begun_by(before);
  const FacingState* last = lasting_until(after);
  if (first == nullptr || last == nullptr) return std::nullopt;
  return first == last ? kSameState : cells_changed(first->patch, last->patch);
}

bool FacingWatch::came_back(SessionTime first, SessionTime before, SessionTime after) const {
  const FacingState* at_first = begun_by(first);
  const FacingState* between = begun_by(before);
  const FacingState* last = lasting_until(after);
  if (at_first == nullptr || between == nullptr || last == nullptr || between == last) return false;
  return difference(at_first->patch, between->patch) >= kOtherDifference &&
         difference(at_first->patch, last->patch) <= kSameDifference;
}

}  // namespace tally::cabinet
