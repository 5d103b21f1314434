#include "perception/cart/events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>

namespace tally::cart {

std::vector<CartEvent> merge_into_events(const std::vector<Change>& changes,
                                         const std::string& camera) {
  std::vector<CartEvent> events;
  std::vector<SessionTime> begun;
  for (const Change& change : changes) {
    std::size_t same = events.size();
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (events[i].kind == change.kind && events[i].product == change.product &&
          change.time - begun[i] <= kSameAct) {
        same = i;
      }
    }
    if (same < events.size()) {
      ++events[same].quantity;
      events[same].confidence *= change.confidence;
      continue;
    }
    begun.push_back(change.time);
    events.push_back({.at_ms = to_ms(change.time),
                      .kind = change.kind,
                      .product = change.product,
                      .quantity = 1,
                      .confidence = change.confidence,
                      .cameras = {camera},
                      .evidence = {}});
  }
  return events;
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

Decision decide(const std::vector<CartLine>& lines, const std::vector<Doubt>& doubts) {
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
    if (line.quantity < 0) {
      decision.reasons.push_back(
          fmt::format("{} more of {} put in than taken out", -line.quantity, line.product));
    }
  }
  if (doubts.empty() && decision.probability < kDecideProbability) {
    decision.reasons.push_back(
        fmt::format("the lines are right with probability {:.2f} only", decision.probability));
  }
  if (!decision.reasons.empty()) decision.kind = DecisionKind::kReview;
  return decision;
}

}  // namespace tally::cart
