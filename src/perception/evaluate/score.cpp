#include "perception/evaluate/score.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <tuple>

#include "perception/evaluate/matching.hpp"

namespace tally::evaluate {
namespace {

struct Item {
  std::int64_t at_ms = 0;
  EventKind kind = EventKind::kTake;
  std::string product;
};

template <typename Event>
std::vector<Item> items_of(const std::vector<Event>& events) {
  std::vector<Item> items;
  for (const Event& event : events) {
    for (int i = 0; i < event.quantity; ++i) {
      items.push_back({event.at_ms, event.kind, event.product});
    }
  }
  // The product settles ties, so that the order of equal moments does not matter.
  std::ranges::sort(items, {}, [](const Item& item) { return std::tie(item.at_ms, item.product); });
  return items;
}

// Those of `indices` for which `group` says yes, with their moments.
struct Selection {
  std::vector<std::size_t> indices;
  std::vector<std::int64_t> moments;
};

template <typename Predicate>
Selection select(const std::vector<Item>& items, const std::vector<bool>& used, Predicate belongs) {
  Selection selection;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (used[i] || !belongs(items[i])) continue;
    selection.indices.push_back(i);
    selection.moments.push_back(items[i].at_ms);
  }
  return selection;
}

class ItemMatcher {
 public:
  ItemMatcher(const Cart& cart, const Truth& truth)
      : wanted_(items_of(truth.events)),
        got_(items_of(cart.events)),
        wanted_used_(wanted_.size()),
        got_used_(got_.size()) {
    for (const TruthProduct& product : truth.products) family_[product.id] = product.family;
  }

  void run(SessionScore& score) {
    std::map<std::pair<EventKind, std::string>, bool> groups;
    for (const Item& item : wanted_) groups[{item.kind, item.product}] = true;
    for (const auto& [group, present] : groups) {
      score.items.matched += static_cast<std::int64_t>(pair_up([&](const Item& item) {
                                                         return item.kind == group.first &&
                                                                item.product == group.second;
                                                       }).size());
    }
    for (const EventKind kind : {EventKind::kTake, EventKind::kPut}) {
      for (const auto& [wanted, got] : pair_up([&](const Item& i) { return i.kind == kind; })) {
        score.misidentified.push_back(told(wanted_[wanted], got_[got]));
      }
    }
    std::ranges::stable_sort(score.misidentified, {}, &Misidentified::at_ms);
    score.items.misidentified = static_cast<std::int64_t>(score.misidentified.size());
    score.items.missed = std::ranges::count(wanted_used_, false);
    score.items.extra = std::ranges::count(got_used_, false);
  }

 private:
  template <typename Predicate>
  std::vector<std::pair<std::size_t, std::size_t>> pair_up(Predicate belongs) {
    const Selection wanted = select(wanted_, wanted_used_, belongs);
    const Selection got = select(got_, got_used_, belongs);
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (const auto& [i, j] : match_moments(wanted.moments, got.moments, kMatchToleranceMs)) {
      pairs.emplace_back(wanted.indices[i], got.indices[j]);
      wanted_used_[wanted.indices[i]] = true;
      got_used_[got.indices[j]] = true;
    }
    return pairs;
  }

  [[nodiscard]] Misidentified told(const Item& wanted, const Item& got) const {
    const auto family = family_.find(wanted.product);
    const auto other = family_.find(got.product);
    const bool known = family != family_.end() && other != family_.end();
    return {.at_ms = wanted.at_ms,
            .kind = wanted.kind,
            .expected = wanted.product,
            .got = got.product,
            .same_family = known && !family->second.empty() && family->second == other->second};
  }

  std::vector<Item> wanted_;
  std::vector<Item> got_;
  std::vector<bool> wanted_used_;
  std::vector<bool> got_used_;
  std::map<std::string, std::string> family_;
};

void compare_lines(const Cart& cart, const Truth& truth, SessionScore& score) {
  std::map<std::string, LineScore> lines;
  for (const TruthLine& line : truth.cart) lines[line.product].expected += line.quantity;
  for (const CartLine& line : cart.lines) lines[line.product].got += line.quantity;
  std::map<std::string, std::int64_t> prices;
  for (const TruthProduct& product : truth.products) prices[product.id] = product.price_minor;
  score.exact = true;
  for (auto& [product, line] : lines) {
    if (line.expected == 0 && line.got == 0) continue;
    line.product = product;
    score.exact = score.exact && line.expected == line.got;
    const auto price = prices.find(product);
    if (price == prices.end()) score.unpriced_items += std::abs(line.got);
    const std::int64_t each = price == prices.end() ? 0 : price->second;
    if (score.restock) {
      score.lines.push_back(line);
      continue;
    }
    score.owed_minor += each * std::max(0, line.expected);
    score.asked_minor += each * std::max(0, line.got);
    score.lines.push_back(line);
  }
}

bool something_owed(const SessionScore& score) {
  if (score.restock) return false;
  return std::ranges::any_of(score.lines, [](const LineScore& line) { return line.expected > 0; });
}

Outcome outcome_of(DecisionKind decision, const SessionScore& score) {
  switch (decision) {
    case DecisionKind::kCharge:
      return score.exact ? Outcome::kRight : Outcome::kWrongCharge;
    case DecisionKind::kNothing:
      return something_owed(score) ? Outcome::kMissedCharge : Outcome::kRight;
    case DecisionKind::kReview:
      return Outcome::kReview;
  }
  std::abort();
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kRight:
      return "right";
    case Outcome::kWrongCharge:
      return "wrong_charge";
    case Outcome::kMissedCharge:
      return "missed_charge";
    case Outcome::kReview:
      return "review";
    case Outcome::kFailed:
      return "failed";
  }
  std::abort();
}

SessionScore score_session(const Cart& cart, const Truth& truth) {
  SessionScore score;
  score.scenario = truth.scenario;
  score.restock = truth.restock;
  score.currency = truth.currency;
  score.probability = cart.decision.probability;
  ItemMatcher(cart, truth).run(score);
  compare_lines(cart, truth, score);
  score.outcome = outcome_of(cart.decision.kind, score);
  const bool would_charge =
      !score.restock &&
      std::ranges::any_of(score.lines, [](const LineScore& line) { return line.got > 0; });
  score.unreviewed =
      outcome_of(would_charge ? DecisionKind::kCharge : DecisionKind::kNothing, score);
  return score;
}

SessionScore score_failed(const Truth& truth) {
  SessionScore score = score_session(Cart{}, truth);
  score.exact = false;
  score.outcome = Outcome::kFailed;
  score.unreviewed = Outcome::kFailed;
  return score;
}

Outcome outcome_at(const SessionScore& score, double threshold) {
  if (score.outcome == Outcome::kFailed || score.restock) return score.unreviewed;
  // As cart::ReviewPolicy has it: more put in than taken is reviewed wherever anything is.
  const bool brought = threshold > 0 && std::ranges::any_of(score.lines, [](const LineScore& l) {
                         return l.got < 0;
                       });
  return brought || score.probability < threshold ? Outcome::kReview : score.unreviewed;
}

}  // namespace tally::evaluate
