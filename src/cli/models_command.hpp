// tally models: which model packages there are, and what one of them says of itself.
//
// A folder given is a package, or holds packages. One package alone is shown in full; several are a
// list of a line each. All of a package's files are read and checked.
//
// JSON (`--json`), schema `tally.models.v1`: {"packages": […], "broken": [{"folder", "error",
// "message"}]}, both in the order in which they are found: as given, and by name.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "base/error.hpp"
#include "cli/console.hpp"

namespace tally::cli {

inline constexpr std::size_t kModelsMax = 1'000;  // Folders looked into.

struct ModelsArguments {
  std::vector<std::filesystem::path> folders;  // None: those that tally ships (models_folder()).
  bool json = false;
};

// Errors: PackageError::kNotFound where a folder is missing or holds no package;
// CliError::kSomeFailed where a package is broken: the others are listed, and each broken one told.
Result<void> run_models(const ModelsArguments& arguments, Console& console);

}  // namespace tally::cli
