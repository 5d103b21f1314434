#include "cli/bench_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/cart_compare.hpp"
#include "base/cart_json.hpp"
#include "base/files.hpp"
#include "cli/cli_error.hpp"
#include "cli/interrupt.hpp"
#include "cli/json_output.hpp"
#include "cli/model.hpp"
#include "perception/cart/process.hpp"
#include "perception/inference/bench_engine.hpp"
#include "perception/inference/open_engine.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;

EngineFacts facts_of(const inference::Engine& engine, const inference::ModelPackage& package,
                     const inference::EngineOptions& options) {
  const bool fixed = package.target != inference::Target::kCpu;
  return {
      .model = package.name,
      .description = engine.description(),
      .precision = std::string(inference::name_of(fixed ? package.precision : options.precision)),
      .threads = options.threads,
      .streams = options.streams,
      .requests = engine.request_count()};
}

std::string mebibytes(std::int64_t bytes) {
  return fmt::format("{:.0f} MiB", static_cast<double>(bytes) / (1024 * 1024));
}

struct Clip {
  fs::path video;
  cart::Layout layout;
  fs::path scratch;  // Evidence goes here and is forgotten: cutting it is part of the work.
};

struct Measured {
  PipelineRun run;
  Cart cart;  // Of the first run.
  std::int64_t duration_ms = 0;
  bool runs_agree = true;
};

Result<Measured> measure(const Clip& clip, vision::Detector& detector, cart::Savings savings,
                         int repeat, std::string_view label, Console& console) {
  std::vector<CartStats> runs;
  std::vector<double> frame_ms;
  std::optional<Cart> first;
  Measured measured;
  for (int i = 0; i < repeat; ++i) {
    double last = monotonic_seconds();
    cart::ProcessOptions options;
    options.savings = savings;
    options.evidence_folder = clip.scratch;
    options.clock_seconds = monotonic_seconds;
    options.cancelled = interrupted;
    options.on_progress = [&](const cart::Progress& progress) {
      const double now = monotonic_seconds();
      frame_ms.push_back((now - last) * 1000);
      last = now;
      console.progress(label, progress.frames_done, progress.frames_total);
    };
    const double begin = monotonic_seconds();
    auto outcome = cart::process_video(clip.video, detector, clip.layout, options);
    const double spent = monotonic_seconds() - begin;
    console.progress_done();
    if (interrupted()) return fail(CliError::kInterrupted, "interrupted");
    if (!outcome) return std::unexpected(std::move(outcome.error()));
    outcome->cart.stats.wall_seconds = spent;
    runs.push_back(outcome->cart.stats);
    if (!first)
      first = std::move(outcome->cart);
    else if (to_json(*first, CartStatsIn::kNo) != to_json(outcome->cart, CartStatsIn::kNo)) {
      measured.runs_agree = false;
    }
  }
  for (const CartStats& stats : runs) {
    measured.run.frames_per_second_runs.push_back(static_cast<double>(stats.frames_decoded) /
                                                  stats.wall_seconds);
  }
  std::ranges::sort(runs, {}, &CartStats::wall_seconds);
  measured.run.stats = runs[runs.size() / 2];
  measured.run.frames_per_second =
      static_cast<double>(measured.run.stats.frames_decoded) / measured.run.stats.wall_seconds;
  measured.run.frame_ms = distribution_of(std::move(frame_ms));
  measured.duration_ms = first->inputs.videos.empty() ? 0 : first->inputs.videos[0].duration_ms;
  measured.cart = std::move(*first);
  return measured;
}

std::string in_words(const PipelineRun& run) {
  std::string text =
      fmt::format("  {:.1f} frames/s (median of {}), {:.2f} s for {} frames, {} looked at\n",
                  run.frames_per_second, run.frames_per_second_runs.size(), run.stats.wall_seconds,
                  run.stats.frames_decoded, run.stats.frames_detected);
  for (const auto& [stage, seconds] : run.stats.stage_seconds) {
    text += fmt::format("    {:<10} {:8.3f} s\n", stage, seconds);
  }
  text += fmt::format("  from frame to frame: p50 {:.2f} ms, p90 {:.2f}, p99 {:.2f}, max {:.2f}\n",
                      run.frame_ms.p50, run.frame_ms.p90, run.frame_ms.p99, run.frame_ms.max);
  return text;
}

void print_in_words(Console& console, const PipelineBench& bench) {
  console.print(
      fmt::format("{} on {}\n\n", one_line(bench.engine.model), bench.engine.description));
  console.print(console.tinted(Tint::kStrong, "As it runs") + "\n" + in_words(bench.run));
  console.print(fmt::format("  peak memory {}\n", mebibytes(bench.use.resident_bytes_peak)));
  if (!bench.runs_agree) console.print("  the runs gave different carts\n");
  if (!bench.reference) return;
  console.print("\n" + console.tinted(Tint::kStrong, "With every saving off") + "\n" +
                in_words(*bench.reference));
  console.print(fmt::format("\n{:.1f} times as fast with savings; the carts {}\n",
                            bench.run.frames_per_second / bench.reference->frames_per_second,
                            bench.differences.empty() ? "agree" : "differ:"));
  for (const std::string& difference : bench.differences) {
    console.print(fmt::format("  {}\n", one_line(difference)));
  }
}

Result<PipelineBench> bench_clip(const BenchPipelineArguments& arguments, const Clip& clip,
                                 Console& console) {
  const ModelChoice choice{.package = package_or_default(arguments.model, "detector"),
                           .threads = arguments.threads};
  auto detector = open_detector(choice);
  if (!detector) return std::unexpected(std::move(detector.error()));
  PipelineBench bench;
  bench.video = arguments.video.string();
  bench.engine = facts_of((*detector)->engine(), (*detector)->package(), engine_options(choice));
  auto fast = measure(clip, **detector, {}, arguments.repeat, "as it runs", console);
  if (!fast) return std::unexpected(std::move(fast.error()));
  bench.use = resource_use();
  bench.run = fast->run;
  bench.duration_ms = fast->duration_ms;
  bench.runs_agree = fast->runs_agree;
  if (!arguments.reference) return bench;
  auto slow = measure(clip, **detector, cart::Savings::none(), 1, "every saving off", console);
  if (!slow) return std::unexpected(std::move(slow.error()));
  bench.reference = slow->run;
  bench.differences = cart_differences(slow->cart, fast->cart);
  return bench;
}

}  // namespace

Result<void> run_bench_engine(const BenchEngineArguments& arguments, Console& console) {
  console.set_quiet(arguments.quiet);
  if (auto checked = check_is_package(arguments.model); !checked) return checked;
  auto package = inference::load_package(arguments.model);
  if (!package) return std::unexpected(std::move(package.error()));
  const inference::EngineOptions options = engine_options(
      {.package = arguments.model, .threads = arguments.threads, .streams = arguments.streams});
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

Result<void> run_bench_pipeline(const BenchPipelineArguments& arguments, Console& console) {
  console.set_quiet(arguments.quiet);
  if (auto found = check_exists(arguments.video); !found) return found;
  Clip clip{.video = arguments.video, .layout = {}, .scratch = {}};
  if (!arguments.layout.empty()) {
    auto layout = cart::load_layout(arguments.layout);
    if (!layout) return std::unexpected(std::move(layout.error()));
    clip.layout = std::move(*layout);
  }
  auto scratch = StagedFolder::beside(fs::temp_directory_path() / "tally-bench");
  if (!scratch) return std::unexpected(std::move(scratch.error()));
  clip.scratch = scratch->path();
  auto bench = bench_clip(arguments, clip, console);
  if (!bench) return std::unexpected(std::move(bench.error()));
  if (arguments.json)
    console.print(pipeline_bench_json(*bench));
  else
    print_in_words(console, *bench);
  if (!bench->runs_agree) {
    return fail(CliError::kCheckFailed, "the same clip gave different carts from run to run");
  }
  if (bench->differences.empty()) return {};
  return fail(CliError::kCheckFailed,
              fmt::format("the cart differs from that with every saving off: {}",
                          bench->differences.front()));
}

}  // namespace tally::cli
