#include "perception/cabinet/stock_audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "perception/cabinet/opening.hpp"

namespace tally::cabinet {
namespace {

// All facings are asked, at which nobody may have been: it takes more than where a hand was.
constexpr double kSurelyChangedAlone = 12.0;
// How sure a cart still is; found on training seeds.
constexpr double kUnexplainedTrust = 0.75;
constexpr double kUnchangedTrust = 0.85;

bool is_likely(const std::optional<Act>& act) { return act && act->probability >= kExplainsMin; }

bool explains(const CarriedItem& item, std::size_t facing, const cart::Layout& layout) {
  if (!is_likely(item.take) && !is_likely(item.put)) return false;
  if (layout.facings[facing].product == item.product) return true;
  for (const auto& act : {item.take, item.put}) {
    if (!is_likely(act) || !act->facing) continue;
    if (stand_near(*layout.facings[*act->facing].place, *layout.facings[facing].place)) return true;
  }
  return false;
}

// What it adds to its product, where that is sure enough to be counted.
bool counts_once(const CarriedItem& item) {
  const double known = 1 - item.foreign;
  const bool take = item.take && item.take->probability * known >= 0.5;
  const bool put = item.put && item.put->probability * known >= 0.5;
  return take != put;
}

}  // namespace

std::vector<cart::Doubt> audit_stock(std::span<const CarriedItem> items, const cart::Layout& layout,
                                     const FacingEvidence& evidence, SessionTime before,
                                     SessionTime after) {
  std::vector<double> changes;
  for (std::size_t i = 0; i < layout.facings.size(); ++i) {
    changes.push_back(evidence(i, before, after, {}));
  }
  std::vector<cart::Doubt> doubts;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (changes[i] < kSurelyChangedAlone) continue;
    const bool explained = std::any_of(items.begin(), items.end(), [&](const CarriedItem& item) {
      return explains(item, i, layout);
    });
    if (explained) continue;
    doubts.push_back({fmt::format("the place of {} looks different, and no act explains it",
                                  layout.products[layout.facings[i].product].id),
                      kUnexplainedTrust});
  }
  for (const CarriedItem& item : items) {
    if (!counts_once(item)) continue;
    bool stands = false;
    bool unchanged = true;
    for (std::size_t i = 0; i < changes.size(); ++i) {
      if (layout.facings[i].product != item.product) continue;
      stands = true;
      unchanged = unchanged && changes[i] <= kSurelyUnchanged;
    }
    if (!stands || !unchanged) continue;
    doubts.push_back(
        {fmt::format("{} moved, and its place looks as before", layout.products[item.product].id),
         kUnchangedTrust});
  }
  return doubts;
}

}  // namespace tally::cabinet
