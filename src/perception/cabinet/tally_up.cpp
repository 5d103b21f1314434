#include "perception/cabinet/tally_up.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tally::cabinet {
namespace {

constexpr double kNegligible = 1e-4;  // Probability of a product that is not followed up.

// What an item adds to its product: -1, 0 or 1.
struct Contribution {
  double minus = 0;
  double zero = 0;
  double plus = 0;
};

Contribution contribution(const CarriedItem& item) {
  const double take = item.take ? item.take->probability : 0;
  const double put = item.put ? item.put->probability : 0;
  return {(1 - take) * put, take * put + (1 - take) * (1 - put), take * (1 - put)};
}

bool counts(const std::optional<Act>& act, double known) {
  return act && act->probability * known >= kActMin;
}

std::vector<double> convolved(const std::vector<double>& a, const Contribution& c) {
  std::vector<double> sum(a.size() + 2, 0.0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum[i] += a[i] * c.minus;
    sum[i + 1] += a[i] * c.zero;
    sum[i + 2] += a[i] * c.plus;
  }
  return sum;
}

CartEvent event_of(const Act& act, const CarriedItem& item, const cart::Layout& layout,
                   std::span<const std::string> camera_ids) {
  CartEvent event;
  event.at_ms = to_ms(act.time);
  event.kind = act.kind;
  event.product = layout.products[item.product].id;
  event.confidence = act.probability * item.products[item.product];
  for (const std::size_t camera : item.cameras) event.cameras.push_back(camera_ids[camera]);
  return event;
}

void add_doubts(const CarriedItem& item, std::vector<cart::Doubt>& doubts) {
  const double known = 1 - item.foreign;
  for (const auto& act : {item.take, item.put}) {
    if (!act || counts(act, known)) continue;
    const double happened = act->probability * known;
    if (happened < kDoubtMin) continue;
    doubts.push_back({fmt::format("at {:.1f} s something may have been {}", to_seconds(act->time),
                                  act->kind == EventKind::kTake ? "taken" : "put back"),
                      1});  // The item's own contribution has it already.
  }
}

}  // namespace

double CountPosterior::probability_of(int count) const {
  const int at = count - least;
  if (at < 0 || at >= static_cast<int>(probabilities.size())) return 0;
  return probabilities[static_cast<std::size_t>(at)];
}

std::vector<CountPosterior> count_posteriors(std::span<const CarriedItem> items,
                                             std::size_t product_count) {
  std::vector<CountPosterior> posteriors;
  for (std::size_t product = 0; product < product_count; ++product) {
    CountPosterior posterior{product, 0, {1.0}};
    for (const CarriedItem& item : items) {
      const double share = item.products[product];
      if (share < kNegligible) continue;
      const Contribution whole = contribution(item);
      posterior.probabilities =
          convolved(posterior.probabilities,
                    {share * whole.minus, 1 - share * (1 - whole.zero), share * whole.plus});
      --posterior.least;
    }
    if (posterior.probabilities.size() > 1) posteriors.push_back(std::move(posterior));
  }
  return posteriors;
}

CabinetCart tally_up(std::span<const CarriedItem> items, const cart::Layout& layout,
                     std::span<const std::string> camera_ids, std::vector<cart::Doubt> doubts) {
  CabinetCart cart;
  cart.probability = 1;
  cart.doubts = std::move(doubts);
  for (const CarriedItem& item : items) {
    const double known = 1 - item.foreign;
    for (const auto& act : {item.take, item.put}) {
      if (counts(act, known)) cart.events.push_back(event_of(*act, item, layout, camera_ids));
    }
    const Contribution whole = contribution(item);
    const bool take = counts(item.take, known);
    const bool put = counts(item.put, known);
    // Whatever it is, it adds nothing where it is foreign, or came back, or never left.
    const double share = item.products[item.product];
    cart.probability *=
        take == put ? item.foreign + known * whole.zero : share * (take ? whole.plus : whole.minus);
    add_doubts(item, cart.doubts);
  }
  cart.events = cart::merge_equal_acts(std::move(cart.events));
  for (const cart::Doubt& doubt : cart.doubts) cart.probability *= doubt.trust;
  cart.lines = cart::sum_lines(cart.events);
  const bool priced = std::ranges::any_of(
      layout.products, [](const cart::LayoutProduct& p) { return p.price_minor.has_value(); });
  if (priced) cart.expected_error_minor = 0;
  for (const CountPosterior& posterior : count_posteriors(items, layout.products.size())) {
    const cart::LayoutProduct& product = layout.products[posterior.product];
    const auto line = std::find_if(cart.lines.begin(), cart.lines.end(),
                                   [&](const CartLine& l) { return l.product == product.id; });
    const int stated = line == cart.lines.end() ? 0 : line->quantity;
    if (line != cart.lines.end()) line->confidence = posterior.probability_of(stated);
    double off = 0;
    for (std::size_t i = 0; i < posterior.probabilities.size(); ++i) {
      off += posterior.probabilities[i] * std::abs(posterior.least + static_cast<int>(i) - stated);
    }
    if (product.price_minor) {
      *cart.expected_error_minor += off * static_cast<double>(*product.price_minor);
    }
  }
  return cart;
}

Decision decide(const CabinetCart& cart, const cart::ReviewPolicy& policy) {
  Decision decision{.kind = DecisionKind::kNothing,
                    .probability = cart.probability,
                    .expected_error_minor = cart.expected_error_minor,
                    .reasons = {}};
  for (const CartLine& line : cart.lines) {
    if (line.quantity > 0) decision.kind = DecisionKind::kCharge;
  }
  const auto brought = std::find_if(cart.lines.begin(), cart.lines.end(),
                                    [](const CartLine& line) { return line.quantity < 0; });
  const bool unsure = cart.probability < policy.probability_min;
  if (!unsure && (brought == cart.lines.end() || policy.probability_min <= 0)) return decision;
  decision.kind = DecisionKind::kReview;
  for (const cart::Doubt& doubt : cart.doubts) decision.reasons.push_back(doubt.reason);
  for (const CartLine& line : cart.lines) {
    if (line.quantity < 0) {
      decision.reasons.push_back(cart::more_put_than_taken(line));
    }
  }
  if (unsure) decision.reasons.push_back(cart::only_so_sure(cart.probability));
  return decision;
}

}  // namespace tally::cabinet
