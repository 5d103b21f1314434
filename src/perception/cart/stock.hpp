// The stock as one fixed camera sees it: items at rest in a zone, each with a state, and what hands
// do to them.
//
// Every place where an item rests is a Slot with the log odds that it is occupied, moved by
// - the detector: it saw the item there (weighed by its false positive rate), or looked and did not
//   (weighed by how reliably it saw this very item before, a Beta estimate, one for full and one
//   for small looks), which is not counted where a person is in front or something moves there;
// - the picture of the place: it still is, or no longer is, that of the occupied place.
// Looks close in time say nearly the same, so a look's weight grows with the time since the last
// one (1 - exp(-dt / kEvidenceTime)); looking more often does not make evidence stronger. The odds
// are bounded, as in a hidden Markov model whose state may change at any moment.
//
// What changed becomes an event only if it can have been a hand:
// - An item whose place was touched and is now surely vacant was lifted. It is taken once it has
//   not been in sight in the zone for kOutOfSight; set down elsewhere in the zone it was moved, and
//   nobody took anything.
// - An item at rest that the picture from before the act does not show was put. One that the old
//   picture shows was only found late.
//
// Before the first second at rest nothing is known of the stock, and nothing is concluded.
//
// StockModel is a value without clock, threads or I/O. Coordinates are analysis pixels
// (vision/luma.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/cart.hpp"
#include "base/time.hpp"
#include "perception/cart/layout.hpp"
#include "perception/vision/geometry.hpp"
#include "perception/vision/luma.hpp"
#include "perception/vision/motion_gate.hpp"

namespace tally::cart {

// How long an item must be out of sight to have left, and the view at rest for the stock to be
// learnt.
inline constexpr SessionTime kOutOfSight = from_seconds(0.8);
inline constexpr SessionTime kLearnTime = from_seconds(1.0);
inline constexpr SessionTime kEvidenceTime = from_seconds(0.25);
inline constexpr SessionTime kTouchSlack = from_seconds(0.3);
// More slots are not formed; a cooler's view holds far fewer.
inline constexpr std::size_t kSlotsMax = 256;

// One frame, in order of time. `detections` are in analysis pixels; null where the detector did not
// look.
struct Observation {
  SessionTime time{0};
  const vision::LumaImage* picture = nullptr;
  const vision::MotionField* motion = nullptr;
  const std::vector<vision::Detection>* detections = nullptr;
  bool small = false;  // They are of a small look (look_schedule.hpp).
};

// One item that was taken from, or put into, the zone.
struct Change {
  SessionTime time{0};
  EventKind kind = EventKind::kTake;
  std::string product;
  double confidence = 0;
  vision::Box box;  // Where it stood or stands.
};

// Why a human should look.
struct Doubt {
  std::string reason;  // In words.
  // Probability that the changes are right in spite of it; even odds if nothing tells.
  double trust = 0.5;
};

struct StockOutcome {
  std::vector<Change> changes;  // By time.
  std::optional<vision::Box> zone;
  std::vector<std::pair<SessionTime, int>> counts;  // Items at rest, whenever that changed.
  std::vector<Doubt> doubts;
};

class StockModel {
 public:
  // `zone` in analysis pixels; without one it is learnt.
  StockModel(std::vector<ClassRole> roles, std::optional<vision::Box> zone);
  StockModel(StockModel&&) noexcept;
  ~StockModel();

  void observe(const Observation& observation);

  // What is known after the last frame. Call once.
  [[nodiscard]] StockOutcome finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tally::cart
