// For tests: truths and carts in a line, and scores made by hand.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/cart.hpp"
#include "perception/evaluate/score.hpp"
#include "perception/evaluate/truth.hpp"

namespace tally::evaluate::testing {

struct Act {
  std::int64_t at_ms = 0;
  EventKind kind = EventKind::kTake;
  std::string product;
  int quantity = 1;
};

inline constexpr EventKind kTake = EventKind::kTake;
inline constexpr EventKind kPut = EventKind::kPut;

inline std::map<std::string, int> net_of(const std::vector<Act>& acts) {
  std::map<std::string, int> net;
  for (const Act& act : acts) net[act.product] += act.kind == kTake ? act.quantity : -act.quantity;
  return net;
}

// Products cola (250), lime (250, looks like cola) and water (100).
inline Truth truth_of(const std::vector<Act>& acts) {
  Truth truth;
  truth.scenario = "made_up";
  truth.currency = "EUR";
  truth.products = {{"cola", 250, "can"}, {"lime", 250, "can"}, {"water", 100, ""}};
  for (const Act& act : acts) {
    truth.events.push_back({act.at_ms, act.kind, act.product, act.quantity});
  }
  for (const auto& [product, quantity] : net_of(acts)) {
    if (quantity != 0) truth.cart.push_back({product, quantity});
  }
  return truth;
}

// Charges what its lines come to; nothing, if nothing.
inline Cart cart_of(const std::vector<Act>& acts, double probability = 0.95) {
  Cart cart;
  cart.decision.probability = probability;
  for (const Act& act : acts) {
    CartEvent event;
    event.at_ms = act.at_ms;
    event.kind = act.kind;
    event.product = act.product;
    event.quantity = act.quantity;
    cart.events.push_back(std::move(event));
  }
  for (const auto& [product, quantity] : net_of(acts)) {
    if (quantity > 0) cart.decision.kind = DecisionKind::kCharge;
    cart.lines.push_back(
        {.product = product, .quantity = quantity, .confidence = probability, .events = {}});
  }
  return cart;
}

}  // namespace tally::evaluate::testing
