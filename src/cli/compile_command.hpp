// tally compile: an exported graph to a model package.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "cli/console.hpp"

namespace tally::cli {

struct CompileArguments {
  std::filesystem::path graph;
  std::filesystem::path output;
  std::string task;   // "detect", "segment", "embed"; empty: as the graph says or looks.
  std::string names;  // A file or "coco80"; empty: from the graph's metadata.
  std::string name;
  std::string licence;
  std::string source;
  bool force = false;
  bool quiet = false;
};

Result<void> run_compile(const CompileArguments& arguments, Console& console);

}  // namespace tally::cli
