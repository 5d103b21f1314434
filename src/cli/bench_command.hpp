// tally bench: how fast this machine is, with a model alone and with a whole clip.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "cli/console.hpp"

namespace tally::cli {

struct BenchEngineArguments {
  std::filesystem::path model;
  double seconds = 5;
  int streams = 0;
  int threads = 0;
  bool json = false;
  bool quiet = false;
};
Result<void> run_bench_engine(const BenchEngineArguments& arguments, Console& console);

struct BenchPipelineArguments {
  std::filesystem::path video;
  std::filesystem::path model;
  std::filesystem::path layout;
  int repeat = 3;
  int threads = 0;
  bool reference = true;  // Also with every saving off, once, and compare the carts.
  bool json = false;
  bool quiet = false;
};
// Errors: CliError::kCheckFailed where the cart differs from that with every saving off, or from
// run to run.
Result<void> run_bench_pipeline(const BenchPipelineArguments& arguments, Console& console);

}  // namespace tally::cli
