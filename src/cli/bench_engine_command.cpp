#include <fmt/format.h>

#include "cli/bench_command.hpp"
#include "cli/bench_parts.hpp"
#include "cli/model.hpp"
#include "perception/inference/bench_engine.hpp"
#include "perception/inference/open_engine.hpp"

namespace tally::cli {

Result<void> run_bench_engine(const BenchEngineArguments& arguments, Console& console) {
  console.set_quiet(arguments.quiet);
  if (auto checked = check_is_package(arguments.model); !checked) return checked;
  auto package = inference::load_package(arguments.model);
  if (!package) return std::unexpected(std::move(package.error()));
  inference::EngineOptions options = engine_options(
      {.package = arguments.model, .threads = arguments.threads, .streams = arguments.streams});
  const std::int64_t batch = package->input.tensor.shape[0];
  const bool fixed = package->target == inference::Target::kCpu && batch != inference::kDynamic;
  if (fixed) options.batch = static_cast<int>(batch);
  auto engine = inference::open_engine(*package, options);
  if (!engine) return std::unexpected(std::move(engine.error()));
  const EngineFacts facts = facts_of(**engine, *package, options);
  console.note(fmt::format("{} for {:.1f} s …", facts.description, arguments.seconds));
  auto bench = inference::bench_engine(**engine, arguments.seconds, monotonic_seconds);
  if (!bench) return std::unexpected(std::move(bench.error()));
  const ResourceUse use = resource_use();
  if (arguments.json) {
    console.print(engine_bench_json(facts, *bench, use));
    return {};
  }
  console.print(fmt::format("{}: {:.2f} inferences/s ({} in {:.2f} s)\n", one_line(facts.model),
                            bench->inferences_per_second, bench->inferences, bench->seconds));
  console.print(
      fmt::format("  latency: min {:.2f} ms, p50 {:.2f}, p90 {:.2f}, p99 {:.2f}, max {:.2f}\n",
                  bench->latency_ms_min, bench->latency_ms_p50, bench->latency_ms_p90,
                  bench->latency_ms_p99, bench->latency_ms_max));
  console.print(fmt::format("  peak memory {}\n", mebibytes(use.resident_bytes_peak)));
  return {};
}

}  // namespace tally::cli
