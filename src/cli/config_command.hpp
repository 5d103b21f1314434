// tally config check|show: the server's configuration file (docs/config.md), checked or printed
// with all defaults.
#pragma once

#include <filesystem>

#include "base/error.hpp"
#include "cli/console.hpp"

namespace tally::cli {

struct ConfigArguments {
  std::filesystem::path file;
  bool show = false;  // Else check.
};

// check also looks whether every secret that is named can be read; show names where they lie.
// Errors: CliError::kNotFound; ConfigError.
Result<void> run_config(const ConfigArguments& arguments, Console& console);

}  // namespace tally::cli
