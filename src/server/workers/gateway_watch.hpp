// Finds gateways that are gone, and says so of the cabinets that they held: nobody else would see
// that such a cabinet is silent (core/gateway_book.hpp).
//
// A gateway is gone when its word has not changed for kGatewayLost of this one's time, in which
// the store could always be read; from one look to the next kGatewaySeen counts at most. So neither
// a clock that differs or jumps nor a store that was away makes one lost.
//
// Ownership: borrows the office. Thread-safety: one thread. Several, also in several processes, do
// no harm.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "server/core/gateway_book.hpp"
#include "server/core/office.hpp"
#include "server/log.hpp"

namespace tally::workers {

class GatewayWatch {
 public:
  GatewayWatch(core::Office& office, server::Log log) : office_(office), log_(std::move(log)) {}

  // Whenever there is time.
  void look();

 private:
  struct Word {
    Instant seen_at;  // What it said,
    Duration old{};   // and for how long it has said nothing else.
  };
  void lose(const core::SeenGateway& gateway);
  Result<bool> tell(const core::SeenGateway& gateway);
  void tell_each(const core::SeenGateway& gateway);

  core::Office& office_;
  server::Log log_;
  std::map<std::string, Word> words_;
  std::optional<Instant> looked_;
};

}  // namespace tally::workers
