#include "commerce/inventory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "commerce/error.hpp"
#include "commerce/fields.hpp"

namespace tally::commerce {
namespace {

bool is_by_shopper(MovementCause cause) {
  return cause == MovementCause::kSale || cause == MovementCause::kPutBack ||
         cause == MovementCause::kCorrection;
}

std::int64_t taken_by(const Movement& movement) {
  return is_by_shopper(movement.cause) ? -movement.quantity : 0;
}

// Works on a copy of the state, which is given up where anything is wrong.
class Recorder {
 public:
  explicit Recorder(const Inventory& inventory) : before_(inventory), now_(inventory) {}

  Result<void> operator()(const MoveStock& event) {
    if (auto good = check_size(event.changes.size()); !good) return good;
    for (const StockChange& change : event.changes) {
      if (auto good = move(change); !good) return good;
    }
    return {};
  }

  Result<void> operator()(const CountStock& event) {
    if (auto good = check_size(event.counts.size()); !good) return good;
    for (const StockCount& count : event.counts) {
      if (auto good = take_count(count); !good) return good;
    }
    return {};
  }

  Result<void> operator()(const SetParLevels& event) {
    for (const auto& [product, par_level] : event.par_levels) {
      const auto good = first_error(
          check_id("par_levels", product),
          check_range(fmt::format("par_levels[{}]", product.text()), par_level, 0, kStockMax));
      if (!good) return good;
      now_.levels[product];
    }
    for (auto& [product, level] : now_.levels) {
      const auto found = event.par_levels.find(product);
      level.par_level = found == event.par_levels.end() ? 0 : found->second;
    }
    at_ = std::max(at_, event.at);
    return {};
  }

  [[nodiscard]] InventoryStep take() {
    for (StockAlert& alert : alerts_between(before_, now_, at_)) {
      effects_.emplace_back(std::move(alert));
    }
    return {std::move(now_), std::move(effects_)};
  }

 private:
  static Result<void> check_size(std::size_t changes) {
    if (changes <= kStockEventChangesMax) return {};
    return fail(CommerceError::kLimit,
                fmt::format("{} changes of stock at once, and {} are the most", changes,
                            kStockEventChangesMax));
  }

  // Whether it is there already: then nothing is to be done.
  Result<bool> is_known(const Movement& movement) const {
    if (const auto good = check(movement); !good) return std::unexpected(good.error());
    if (movement.cabinet != now_.cabinet) {
      return fail(CommerceError::kInvalid,
                  fmt::format("movement.cabinet: {} is not {}", movement.cabinet.text(),
                              now_.cabinet.text()));
    }
    const auto earlier = now_.movements.find(movement.key);
    if (earlier == now_.movements.end()) return false;
    if (is_repeat(earlier->second, movement)) return true;
    return fail(
        CommerceError::kDuplicate,
        fmt::format("movement.key: \"{}\" is that of another movement of stock", movement.key));
  }

  Result<void> append(Movement movement) {
    StockLevel& level = now_.levels[movement.product];
    const std::int64_t predicted = level.predicted + movement.quantity;
    if (predicted < -kStockMax || predicted > kStockMax) {
      return fail(CommerceError::kLimit,
                  fmt::format("movement.quantity: {} would have a stock of {}, and {} is the most",
                              movement.product.text(), predicted, kStockMax));
    }
    level.predicted = predicted;
    at_ = std::max(at_, movement.at);
    effects_.emplace_back(MovementRecorded{movement});
    std::string key = movement.key;
    now_.movements.emplace(std::move(key), std::move(movement));
    return {};
  }

  Result<void> move(const StockChange& change) {
    const Movement& movement = change.movement;
    if (movement.cause == MovementCause::kCount || movement.cause == MovementCause::kCountOffset) {
      return fail(CommerceError::kInvalid, "movement.cause: a count is recorded by CountStock");
    }
    const auto known = is_known(movement);
    if (!known) return std::unexpected(known.error());
    if (*known) return {};
    if (auto good = append(movement); !good) return good;
    StockLevel& level = now_.levels[movement.product];
    if (!level.counts.empty() && movement.at < level.counts.back().at) return offset(change);
    level.taken_since_count += taken_by(movement);
    return {};
  }

  // The first count after the movement had seen it without knowing; later ones began there.
  Result<void> offset(const StockChange& change) {
    const Movement& movement = change.movement;
    StockLevel& level = now_.levels[movement.product];
    const auto first = std::ranges::upper_bound(level.counts, movement.at, {}, &CountRecord::at);
    first->predicted += movement.quantity;
    first->taken += taken_by(movement);
    Movement back = movement;
    back.id = change.offset_id;
    back.key += kOffsetSuffix;
    back.cause = MovementCause::kCountOffset;
    back.quantity = -movement.quantity;
    const auto known = is_known(back);
    if (!known) return std::unexpected(known.error());
    return *known ? Result<void>{} : append(std::move(back));
  }

  Result<void> take_count(const StockCount& count) {
    Movement movement{count.id, count.key, now_.cabinet, count.product, MovementCause::kCount,
                      0,        count.at,  count.source, count.counted};
    const auto known = is_known(movement);
    if (!known) return std::unexpected(known.error());
    if (*known) return {};
    const auto found = now_.levels.find(count.product);
    if (found != now_.levels.end() && !found->second.counts.empty() &&
        count.at <= found->second.counts.back().at) {
      return fail(CommerceError::kTransition,
                  fmt::format("count of {}: one of the same time or later is there already",
                              count.product.text()));
    }
    const auto [moved, taken] = moved_since(count.product, count.at);
    StockLevel& level = now_.levels[count.product];
    const CountRecord record{count.at, count.counted, level.predicted - moved,
                             level.taken_since_count - taken};
    movement.quantity = record.counted - record.predicted;
    level.taken_since_count = taken;
    level.counts.push_back(record);
    if (level.counts.size() > kCountsKept) level.counts.erase(level.counts.begin());
    return append(std::move(movement));
  }

  struct Moved {
    std::int64_t quantity = 0;
    std::int64_t taken = 0;
  };
  [[nodiscard]] Moved moved_since(const ProductId& product, Instant at) const {
    Moved moved;
    for (const auto& [key, movement] : now_.movements) {
      if (movement.product != product || movement.at < at) continue;
      moved.quantity += movement.quantity;
      moved.taken += taken_by(movement);
    }
    return moved;
  }

  const Inventory& before_;
  Inventory now_;
  Instant at_{};
  std::vector<InventoryEffect> effects_;
};

bool is_low(const StockLevel& level) {
  return level.par_level > 0 && level.predicted < level.par_level;
}
bool is_negative(const StockLevel& level) { return level.predicted < 0; }
bool is_out(const StockLevel& level) { return level.par_level > 0 && level.predicted <= 0; }

}  // namespace

std::string_view name_of(StockAlertKind kind) {
  switch (kind) {
    case StockAlertKind::kLow:
      return "low";
    case StockAlertKind::kLowEnded:
      return "low_ended";
    case StockAlertKind::kNegative:
      return "negative";
    case StockAlertKind::kNegativeEnded:
      return "negative_ended";
    case StockAlertKind::kOut:
      return "out";
    case StockAlertKind::kOutEnded:
      return "out_ended";
  }
  std::abort();
}

Result<InventoryStep> step(const Inventory& inventory, const InventoryEvent& event) {
  Recorder recorder(inventory);
  if (const auto good = std::visit(recorder, event); !good) return std::unexpected(good.error());
  return recorder.take();
}

std::vector<StockAlert> alerts_between(const Inventory& before, const Inventory& after,
                                       Instant at) {
  std::vector<StockAlert> alerts;
  const StockLevel none;
  for (const auto& [product, now] : after.levels) {
    const auto found = before.levels.find(product);
    const StockLevel& was = found == before.levels.end() ? none : found->second;
    const auto alert = [&](bool earlier, bool later, StockAlertKind begins, StockAlertKind ends) {
      if (earlier == later) return;
      alerts.push_back(
          {later ? begins : ends, after.cabinet, product, now.predicted, now.par_level, at});
    };
    alert(is_low(was), is_low(now), StockAlertKind::kLow, StockAlertKind::kLowEnded);
    alert(is_negative(was), is_negative(now), StockAlertKind::kNegative,
          StockAlertKind::kNegativeEnded);
    alert(is_out(was), is_out(now), StockAlertKind::kOut, StockAlertKind::kOutEnded);
  }
  return alerts;
}

std::optional<double> CountStatistic::error_rate() const {
  if (taken <= 0) return std::nullopt;
  return static_cast<double>(missing + surplus) / static_cast<double>(taken);
}

CountStatistic statistic_of(const StockLevel& level) {
  CountStatistic statistic;
  for (std::size_t i = 1; i < level.counts.size(); ++i) {
    const CountRecord& record = level.counts[i];
    const std::int64_t error = record.counted - record.predicted;
    ++statistic.counts;
    (error < 0 ? statistic.missing : statistic.surplus) += error < 0 ? -error : error;
    statistic.taken += record.taken;
  }
  return statistic;
}

}  // namespace tally::commerce
