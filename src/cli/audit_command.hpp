// tally audit: what left and what came between two stills of a cabinet.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "cli/console.hpp"

namespace tally::cli {

struct AuditArguments {
  std::filesystem::path before;
  std::filesystem::path after;
  std::filesystem::path layout;
  std::filesystem::path gallery;  // Empty: none.
  std::filesystem::path
      model;  // Of the embedder; empty: models/embedder with a gallery, else none.
  std::string camera = "cam0";
  int threads = 0;
  bool json = false;  // Schema tally.audit.v1; docs/audit.md.
  bool quiet = false;
};

// Errors: those of pictures, layout, gallery and embedder; CliError::kUsage where the layout does
// not say what the camera sees.
Result<void> run_audit(const AuditArguments& arguments, Console& console);

}  // namespace tally::cli
