// What a cabinet holds, as far as can be known: per product the sum of all its movements. A count
// corrects that sum, and so measures how wrong it was, without anybody labelling a video.
//
// Predicted stock may go below zero. Cameras err: a bottle of water that was sold as cola leaves
// one cola too few on paper, and the last cola sold then makes it -1. A shopper has the goods and
// the receipt; to refuse the movement would lose a fact. So it is recorded, and an alert says that
// this product wants counting.
//
// Movements may become known late: a session is settled after its review, a day later, and
// the cabinet was counted meanwhile. That count has seen the effect already. The movement is then
// recorded with a kCountOffset that takes it back, and the count's error is mended as if the
// movement had been known. So the order in which things become known does not matter, but that
// counts of a product come in their own. At the same instant, a count comes first.
//
// Thread-safety: values and pure functions. Errors: kInvalid, kLimit, kDuplicate (a key used
// before for something else), kTransition (a count older than the last one); nothing has changed
// then: an event happens as a whole or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/instant.hpp"
#include "commerce/movement.hpp"

namespace tally::commerce {

inline constexpr std::int64_t kStockMax = 1'000'000;        // Either side of zero.
inline constexpr std::size_t kStockEventChangesMax = 1000;  // Movements or counts of one event.
inline constexpr std::size_t kCountsKept = 100;  // Per product; older ones are forgotten.
// Of the key of a kCountOffset, after that of the movement which it takes back.
inline constexpr std::string_view kOffsetSuffix = "/offset";

struct CountRecord {
  Instant at;
  std::int64_t counted = 0;
  std::int64_t predicted = 0;  // By all movements until then that are known today.
  std::int64_t taken = 0;      // By shoppers since the count before, less what was put back.

  friend bool operator==(const CountRecord&, const CountRecord&) = default;
};

struct StockLevel {
  std::int64_t predicted = 0;
  std::int64_t par_level = 0;  // Fewer than this are an alert; 0: never.
  std::int64_t taken_since_count = 0;
  std::vector<CountRecord> counts;  // By time.

  friend bool operator==(const StockLevel&, const StockLevel&) = default;
};

// Of one cabinet. A caller who keeps movements in a database needs to give only the levels of the
// products in question, and of the movements: those whose key, or whose key and kOffsetSuffix, the
// event names; for a count also the product's movements at that instant or later; for par levels
// all levels.
struct Inventory {
  CabinetId cabinet;
  std::map<ProductId, StockLevel> levels;
  std::map<std::string, Movement> movements;  // By key.
};

struct StockChange {
  Movement movement;     // By any cause but kCount and kCountOffset.
  MovementId offset_id;  // Names the offset, if there must be one.
};
struct MoveStock {
  std::vector<StockChange> changes;
};

struct StockCount {
  MovementId id;  // Names the movement that corrects the prediction.
  std::string key;
  ProductId product;
  std::int64_t counted = 0;
  Instant at;
  MovementSource source;
};
struct CountStock {
  std::vector<StockCount> counts;
};

// As a planogram says when it is applied; products it does not name have none any more.
struct SetParLevels {
  Instant at;
  std::map<ProductId, std::int64_t> par_levels;
};
using InventoryEvent = std::variant<MoveStock, CountStock, SetParLevels>;

struct MovementRecorded {  // To be appended; never changed.
  Movement movement;
};
enum class StockAlertKind : std::uint8_t {
  kLow,  // Fewer than the par level: restock.
  kLowEnded,
  kNegative,  // Below zero: the prediction is surely wrong: count.
  kNegativeEnded,
  kOut,  // Nothing is left of what should be there.
  kOutEnded,
};
[[nodiscard]] std::string_view name_of(StockAlertKind kind);
struct StockAlert {
  StockAlertKind kind = StockAlertKind::kLow;
  CabinetId cabinet;
  ProductId product;
  std::int64_t predicted = 0;
  std::int64_t par_level = 0;
  Instant at;
};
using InventoryEffect = std::variant<MovementRecorded, StockAlert>;

struct InventoryStep {
  Inventory state;
  std::vector<InventoryEffect> effects;  // Movements first. None for what is repeated.
};
Result<InventoryStep> step(const Inventory& inventory, const InventoryEvent& event);

// What changed for the operator between two states of one cabinet, by product.
[[nodiscard]] std::vector<StockAlert> alerts_between(const Inventory& before,
                                                     const Inventory& after, Instant at);

// How far predictions were off when somebody counted. The oldest count kept found what nobody knew
// and is only where the next one begins.
struct CountStatistic {
  std::int64_t counts = 0;
  std::int64_t missing = 0;  // Items fewer than predicted, over all counts.
  std::int64_t surplus = 0;  // Items more than predicted.
  std::int64_t taken = 0;    // By shoppers between these counts.

  // What was lost on balance: theft, unseen takes, loads declared too high.
  [[nodiscard]] std::int64_t shrinkage() const { return missing - surplus; }
  // Items in the wrong, per item taken; nothing where none was taken.
  [[nodiscard]] std::optional<double> error_rate() const;

  friend bool operator==(const CountStatistic&, const CountStatistic&) = default;
};
[[nodiscard]] CountStatistic statistic_of(const StockLevel& level);

}  // namespace tally::commerce
