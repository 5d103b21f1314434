// Which gateways live, and whose cabinets' connections each holds: so that when one dies somebody
// else says so of its cabinets, though each of them was not written down at every heartbeat.
//
// A gateway says every few seconds that it lives. Who is not heard of for kGatewayLost is lost:
// its cabinets are told so, and its name is never used again; if it lives after all, it hears of
// that at its next word, takes another name, and says whom it holds.
//
// Thread-safety: a transaction's. Errors: the store's.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "server/core/rows.hpp"

namespace tally::core {

inline constexpr Duration kGatewaySeen = std::chrono::seconds(5);
inline constexpr Duration kGatewayLost = std::chrono::seconds(45);
inline constexpr std::int64_t kCabinetsLost = 200;  // Told in one transaction.

// It lives. `first`: nobody has heard of the name. False: it was taken for lost.
Result<bool> see_gateway(platform::Transaction& transaction, std::string_view gateway, bool first,
                         Instant now);

struct SeenGateway {
  std::string gateway;
  Instant seen_at;  // By its own clock.
  bool lost = false;
};
Result<std::vector<SeenGateway>> seen_gateways(platform::Transaction& transaction);

// It is lost, unless it was heard of since `seen_at`. Whether it is.
Result<bool> lose_gateway(platform::Transaction& transaction, const SeenGateway& gateway);
// All its cabinets were told.
Result<void> forget_gateway(platform::Transaction& transaction, std::string_view gateway);

struct HeldCabinet {
  TenantId tenant;
  CabinetId cabinet;
};
// At most kCabinetsLost.
Result<std::vector<HeldCabinet>> held_by(platform::Transaction& transaction,
                                         std::string_view gateway);
// Whatever its row says.
Result<void> let_go(platform::Transaction& transaction, const CabinetId& cabinet,
                    std::string_view gateway);

// Include this wherever health is written, or note_facts() notes nothing of it.
Result<void> note_facts(platform::Transaction& transaction,
                        const Row<commerce::CabinetHealth>& row);

}  // namespace tally::core
