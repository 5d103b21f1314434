#include "base/cart_compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "base/cart_json.hpp"

namespace tally {
namespace {

std::string words_of(const CartEvent& event) {
  return fmt::format("{} {} x{} at {:.2f} s", name_of(event.kind), event.product, event.quantity,
                     static_cast<double>(event.at_ms) / 1000);
}

void compare_events(const Cart& reference, const Cart& other, std::vector<std::string>& found) {
  const std::size_t shared = std::min(reference.events.size(), other.events.size());
  for (std::size_t i = 0; i < shared; ++i) {
    const CartEvent& wanted = reference.events[i];
    const CartEvent& got = other.events[i];
    const bool same_act =
        wanted.kind == got.kind && wanted.product == got.product && wanted.quantity == got.quantity;
    const bool same_time = std::abs(wanted.at_ms - got.at_ms) <= kEventTimeTolerance.count();
    if (!same_act || !same_time) {
      found.push_back(fmt::format("event {}: {}, not {}", i + 1, words_of(got), words_of(wanted)));
    }
  }
  for (std::size_t i = shared; i < reference.events.size(); ++i) {
    found.push_back(fmt::format("event {} is missing: {}", i + 1, words_of(reference.events[i])));
  }
  for (std::size_t i = shared; i < other.events.size(); ++i) {
    found.push_back(fmt::format("event {} is one too many: {}", i + 1, words_of(other.events[i])));
  }
}

std::map<std::string, int> quantities(const Cart& cart) {
  std::map<std::string, int> net;
  for (const CartLine& line : cart.lines) net[line.product] += line.quantity;
  return net;
}

void compare_lines(const Cart& reference, const Cart& other, std::vector<std::string>& found) {
  const std::map<std::string, int> wanted = quantities(reference);
  const std::map<std::string, int> got = quantities(other);
  for (const auto& [product, quantity] : wanted) {
    const auto line = got.find(product);
    if (line == got.end()) {
      found.push_back(fmt::format("line {} is missing", product));
    } else if (line->second != quantity) {
      found.push_back(fmt::format("line {}: quantity {}, not {}", product, line->second, quantity));
    }
  }
  for (const auto& [product, quantity] : got) {
    if (!wanted.contains(product)) {
      found.push_back(fmt::format("line {} is one too many: quantity {}", product, quantity));
    }
  }
}

}  // namespace

std::vector<std::string> cart_differences(const Cart& reference, const Cart& other) {
  std::vector<std::string> found;
  if (reference.decision.kind != other.decision.kind) {
    found.push_back(fmt::format("decision: {}, not {}", name_of(other.decision.kind),
                                name_of(reference.decision.kind)));
  }
  compare_lines(reference, other, found);
  compare_events(reference, other, found);
  return found;
}

bool carts_agree(const Cart& reference, const Cart& other) {
  return cart_differences(reference, other).empty();
}

}  // namespace tally
