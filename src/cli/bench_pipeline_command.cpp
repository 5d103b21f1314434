#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "base/cart_compare.hpp"
#include "base/cart_json.hpp"
#include "base/files.hpp"
#include "cli/bench_command.hpp"
#include "cli/bench_parts.hpp"
#include "cli/cli_error.hpp"
#include "cli/early_reader.hpp"
#include "cli/interrupt.hpp"
#include "cli/json_output.hpp"
#include "cli/model.hpp"
#include "cli/session_work.hpp"
#include "perception/cart/process.hpp"
#include "perception/cart/session_file.hpp"
#include "perception/media/video_reader.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;

// What is measured: a video with a layout, or a session's folder.
struct Work {
  std::function<Result<cart::ProcessOutcome>(const cart::ProcessOptions&)> process;
  std::vector<fs::path> videos;
  fs::path scratch;  // Evidence goes here and is forgotten: cutting it is part of the work.
};

struct Measured {
  PipelineRun run;
  Cart cart;  // Of the first run.
  std::int64_t duration_ms = 0;
  bool runs_agree = true;
};

double cpu_seconds() {
  const ResourceUse use = resource_use();
  return use.cpu_seconds + use.child_cpu_seconds;
}

Result<Measured> measure(const Work& work, cart::Savings savings, int repeat,
                         std::string_view label, Console& console) {
  struct Run {
    CartStats stats;
    double cpu_seconds = 0;
  };
  std::vector<Run> runs;
  std::vector<double> frame_ms;
  std::optional<Cart> first;
  Measured measured;
  for (int i = 0; i < repeat; ++i) {
    double last = monotonic_seconds();
    cart::ProcessOptions options;
    options.savings = savings;
    options.evidence_folder = work.scratch;
    options.clock_seconds = monotonic_seconds;
    options.cancelled = interrupted;
    options.on_progress = [&](const cart::Progress& progress) {
      const double now = monotonic_seconds();
      frame_ms.push_back((now - last) * 1000);
      last = now;
      console.progress(label, progress.frames_done, progress.frames_total);
    };
    const double begin = monotonic_seconds();
    const double cpu_begin = cpu_seconds();
    auto outcome = work.process(options);
    const double cpu = cpu_seconds() - cpu_begin;
    const double spent = monotonic_seconds() - begin;
    console.progress_done();
    if (interrupted()) return fail(CliError::kInterrupted, "interrupted");
    if (!outcome) return std::unexpected(std::move(outcome.error()));
    outcome->cart.stats.wall_seconds = spent;
    runs.push_back({outcome->cart.stats, cpu});
    if (!first)
      first = std::move(outcome->cart);
    else if (to_json(*first, CartStatsIn::kNo) != to_json(outcome->cart, CartStatsIn::kNo)) {
      measured.runs_agree = false;
    }
  }
  for (const Run& run : runs) {
    measured.run.frames_per_second_runs.push_back(static_cast<double>(run.stats.frames_decoded) /
                                                  run.stats.wall_seconds);
  }
  std::ranges::sort(runs, {}, [](const Run& run) { return run.stats.wall_seconds; });
  measured.run.stats = runs[runs.size() / 2].stats;
  measured.run.cpu_seconds = runs[runs.size() / 2].cpu_seconds;
  measured.run.frames_per_second =
      static_cast<double>(measured.run.stats.frames_decoded) / measured.run.stats.wall_seconds;
  measured.run.frame_ms = distribution_of(std::move(frame_ms));
  for (const auto& video : first->inputs.videos) {
    measured.duration_ms = std::max(measured.duration_ms, video.duration_ms);
  }
  measured.cart = std::move(*first);
  return measured;
}

// Reads every frame of the videos, one after another, and does nothing with them.
Result<DecodeAlone> decode_alone(const Work& work, Console& console) {
  DecodeAlone alone;
  const double begin = monotonic_seconds();
  const double cpu_begin = cpu_seconds();
  for (const fs::path& video : work.videos) {
    auto reader = media::VideoReader::open(video);
    if (!reader) return std::unexpected(std::move(reader.error()));
    while (true) {
      auto frame = (*reader)->next();
      if (!frame) return std::unexpected(std::move(frame.error()));
      if (!*frame) break;
      console.progress("decoding alone", ++alone.frames, std::nullopt);
      if (interrupted()) return fail(CliError::kInterrupted, "interrupted");
    }
  }
  console.progress_done();
  alone.cpu_seconds = cpu_seconds() - cpu_begin;
  alone.wall_seconds = monotonic_seconds() - begin;
  return alone;
}

std::string in_words(const PipelineRun& run) {
  std::string text =
      fmt::format("  {:.1f} frames/s (median of {}), {:.2f} s for {} frames, {} looked at\n",
                  run.frames_per_second, run.frames_per_second_runs.size(), run.stats.wall_seconds,
                  run.stats.frames_decoded, run.stats.frames_detected);
  for (const auto& [stage, seconds] : run.stats.stage_seconds) {
    text += fmt::format("    {:<10} {:8.3f} s\n", stage, seconds);
  }
  text += fmt::format("  {:.2f} s of processor time, children included\n", run.cpu_seconds);
  text += fmt::format("  from frame to frame: p50 {:.2f} ms, p90 {:.2f}, p99 {:.2f}, max {:.2f}\n",
                      run.frame_ms.p50, run.frame_ms.p90, run.frame_ms.p99, run.frame_ms.max);
  return text;
}

void print_in_words(Console& console, const PipelineBench& bench) {
  console.print(
      fmt::format("{} on {}\n\n", one_line(bench.engine.model), bench.engine.description));
  console.print(console.tinted(Tint::kStrong, "As it runs") + "\n" + in_words(bench.run));
  console.print(fmt::format("  peak memory {}\n", mebibytes(bench.use.resident_bytes_peak)));
  console.print(
      fmt::format("  decoding alone: {:.2f} s of processor time for {} frames, so {:.2f} "
                  "times that in all\n",
                  bench.decode_alone.cpu_seconds, bench.decode_alone.frames,
                  bench.run.cpu_seconds / bench.decode_alone.cpu_seconds));
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

// The videos of a session's folder, or the one video.
Result<std::vector<fs::path>> videos_of(const fs::path& input, bool folder) {
  if (!folder) return std::vector<fs::path>{input};
  auto session = cart::load_session(input);
  if (!session) return std::unexpected(std::move(session.error()));
  std::vector<fs::path> videos;
  for (const cart::SessionVideo& video : session->videos) {
    if (!video.missing) videos.push_back(video.file);
  }
  return videos;
}

// Opens what a run works with before the clock starts; returns the detector of full looks.
Result<vision::Detector*> open_before(DetectorOnDemand& on_demand, const fs::path& input,
                                      bool folder) {
  if (folder) return on_demand.get({});
  EarlyReader reader;
  cart::ProcessOptions as_it_runs;
  auto detectors = fitting_detectors(on_demand, reader, input, as_it_runs);
  if (!detectors) return std::unexpected(std::move(detectors.error()));
  if (detectors->small) static_cast<void>(detectors->small());
  return &detectors->full;
}

Result<PipelineBench> bench_input(const BenchPipelineArguments& arguments, const fs::path& scratch,
                                  Console& console) {
  cart::Layout layout;
  if (!arguments.layout.empty()) {
    auto loaded = cart::load_layout(arguments.layout);
    if (!loaded) return std::unexpected(std::move(loaded.error()));
    layout = std::move(*loaded);
  }
  std::error_code error;
  const bool folder = fs::is_directory(arguments.video, error);
  auto videos = videos_of(arguments.video, folder);
  if (!videos) return std::unexpected(std::move(videos.error()));
  const ModelChoice choice{.package = package_or_default(arguments.model, "detector"),
                           .threads = arguments.threads};
  DetectorOnDemand on_demand(choice);
  if (auto checked = on_demand.check(); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  ProcessArguments process;
  process.layout = arguments.layout;
  process.threads = arguments.threads;
  SessionWork session(process, console, on_demand, layout);
  const Work work{
      .process =
          [&](cart::ProcessOptions options) {
            if (folder) return session.process(arguments.video, options);
            EarlyReader reader;
            auto detectors = fitting_detectors(on_demand, reader, arguments.video, options);
            if (!detectors) {
              return Result<cart::ProcessOutcome>(std::unexpected(std::move(detectors.error())));
            }
            return cart::process_video(arguments.video, *detectors, layout, options);
          },
      .videos = std::move(*videos),
      .scratch = scratch};
  PipelineBench bench;
  bench.video = arguments.video.string();
  bench.cameras = static_cast<int>(work.videos.size());
  auto detector = open_before(on_demand, arguments.video, folder);
  if (!detector) return std::unexpected(std::move(detector.error()));
  bench.engine = facts_of((*detector)->engine(), (*detector)->package(), engine_options(choice));
  // What a server does once is done before: opening the embedder, looking at products' photos.
  if (folder) {
    cart::ProcessOptions options;
    options.cancelled = interrupted;
    auto warm = work.process(options);
    if (!warm) return std::unexpected(std::move(warm.error()));
  }
  auto alone = decode_alone(work, console);
  if (!alone) return std::unexpected(std::move(alone.error()));
  bench.decode_alone = *alone;
  auto fast = measure(work, {}, arguments.repeat, "as it runs", console);
  if (!fast) return std::unexpected(std::move(fast.error()));
  bench.use = resource_use();
  bench.run = fast->run;
  bench.duration_ms = fast->duration_ms;
  bench.runs_agree = fast->runs_agree;
  if (!arguments.reference) return bench;
  auto slow = measure(work, cart::Savings::none(), 1, "every saving off", console);
  if (!slow) return std::unexpected(std::move(slow.error()));
  bench.reference = slow->run;
  bench.differences = cart_differences(slow->cart, fast->cart);
  return bench;
}

}  // namespace

Result<void> run_bench_pipeline(const BenchPipelineArguments& arguments, Console& console) {
  console.set_quiet(arguments.quiet);
  if (auto found = check_exists(arguments.video); !found) return found;
  auto scratch = StagedFolder::beside(fs::temp_directory_path() / "tally-bench");
  if (!scratch) return std::unexpected(std::move(scratch.error()));
  auto bench = bench_input(arguments, scratch->path(), console);
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
