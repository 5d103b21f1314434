// tally demo: the server with a demo tenant and a virtual cabinet, in which sessions are played
// from the scan to the receipt.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/error.hpp"
#include "cli/console.hpp"

namespace tally::cli {

struct DemoArguments {
  std::filesystem::path session;  // What the cabinet's cameras play; empty: demo/take_several.
  std::filesystem::path data;     // Empty: a folder that goes with the demo.
  std::uint16_t port = 0;         // 0: any free one.
  bool once = false;              // Ends after the receipt.
  bool json = false;              // With `once`: the receipt alone, as JSON.
  int sessions = 1;               // Played at each cabinet, one after the other.
  int cabinets = 1;               // Played at once.
  bool quiet = false;
};
// Errors: as run_serve; CliError::kSomeFailed where a session came to no receipt.
Result<void> run_demo(const DemoArguments& arguments, Console& console);

}  // namespace tally::cli
