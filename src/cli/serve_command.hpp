// tally serve: the server, as its configuration says.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/console.hpp"

namespace tally::cli {

struct ServeArguments {
  std::filesystem::path config;    // Empty: defaults.
  std::vector<std::string> roles;  // Instead of the configuration's, if there are any.
  // A session's folder: adds a demo tenant, and prints what one needs to use it, as JSON. Empty:
  // none.
  std::filesystem::path demo;
  int demo_cabinets = 1;
  // Where both are given: an operator's tenant is added (server/serve/operator.hpp), and what its
  // owner needs to sign in printed as JSON.
  std::string tenant;
  std::string owner;
  std::string crash_at;  // "segment.stored": where the process kills itself, for rehearsals.
  bool quiet = false;
};
// Runs until it is interrupted. Errors: ConfigError, those of the server's parts;
// CliError::kInterrupted.
Result<void> run_serve(const ServeArguments& arguments, Console& console);

}  // namespace tally::cli
