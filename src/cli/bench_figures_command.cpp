#include <fmt/format.h>

#include "base/files.hpp"
#include "cli/bench_command.hpp"
#include "cli/bench_figures.hpp"

namespace tally::cli {
namespace {

constexpr std::size_t kResultBytesMax = std::size_t{1} << 20U;

Result<BenchFigures> read_bench(const std::filesystem::path& path) {
  auto text = read_file(path, kResultBytesMax);
  if (!text) return std::unexpected(std::move(text.error()));
  return parse_bench(*text, path.string());
}

}  // namespace

Result<void> run_bench_compare(const BenchCompareArguments& arguments, Console& console) {
  auto a = read_bench(arguments.a);
  if (!a) return std::unexpected(std::move(a.error()));
  auto b = read_bench(arguments.b);
  if (!b) return std::unexpected(std::move(b.error()));
  auto comparison = compare_benches(*a, *b);
  if (!comparison) return std::unexpected(std::move(comparison.error()));
  if (!arguments.svg.empty()) {
    auto written = write_file_atomically(arguments.svg, comparison_svg(*a, *b, *comparison));
    if (!written) return written;
  }
  if (arguments.json) {
    console.print(comparison_json(*a, *b, *comparison));
    return {};
  }
  for (std::size_t i = 0; i < comparison->ratios.size(); ++i) {
    console.print(fmt::format("run {:>3}  {:>10.1f}  {:>10.1f} {}  {:6.3f} times\n", i + 1,
                              a->rates[i], b->rates[i], a->unit(), comparison->ratios[i]));
  }
  console.print(fmt::format("{} is {:.3f} times as fast as {} ({:.3f} to {:.3f})\n",
                            arguments.b.string(), comparison->geometric_mean, arguments.a.string(),
                            comparison->least, comparison->most));
  for (const std::string& unlike : comparison->unlike) {
    console.print(fmt::format("  not alike: {}\n", unlike));
  }
  return {};
}

Result<void> run_bench_cost(const BenchCostArguments& arguments, Console& console) {
  auto figures = read_bench(arguments.result);
  if (!figures) return std::unexpected(std::move(figures.error()));
  const BenchCost cost = cost_of(*figures, arguments.per_hour);
  const std::string_view what = figures->of_engine() ? "inferences" : "frames of video";
  if (arguments.json) {
    const std::string session =
        cost.per_session ? fmt::format("{:.6g}", *cost.per_session) : "null";
    console.print(
        fmt::format("{{\"schema\": \"tally.bench.cost.v1\", \"per_hour\": {:.6g}, "
                    "\"per_million\": {:.6g}, \"per_session\": {}}}\n",
                    arguments.per_hour, cost.per_million, session));
    return {};
  }
  console.print(fmt::format("{:.4f} for a million {}, at {:g} an hour and {:.1f} a second\n",
                            cost.per_million, what, arguments.per_hour, figures->rate));
  if (cost.per_session) {
    console.print(fmt::format("{:.6f} for {} ({} frames in {:.2f} s)\n", *cost.per_session,
                              one_line(figures->subject), figures->frames, figures->wall_seconds));
  }
  return {};
}

}  // namespace tally::cli
