// tally bench: how fast this machine is, with a model alone and with a whole clip or session; two
// such results compared, and put into money.
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
  std::filesystem::path video;  // Or a session's folder.
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

// Of two results of the commands above with --json.
struct BenchCompareArguments {
  std::filesystem::path a;
  std::filesystem::path b;
  std::filesystem::path svg;  // Empty: no plot.
  bool json = false;
};
Result<void> run_bench_compare(const BenchCompareArguments& arguments, Console& console);

struct BenchCostArguments {
  std::filesystem::path result;
  double per_hour = 0;  // Of the machine that was measured, in any currency.
  bool json = false;
};
Result<void> run_bench_cost(const BenchCostArguments& arguments, Console& console);

}  // namespace tally::cli
