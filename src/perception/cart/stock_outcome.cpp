// What the stock model says when the frames have ended.
#include <algorithm>

#include "perception/cart/stock_state.hpp"

namespace tally::cart {
namespace {

// The camera or the light may be in turmoil for so long in all before it is a doubt.
constexpr SessionTime kUnsettledMax = from_seconds(1.5);

}  // namespace

// What came to rest in the last moments, and could not be settled any more.
void StockModel::State::settle_last(StockOutcome& outcome) {
  for (Slot& slot : slots) {
    const bool pending = slot.arrival == Arrival::kPending && in_zone(slot.box);
    if (!pending || slot.state != SlotState::kOccupied || pair_with_departure(slot)) continue;
    if (awaits_departure(slot)) {
      slot.arrival = Arrival::kNone;
      outcome.doubts.push_back({"an item came to rest that may be one that is out of sight"});
    } else {
      slot.arrival = Arrival::kPut;
    }
  }
}

void StockModel::State::tell_doubts(StockOutcome& outcome) const {
  const auto doubt = [&](bool there, const char* reason) {
    if (there) outcome.doubts.push_back({reason});
  };
  doubt(rest_begin > kLearnTime, "the video does not begin at rest: earlier acts are not known");
  doubt(unsettled_total > kUnsettledMax, "the camera or the light moved during the session");
  doubt(overflowed, "more items than can be told apart");
  doubt(found_after_touch, "an item was seen where a hand had been and none was known before");
  bool in_hand = false;
  bool hidden = false;
  bool vanished = false;
  for (const Slot& slot : slots) {
    in_hand = in_hand || slot.departure == Departure::kPending;
    hidden = hidden || is_out_of_sight(slot);
    const bool standing = slot.state == SlotState::kOccupied && !slot.foreign;
    vanished = vanished || (standing && slot.surely_vacant() && !is_out_of_sight(slot));
  }
  doubt(in_hand, "an item was still in hand, or just gone, when the video ended");
  doubt(hidden, "an item was out of sight when the video ended");
  doubt(vanished, "an item is not seen any more, and nobody was seen to touch it");
}

StockOutcome StockModel::finish() {
  State& s = *state_;
  StockOutcome outcome;
  outcome.zone = s.zone;
  outcome.counts = s.counts;
  if (!s.learnt) {
    outcome.doubts.push_back(
        {"the view was never at rest for a second, so the stock could not be learnt", 0});
    return outcome;
  }
  s.settle_last(outcome);
  s.settle_taken();
  s.tell_doubts(outcome);
  const auto add = [&](const Slot& slot, EventKind kind, SessionTime time, double confidence) {
    outcome.changes.push_back({time, kind, s.products[slot.product()], confidence, slot.box});
  };
  for (const Slot& slot : s.slots) {
    if (slot.arrival == Arrival::kPut) {
      add(slot, EventKind::kPut, slot.arrived, slot.arrival_confidence());
    }
    if (slot.departure == Departure::kTaken) {
      add(slot, EventKind::kTake, slot.departed_at(), slot.departure_confidence());
    }
  }
  std::stable_sort(outcome.changes.begin(), outcome.changes.end(),
                   [](const Change& a, const Change& b) { return a.time < b.time; });
  return outcome;
}

}  // namespace tally::cart
