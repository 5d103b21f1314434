// What a restock session does: goods go in and out, counts are taken, and the planogram that was
// published before it began becomes the valid one. It charges nobody.
//
// What was loaded is what the restocker declared, or what the cameras counted (lines_seen); the
// caller decides which to trust. All of a session is of one instant, in this order: count, waste,
// expired, load. A session that is told twice happens once.
//
// A planogram published after the session began waits for the next one: the restocker worked by
// the one before. Of several that wait the one published last applies; the others are withdrawn.
//
// Thread-safety: values and pure functions. Errors: kInvalid, kLimit, kDuplicate, and inventory's;
// then nothing has changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/instant.hpp"
#include "commerce/catalog.hpp"
#include "commerce/inventory.hpp"
#include "commerce/planogram.hpp"
#include "commerce/receipt.hpp"

namespace tally::commerce {

inline constexpr std::size_t kRestockLinesMax = 300;

struct RestockLine {
  ProductId product;
  std::optional<std::int64_t> counted{};  // What stood there before anything was moved.
  std::int64_t wasted = 0;
  std::int64_t expired = 0;
  std::int64_t loaded = 0;  // Below zero: taken out unharmed.
};

// Signed net counts of a restock session, in which what was put is a load. Errors: kUnknown names
// every sku that the catalog does not know.
Result<std::vector<RestockLine>> lines_seen(const std::vector<NetCount>& counts,
                                            const Products& products);

struct Restock {
  SessionId session;
  UserId user;  // The restocker.
  CabinetId cabinet;
  Instant began_at;
  Instant at;  // The door closed.
  std::vector<RestockLine> lines;
  std::vector<MovementId> ids;  // Fresh; as many as restock_ids_needed() says, or more.
};
[[nodiscard]] std::size_t restock_ids_needed(const Restock& restock);

// Planograms: all of the cabinet that are published or applied. The inventory as inventory.hpp asks
// for moving, counting and par levels.
struct CabinetGoods {
  Inventory inventory;
  std::vector<Planogram> planograms;
};

struct PlanogramChanged {  // Its new state is to be stored.
  Planogram planogram;
};
using RestockEffect = std::variant<MovementRecorded, PlanogramChanged, StockAlert>;

struct RestockStep {
  CabinetGoods state;
  std::vector<RestockEffect> effects;  // Movements, then planograms, then alerts.
};
Result<RestockStep> step(const CabinetGoods& goods, const Restock& restock);

}  // namespace tally::commerce
