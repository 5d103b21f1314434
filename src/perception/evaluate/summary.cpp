#include "perception/evaluate/summary.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <set>
#include <tuple>

namespace tally::evaluate {
namespace {

constexpr std::array<double, 9> kKnobThresholds{0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999, 1};

void count_outcomes(std::span<const SessionScore* const> scores, Figures& figures) {
  for (const SessionScore* score : scores) {
    const bool failed = score->outcome == Outcome::kFailed;
    const bool human = failed || score->outcome == Outcome::kReview;
    const bool wrong = score->outcome == Outcome::kWrongCharge;
    // Where the lines ask for something and no human looks, it is charged.
    const bool charged =
        wrong || (score->outcome == Outcome::kRight &&
                  std::ranges::any_of(score->lines, [](const auto& line) { return line.got > 0; }));
    figures.failed += failed ? 1 : 0;
    figures.exact.hits += score->exact ? 1 : 0;
    figures.review.hits += human ? 1 : 0;
    figures.wrong_charge.hits += wrong ? 1 : 0;
    figures.missed_charge.hits += score->outcome == Outcome::kMissedCharge ? 1 : 0;
    figures.wrong_charge_of_charges.hits += wrong ? 1 : 0;
    figures.wrong_charge_of_charges.of += charged ? 1 : 0;
  }
  figures.sessions = static_cast<std::int64_t>(scores.size());
  const auto count = static_cast<double>(scores.size());
  figures.exact.of = figures.review.of = figures.wrong_charge.of = figures.missed_charge.of = count;
}

Rate f1_of(double right, double wrong, double missing) {
  return {.hits = right, .of = right + (wrong + missing) / 2};
}

void count_items(std::span<const SessionScore* const> scores, Figures& figures) {
  double in_family = 0;
  for (const SessionScore* score : scores) {
    figures.items.matched += score->items.matched;
    figures.items.misidentified += score->items.misidentified;
    figures.items.extra += score->items.extra;
    figures.items.missed += score->items.missed;
    in_family += static_cast<double>(
        std::ranges::count(score->misidentified, true, &Misidentified::same_family));
  }
  const auto matched = static_cast<double>(figures.items.matched);
  const auto swapped = static_cast<double>(figures.items.misidentified);
  const auto extra = static_cast<double>(figures.items.extra);
  const auto missed = static_cast<double>(figures.items.missed);
  const double placed = matched + swapped;
  figures.precision = {matched, placed + extra};
  figures.recall = {matched, placed + missed};
  figures.f1 = f1_of(matched, swapped + extra, swapped + missed);
  figures.place_precision = {placed, placed + extra};
  figures.place_recall = {placed, placed + missed};
  figures.place_f1 = f1_of(placed, extra, missed);
  figures.identified = {matched, placed};
  figures.mixed_up_in_family = {in_family, swapped};
}

void count_lines(std::span<const SessionScore* const> scores, Figures& figures) {
  std::vector<double> errors;
  for (const SessionScore* score : scores) {
    for (const LineScore& line : score->lines) {
      errors.push_back(std::abs(line.got - line.expected));
    }
  }
  // Sums of doubles depend on their order; sorted, the sessions' order does not matter.
  std::ranges::sort(errors);
  figures.count_error = mean_of(errors);
  figures.lines_right = {static_cast<double>(std::ranges::count(errors, 0)),
                         static_cast<double>(errors.size())};
}

void count_money(std::span<const SessionScore* const> scores, Figures& figures) {
  std::set<std::string> currencies;
  for (const SessionScore* score : scores) currencies.insert(score->currency);
  if (currencies.size() != 1 || currencies.begin()->empty()) return;
  MoneyFigures money;
  money.currency = *currencies.begin();
  std::vector<double> errors;
  for (const SessionScore* score : scores) {
    if (score->outcome == Outcome::kFailed) continue;
    const std::int64_t error = score->asked_minor - score->owed_minor;
    money.owed_minor += score->owed_minor;
    errors.push_back(static_cast<double>(error));
    if (score->outcome == Outcome::kMissedCharge) {
      money.undercharged_minor += score->owed_minor;
    } else if (score->outcome == Outcome::kWrongCharge) {
      (error > 0 ? money.overcharged_minor : money.undercharged_minor) += std::abs(error);
    }
  }
  std::ranges::sort(errors);
  money.error_minor = mean_of(errors);
  for (double& error : errors) error = std::abs(error);
  std::ranges::sort(errors);
  money.error_absolute_minor = mean_of(errors);
  figures.money = std::move(money);
}

std::vector<ProductFigures> products_of(std::span<const SessionScore* const> scores) {
  std::map<std::string, ProductFigures> by_id;
  for (const SessionScore* score : scores) {
    for (const LineScore& line : score->lines) {
      ProductFigures& product = by_id[line.product];
      product.product = line.product;
      product.sessions += 1;
      product.expected += line.expected;
      product.got += line.got;
      product.count_error += std::abs(line.got - line.expected);
    }
  }
  std::vector<ProductFigures> products;
  for (auto& [id, product] : by_id) products.push_back(std::move(product));
  std::ranges::stable_sort(products, std::greater<>{}, &ProductFigures::count_error);
  return products;
}

std::vector<Confusion> confusions_of(std::span<const SessionScore* const> scores) {
  std::map<std::pair<std::string, std::string>, std::int64_t> counts;
  for (const SessionScore* score : scores) {
    for (const Misidentified& item : score->misidentified) ++counts[{item.expected, item.got}];
  }
  std::vector<Confusion> confusions;
  for (const auto& [pair, items] : counts) confusions.push_back({pair.first, pair.second, items});
  std::ranges::stable_sort(confusions, std::greater<>{}, &Confusion::items);
  return confusions;
}

}  // namespace

Figures figures_of(std::span<const SessionScore* const> scores) {
  Figures figures;
  count_outcomes(scores, figures);
  count_items(scores, figures);
  count_lines(scores, figures);
  count_money(scores, figures);
  return figures;
}

std::vector<Group> grouped(std::span<const SessionScore* const> scores,
                           const std::function<std::string(const SessionScore&)>& name_of_group) {
  // Shorter numbers are smaller ones; other names are in the order of the alphabet.
  const auto key_of = [](const std::string& name) {
    const bool number = !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
    return std::tuple(number ? name.size() : 0, name);
  };
  std::map<std::tuple<std::size_t, std::string>, std::vector<const SessionScore*>> members;
  for (const SessionScore* score : scores) members[key_of(name_of_group(*score))].push_back(score);
  std::vector<Group> groups;
  for (const auto& [key, group] : members) groups.push_back({std::get<1>(key), figures_of(group)});
  return groups;
}

Summary summarise(std::span<const SessionScore* const> scores, double wrong_max) {
  Summary summary;
  summary.all = figures_of(scores);
  summary.scenarios = grouped(scores, [](const SessionScore& score) { return score.scenario; });
  summary.products = products_of(scores);
  summary.confusions = confusions_of(scores);
  summary.calibration = calibrate(scores);
  summary.curve = knob_curve(scores);
  for (const double threshold : kKnobThresholds) {
    summary.knobs.push_back(knob_at(scores, threshold));
  }
  summary.wrong_max = wrong_max;
  summary.best = best_knob(summary.curve, wrong_max);
  return summary;
}

}  // namespace tally::evaluate
