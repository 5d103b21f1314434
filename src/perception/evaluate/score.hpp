// One session's cart against its truth. Pure; every figure is defined in docs/eval.md.
//
// An item is one piece of an event: `take 2 x p01` is two items at the same moment. Quantities are
// signed net counts, money is minor units of the truth's currency.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/cart.hpp"
#include "perception/evaluate/truth.hpp"

namespace tally::evaluate {

// How far an item of the cart may be from one of the truth and still be the same.
inline constexpr std::int64_t kMatchToleranceMs = 1000;

// What became of a session, seen from the shopper.
enum class Outcome : std::uint8_t {
  kRight,         // Decided without a human, and rightly.
  kWrongCharge,   // Charged without a human, and the lines are not exactly the truth.
  kMissedCharge,  // "Nothing to charge" without a human, though something is owed.
  kReview,        // A human looks first.
  kFailed,        // There is no cart: a human looks, and has no help.
};
[[nodiscard]] std::string_view name_of(Outcome outcome);  // "right", "wrong_charge", …

// Every item of the truth is matched, misidentified or missed; every item of the cart is matched,
// misidentified or extra.
struct ItemCounts {
  std::int64_t matched = 0;        // Same kind, same product, within the tolerance.
  std::int64_t misidentified = 0;  // Of what is left: same kind, another product, within it.
  std::int64_t extra = 0;          // In the cart only.
  std::int64_t missed = 0;         // In the truth only.

  friend bool operator==(const ItemCounts&, const ItemCounts&) = default;
};

struct Misidentified {
  std::int64_t at_ms = 0;  // In the truth.
  EventKind kind = EventKind::kTake;
  std::string expected;
  std::string got;
  bool same_family = false;
};

struct LineScore {
  std::string product;
  int expected = 0;
  int got = 0;
};

struct SessionScore {
  std::string scenario;
  bool restock = false;  // Nobody is charged, nothing is owed.
  bool exact = false;    // The net lines are those of the truth; lines of 0 count as absent.
  Outcome outcome = Outcome::kFailed;
  Outcome unreviewed = Outcome::kFailed;  // What it were if no session went to review.
  double probability = 0;                 // The decision's, that all lines are right.
  ItemCounts items;
  std::vector<Misidentified> misidentified;  // By time.
  std::vector<LineScore> lines;              // Products with a line in either, by id.
  std::string currency;
  std::int64_t owed_minor = 0;   // What the truth comes to; a negative line costs nothing.
  std::int64_t asked_minor = 0;  // What the cart's lines come to, at the truth's prices.
  int unpriced_items = 0;        // Items on lines whose product the truth does not know: cost 0.
};

[[nodiscard]] SessionScore score_session(const Cart& cart, const Truth& truth);

// Of a session that gave no cart: everything is missed, nothing is exact.
[[nodiscard]] SessionScore score_failed(const Truth& truth);

// What the outcome becomes when exactly those sessions are reviewed whose probability is below
// `threshold`, and those with more put in than taken; 0 reviews none. A failed session stays
// failed, and a restock is never reviewed: nobody is charged.
[[nodiscard]] Outcome outcome_at(const SessionScore& score, double threshold);

}  // namespace tally::evaluate
