// The ticker: looks at what is due though nothing happened, tells of work that has died
// (core/dead_work.hpp), whoever let it die, and of cabinets whose gateway is gone. One thread;
// every due timer and every death is one transaction, so that one that fails holds up no other.
//
// Ownership: borrows the office; the destructor ends and joins the thread. Several tickers, also in
// several processes, do no harm: a tick that comes twice finds nothing to do.
#pragma once

#include <thread>

#include "server/core/office.hpp"
#include "server/core/timers.hpp"
#include "server/log.hpp"
#include "server/workers/gateway_watch.hpp"

namespace tally::workers {

inline constexpr Duration kTickLongest = std::chrono::seconds(1);
// A timer whose tick failed, or that is due still, waits so long.
inline constexpr Duration kTickAgain = std::chrono::seconds(5);
inline constexpr std::int64_t kBuriedAtATime = 20;

// What the timer is for, now. For tests and for simulation.
Result<void> tick(core::Desk& desk, const core::TimerName& timer);

// Tells of the oldest deaths that nobody was told of, kBuriedAtATime of them. One that can't be
// told in full (a row that is missing or damaged) is told by its alert alone. For tests too.
void bury(core::Office& office, const server::Log& log);

class Ticker {
 public:
  Ticker(core::Office& office, server::Log log);
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;
  ~Ticker();

 private:
  void run();
  void ring(const core::TimerName& timer);
  [[nodiscard]] Duration until_next();

  core::Office& office_;
  server::Log log_;
  GatewayWatch gateways_;
  std::jthread thread_;
};

}  // namespace tally::workers
