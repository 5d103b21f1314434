// What the server measures of itself, for GET /metrics (Prometheus' text format 0.0.4).
//
// Thread-safety: all functions may be called from any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/instant.hpp"

namespace tally::serve {

// Read when somebody asks for the metrics.
struct Gauges {
  double cabinets_connected = 0;
  double outbox_waiting = 0;
  double outbox_dead = 0;
  double webhooks_waiting = 0;
  double webhooks_dead = 0;
  double pipeline_waiting = 0;
  double pipeline_running = 0;
  double pipeline_dead = 0;
  double store_queued = 0;
  double http_connections = 0;
  double ledger_unmatched_minor = 0;
  double ledger_unbalanced = 0;
};

class Meters {
 public:
  Meters();
  Meters(const Meters&) = delete;
  Meters& operator=(const Meters&) = delete;
  ~Meters();

  // A request that was answered.
  void request(std::string_view method, int status, double seconds);
  // A receipt: how long after the door closed, and how much was watched by then (0 to 1).
  void receipt(double seconds_after_close, double watched_at_close);
  void reviewed();

  [[nodiscard]] std::string text(const Gauges& gauges);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tally::serve
