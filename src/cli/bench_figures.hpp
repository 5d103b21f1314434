// What `tally bench … --json` printed, read back: compared with another, or put into money.
//
// Pure; texts may come from anywhere. Errors: CliError::kUsage with what is wrong.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace tally::cli {

struct BenchFigures {
  std::string schema;   // What was measured: an engine, a pipeline, or how many sessions at once.
  std::string subject;  // The video or session's folder; empty for an engine.
  std::string model;
  std::string description;    // Of the engine.
  std::vector<double> rates;  // Frames or inferences a second, one for each run or level; above 0.
  double rate = 0;            // Of the median run.
  std::int64_t frames = 0;    // Of one run; 0 for an engine, as the next one.
  double wall_seconds = 0;
  [[nodiscard]] bool of_engine() const { return subject.empty(); }
  [[nodiscard]] std::string_view unit() const { return of_engine() ? "inferences/s" : "frames/s"; }
};

// `where` names the text in messages.
Result<BenchFigures> parse_bench(std::string_view text, std::string_view where);

// How many times as fast `b` is as `a`. Runs are paired in the order in which they were made, so
// that what disturbed a machine for a while counts on both sides if they were made in turn.
struct BenchComparison {
  std::vector<double> ratios;  // As many as the side with fewer runs has.
  double geometric_mean = 0;
  double least = 0;
  double most = 0;
  std::vector<std::string> unlike;  // What differs beside speed: "model yolov8n and yolox".
};
// Errors: CliError::kUsage where they don't measure the same kind of thing.
Result<BenchComparison> compare_benches(const BenchFigures& a, const BenchFigures& b);

[[nodiscard]] std::string comparison_json(const BenchFigures& a, const BenchFigures& b,
                                          const BenchComparison& comparison);

// Each run of both as a bar, for a README or a page, by itself: one SVG document.
[[nodiscard]] std::string comparison_svg(const BenchFigures& a, const BenchFigures& b,
                                         const BenchComparison& comparison);

// What a machine's hour costs, put on what it did in that time.
struct BenchCost {
  double per_million = 0;             // Frames of video, or inferences.
  std::optional<double> per_session;  // One run of the pipeline; an engine has none.
};
// `per_hour` is the price of the whole machine that was measured, in any currency; above 0.
[[nodiscard]] BenchCost cost_of(const BenchFigures& figures, double per_hour);

}  // namespace tally::cli
