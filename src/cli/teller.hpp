// Messages of several threads to one console, and the server's log among them.
//
// Ownership: borrows the console. Thread-safety: all functions may be called from any thread.
#pragma once

#include <mutex>
#include <string_view>

#include "cli/console.hpp"
#include "server/log.hpp"

namespace tally::config {
struct Config;
}

namespace tally::cli {

class Teller {
 public:
  explicit Teller(Console& console) : console_(console) {}

  void note(std::string_view line);
  // Takes what is at this level or above; the teller outlives it. As JSON (RFC 8259), a line is an
  // object: `time` (RFC 3339), `level`, `room`, `text`.
  server::Log log(server::LogLevel least, bool as_json = false);

 private:
  std::mutex mutex_;
  Console& console_;
};

// Models that the configuration does not name: those that tally ships.
void with_models(config::Config& config);

}  // namespace tally::cli
