// Many sessions' scores in figures: one set for all, one for each group, and what the policy knob
// could buy. Pure; the order of the sessions changes nothing. Every figure is defined in
// docs/eval.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "perception/evaluate/calibration.hpp"
#include "perception/evaluate/interval.hpp"
#include "perception/evaluate/score.hpp"

namespace tally::evaluate {

struct MoneyFigures {
  std::string currency;
  std::int64_t owed_minor = 0;          // By the truth, over the sessions that gave a cart.
  Mean error_minor;                     // Asked minus owed, of each cart, before any human.
  Mean error_absolute_minor;            // The same without its sign.
  std::int64_t overcharged_minor = 0;   // Asked too much without a human, in total.
  std::int64_t undercharged_minor = 0;  // Asked too little without a human, in total; positive.
};

struct Figures {
  std::int64_t sessions = 0;
  std::int64_t failed = 0;  // Gave no cart: not exact, all missed, to be looked at by a human.
  Rate exact;
  Rate review;
  Rate wrong_charge;             // Of all sessions.
  Rate wrong_charge_of_charges;  // Of those charged without a human.
  Rate missed_charge;
  ItemCounts items;
  Rate precision, recall, f1;                    // Kind, product and time are right.
  Rate place_precision, place_recall, place_f1;  // Kind and time are.
  Rate identified;          // Of items whose kind and time are right, those with their product.
  Rate mixed_up_in_family;  // Of the misidentified, those taken for one that looks alike.
  Rate lines_right;         // Of (session, product) pairs with a line in either.
  Mean count_error;         // |got - expected| over those pairs.
  std::optional<MoneyFigures> money;  // Empty where sessions have several currencies or none.
};
[[nodiscard]] Figures figures_of(std::span<const SessionScore* const> scores);

struct Group {
  std::string name;
  Figures figures;
};

// By name. Numbers come in their order, "2" before "10".
[[nodiscard]] std::vector<Group> grouped(
    std::span<const SessionScore* const> scores,
    const std::function<std::string(const SessionScore&)>& name_of_group);

struct ProductFigures {
  std::string product;
  std::int64_t sessions = 0;  // With a line of it in truth or cart.
  std::int64_t expected = 0;  // Sums of net counts.
  std::int64_t got = 0;
  std::int64_t count_error = 0;  // Sum of |got - expected|.
};

struct Confusion {
  std::string expected;
  std::string got;
  std::int64_t items = 0;
};

struct Summary {
  Figures all;
  std::vector<Group> scenarios;
  std::vector<ProductFigures> products;  // Worst first.
  std::vector<Confusion> confusions;     // Most frequent first.
  Calibration calibration;
  std::vector<KnobPoint> curve;
  std::vector<KnobPoint> knobs;  // At thresholds people would set.
  double wrong_max = 0;
  std::optional<KnobPoint> best;
};

[[nodiscard]] Summary summarise(std::span<const SessionScore* const> scores, double wrong_max);

}  // namespace tally::evaluate
