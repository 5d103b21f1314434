#include "perception/cart/events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

namespace tally::cart {

std::vector<CartEvent> merge_equal_acts(std::vector<CartEvent> events) {
  std::stable_sort(events.begin(), events.end(), [](const CartEvent& a, const CartEvent& b) {
    return std::pair(a.at_ms, a.product) < std::pair(b.at_ms, b.product);
  });
  std::vector<CartEvent> acts;
  for (CartEvent& event : events) {
    const auto same = std::find_if(acts.begin(), acts.end(), [&](const CartEvent& act) {
      return act.kind == event.kind && act.product == event.product &&
             event.at_ms - act.at_ms <= to_ms(kSameAct);
    });
    if (same == acts.end()) {
      acts.push_back(std::move(event));
    } else {
      same->quantity += event.quantity;
      same->confidence *= event.confidence;
    }
  }
  return acts;
}

std::vector<CartEvent> merge_into_events(const std::vector<Change>& changes,
                                         const std::string& camera) {
  std::vector<CartEvent> events;
  for (const Change& change : changes) {
    CartEvent& event = events.emplace_back();
    event.at_ms = to_ms(change.time);
    event.kind = change.kind;
    event.product = change.product;
    event.confidence = change.confidence;
    event.cameras = {camera};
  }
  return merge_equal_acts(std::move(events));
}

std::string more_put_than_taken(const CartLine& line) {
  return fmt::format("{} more of {} put in than taken out", -line.quantity, line.product);
}

std::string only_so_sure(double probability) {
  return fmt::format("the lines are right with probability {:.2f} only", probability);
}

std::vector<CartLine> sum_lines(const std::vector<CartEvent>& events) {
  std::map<std::string, CartLine> by_product;
  for (std::size_t i = 0; i < events.size(); ++i) {
    CartLine& line = by_product[events[i].product];
    if (line.events.empty()) line.confidence = 1;
    line.product = events[i].product;
    line.quantity += events[i].kind == EventKind::kTake ? events[i].quantity : -events[i].quantity;
    line.confidence *= events[i].confidence;
    line.events.push_back(i);
  }
  std::vector<CartLine> lines;
  for (auto& [product, line] : by_product) lines.push_back(std::move(line));
  return lines;
}

Decision decide(const std::vector<CartLine>& lines, const std::vector<Doubt>& doubts,
                const ReviewPolicy& policy) {
  Decision decision{.kind = DecisionKind::kNothing, .probability = 1, .reasons = {}};
  for (const Doubt& doubt : doubts) {
    decision.reasons.push_back(doubt.reason);
    decision.probability *= doubt.trust;
  }
  for (const CartLine& line : lines) {
    decision.probability *= line.confidence;
    if (line.quantity > 0) decision.kind = DecisionKind::kCharge;
  }
  for (const CartLine& line : lines) {
    if (line.quantity < 0) decision.reasons.push_back(more_put_than_taken(line));
  }
  if (doubts.empty() && decision.probability < policy.probability_min) {
    decision.reasons.push_back(only_so_sure(decision.probability));
  }
  const bool reviews = policy.probability_min > 0;
  if (!decision.reasons.empty() && reviews) decision.kind = DecisionKind::kReview;
  return decision;
}

}  // namespace tally::cart
