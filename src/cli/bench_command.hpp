// tally bench: how fast this machine is, with a model alone, with a whole clip or session, and with
// many sessions at once; two such results compared, and put into money.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

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

inline constexpr double kCartSecondsMax = 5;    // Of 99 % of carts, for a level to hold.
inline constexpr std::size_t kDensityMax = 64;  // Sessions at once.

struct BenchDensityArguments {
  std::filesystem::path session;  // A folder with session.toml.
  std::filesystem::path model;
  std::filesystem::path close_up;
  std::filesystem::path embedder;
  std::vector<int> sessions;  // At once, level by level; empty: 1, 2, …, until one is too late.
  int rounds = 5;             // Sessions of each door in a level.
  int slots = 2;              // Watched at a time, as a server's.
  std::filesystem::path svg;  // Empty: no plot.
  int threads = 0;
  bool json = false;
  bool quiet = false;
};
// Errors: CliError::kCheckFailed where a session was lost, or got another cart than the others.
Result<void> run_bench_density(const BenchDensityArguments& arguments, Console& console);

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
