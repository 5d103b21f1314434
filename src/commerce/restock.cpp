#include "commerce/restock.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

#include "commerce/error.hpp"
#include "commerce/fields.hpp"

namespace tally::commerce {
namespace {

// One for a count; two for each of waste, expired and load, which may need an offset.
constexpr std::size_t kIdsPerLine = 7;

Result<void> check(const Restock& restock, const CabinetId& cabinet) {
  if (restock.cabinet != cabinet) {
    return fail(CommerceError::kInvalid, "restock.cabinet: is another one's");
  }
  if (restock.at < restock.began_at) {
    return fail(CommerceError::kInvalid, "restock.at: is before it began");
  }
  if (restock.lines.size() > kRestockLinesMax) {
    return fail(CommerceError::kLimit, fmt::format("restock.lines: are {}, and {} are the most",
                                                   restock.lines.size(), kRestockLinesMax));
  }
  if (restock.ids.size() < restock_ids_needed(restock)) {
    return fail(CommerceError::kInvalid,
                fmt::format("restock.ids: are {}, and {} may be needed", restock.ids.size(),
                            restock_ids_needed(restock)));
  }
  std::set<ProductId> products;
  for (const RestockLine& line : restock.lines) {
    const std::string field = fmt::format("restock.lines[{}]", line.product.text());
    const auto good = first_error(
        check_id("restock.lines.product", line.product),
        check_range(field + ".counted", line.counted.value_or(0), 0, kMovementQuantityMax),
        check_range(field + ".wasted", line.wasted, 0, kMovementQuantityMax),
        check_range(field + ".expired", line.expired, 0, kMovementQuantityMax),
        check_range(field + ".loaded", line.loaded, -kMovementQuantityMax, kMovementQuantityMax));
    if (!good) return good;
    if (!products.insert(line.product).second) {
      return fail(CommerceError::kDuplicate, field + ": is there twice; sum the lines first");
    }
  }
  return first_error(check_id("restock.session", restock.session),
                     check_id("restock.user", restock.user));
}

// The session's lines as events of the inventory.
struct StockEvents {
  CountStock counts;
  MoveStock moves;
};

StockEvents events_of(const Restock& restock) {
  StockEvents events;
  auto id = restock.ids.begin();
  const MovementSource source{restock.session, restock.user, {}, {}};
  for (const RestockLine& line : restock.lines) {
    const auto key = [&](MovementCause cause) {
      return fmt::format("{}/{}/{}", restock.session.text(), name_of(cause), line.product.text());
    };
    const auto move = [&](MovementCause cause, std::int64_t quantity) {
      if (quantity == 0) return;
      const Movement movement{*id++, key(cause), restock.cabinet, line.product,
                              cause, quantity,   restock.at,      source};
      events.moves.changes.push_back({movement, *id++});
    };
    if (line.counted) {
      events.counts.counts.push_back(
          {*id++, key(MovementCause::kCount), line.product, *line.counted, restock.at, source});
    }
    move(MovementCause::kWaste, -line.wasted);
    move(MovementCause::kExpired, -line.expired);
    move(MovementCause::kRestock, line.loaded);
  }
  return events;
}

// Works on a copy of the state, which is given up where anything is wrong.
class Restocker {
 public:
  Restocker(const CabinetGoods& goods, const Restock& restock)
      : before_(goods), restock_(restock), now_(goods) {}

  Result<void> run() {
    StockEvents events = events_of(restock_);
    if (auto good = move(std::move(events.counts)); !good) return good;
    if (auto good = move(std::move(events.moves)); !good) return good;
    return change_planogram();
  }

  [[nodiscard]] RestockStep take() {
    for (StockAlert& alert : alerts_between(before_.inventory, now_.inventory, restock_.at)) {
      effects_.emplace_back(std::move(alert));
    }
    return {std::move(now_), std::move(effects_)};
  }

 private:
  // Alerts between the parts of a session are no news: those of the whole follow.
  Result<void> move(const InventoryEvent& event) {
    auto stepped = step(now_.inventory, event);
    if (!stepped) return std::unexpected(stepped.error());
    now_.inventory = std::move(stepped->state);
    for (InventoryEffect& effect : stepped->effects) {
      if (auto* moved = std::get_if<MovementRecorded>(&effect)) {
        effects_.emplace_back(std::move(*moved));
      }
    }
    return {};
  }

  [[nodiscard]] bool waits(const Planogram& planogram) const {
    return planogram.cabinet == restock_.cabinet && planogram.state == PlanogramState::kPublished &&
           planogram.published_at && *planogram.published_at <= restock_.began_at;
  }

  Result<void> change(Planogram& planogram, const PlanogramEvent& event) {
    auto stepped = step(planogram, event);
    if (!stepped) return std::unexpected(stepped.error());
    planogram = std::move(*stepped);
    effects_.emplace_back(PlanogramChanged{planogram});
    return {};
  }

  Result<void> change_planogram() {
    const Planogram* chosen = nullptr;
    for (const Planogram& planogram : now_.planograms) {
      if (!waits(planogram)) continue;
      const bool later =
          chosen == nullptr || std::pair(*planogram.published_at, planogram.version) >
                                   std::pair(*chosen->published_at, chosen->version);
      if (later) chosen = &planogram;
    }
    if (chosen == nullptr) return {};
    SetParLevels par_levels{restock_.at, {}};
    for (const auto& [product, room] : room_of(*chosen)) {
      par_levels.par_levels.emplace(product, room.par_level);
    }
    for (Planogram& planogram : now_.planograms) {
      if (auto good = come_after(planogram, chosen); !good) return good;
    }
    return move(std::move(par_levels));
  }

  Result<void> come_after(Planogram& planogram, const Planogram* chosen) {
    if (&planogram == chosen) return change(planogram, ApplyPlanogram{restock_.at});
    if (waits(planogram)) return change(planogram, WithdrawPlanogram{restock_.at});
    const bool was_valid =
        planogram.cabinet == restock_.cabinet && planogram.state == PlanogramState::kApplied;
    return was_valid ? change(planogram, ReplacePlanogram{restock_.at}) : Result<void>{};
  }

  const CabinetGoods& before_;
  const Restock& restock_;
  CabinetGoods now_;
  std::vector<RestockEffect> effects_;
};

}  // namespace

std::size_t restock_ids_needed(const Restock& restock) {
  return kIdsPerLine * restock.lines.size();
}

Result<std::vector<RestockLine>> lines_seen(const std::vector<NetCount>& counts,
                                            const Products& products) {
  std::vector<RestockLine> lines;
  std::vector<std::string> unknown;
  for (const NetCount& count : counts) {
    if (count.quantity == 0) continue;
    const Product* product = products.find_sku(count.sku);
    if (product == nullptr) {
      unknown.push_back(fmt::format("\"{}\"", count.sku));
      continue;
    }
    RestockLine line;
    line.product = product->id;
    line.loaded = -count.quantity;
    lines.push_back(line);
  }
  if (unknown.empty()) return lines;
  return fail(CommerceError::kUnknown,
              fmt::format("restock.lines: {} is no product; add it to the catalog",
                          fmt::join(unknown, ", ")));
}

Result<RestockStep> step(const CabinetGoods& goods, const Restock& restock) {
  if (const auto good = check(restock, goods.inventory.cabinet); !good) {
    return std::unexpected(good.error());
  }
  Restocker restocker(goods, restock);
  if (const auto good = restocker.run(); !good) return std::unexpected(good.error());
  return restocker.take();
}

}  // namespace tally::commerce
