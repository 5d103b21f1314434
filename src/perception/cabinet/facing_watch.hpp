// What became of each facing's front row as one camera sees it: the appearances it had, one after
// the other, while nothing moved and nobody stood before it.
//
// A facing's appearance is kept as a few states, each with the time it was seen from and to. A new
// state begins when a clean patch differs from the present one; one that lasts only for a single
// look is noise and forgotten, and a short one between others is an arm that rests there. Whoever
// wants to know whether an act changed a facing compares the state before with the state after
// (`change`).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "perception/cabinet/facing_view.hpp"

namespace tally::cabinet {

// Patches that differ by more are of two states: little, since an equal item that stands behind the
// one taken differs by little. What of it is noise is told apart where states are compared.
inline constexpr float kStateDifference = 1.2F;
inline constexpr float kSameDifference = 2.5F;   // Up to it two states may show the same,
inline constexpr float kOtherDifference = 4.0F;  // and from here on they do not.
inline constexpr int kStateLooksMin = 2;
inline constexpr SessionTime kStateTimeMin = from_seconds(0.5);  // But for the first and the last.
inline constexpr float kSameState = -4.0F;                       // As `change` tells it.
inline constexpr std::size_t kStatesMax = 200;  // Of one view; the oldest in between are forgotten.

struct FacingState {
  SessionTime from{0};
  SessionTime to{0};
  int looks = 0;
  Patch patch;  // Mean of its looks.
};

class FacingWatch {
 public:
  FacingWatch() = default;
  // One that has seen these; for tools that keep what was seen.
  explicit FacingWatch(std::vector<FacingState> states) : states_(std::move(states)) {}

  // A clean look at the view; in order of time.
  void push(SessionTime time, const Patch& patch);

  [[nodiscard]] const std::vector<FacingState>& states() const { return states_; }

  // How the place looks at `after`, or as soon as it is seen then, against how it looked at
  // `before`, or was seen last until then: cells_changed(), kSameState where it never looked
  // otherwise; std::nullopt where it was not seen on one side.
  [[nodiscard]] std::optional<float> change(SessionTime before, SessionTime after) const;

  // Whether it looks after `after` as it did before `first`, and looked otherwise before `before`.
  [[nodiscard]] bool came_back(SessionTime first, SessionTime before, SessionTime after) const;

 private:
  [[nodiscard]] bool counts(const FacingState& state) const;
  // The last state that began by then, and the first that lasted until then; nullptr: none.
  [[nodiscard]] const FacingState* begun_by(SessionTime time) const;
  [[nodiscard]] const FacingState* lasting_until(SessionTime time) const;

  std::vector<FacingState> states_;
};

}  // namespace tally::cabinet
