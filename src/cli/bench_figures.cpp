#include "cli/bench_figures.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include "cli/cli_error.hpp"
#include "cli/console.hpp"
#include "cli/html.hpp"

namespace tally::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kEngineSchema = "tally.bench.engine.v1";
constexpr std::string_view kPipelineSchema = "tally.bench.pipeline.v1";
constexpr std::string_view kDensitySchema = "tally.bench.density.v1";
constexpr std::size_t kRunsMax = 1'000;
constexpr double kSecondsInHour = 3600;

std::unexpected<Error> unreadable(std::string_view where, const std::string& what) {
  return fail(CliError::kUsage,
              fmt::format("{}: {}; give what 'tally bench engine --json' or 'tally bench pipeline "
                          "--json' printed",
                          where, what));
}

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

double number_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number() ? found->get<double>() : 0;
}

bool is_rate(double value) { return std::isfinite(value) && value > 0; }

void tell_unlike(std::vector<std::string>& unlike, std::string_view what, const std::string& a,
                 const std::string& b) {
  if (a != b) unlike.push_back(fmt::format("{}: {} and {}", what, one_line(a), one_line(b)));
}

}  // namespace

Result<BenchFigures> parse_bench(std::string_view text, std::string_view where) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return unreadable(where, "not a JSON object");
  BenchFigures figures;
  const std::string schema = text_at(json, "schema");
  const bool engine = schema == kEngineSchema;
  if (!engine && schema != kPipelineSchema && schema != kDensitySchema) {
    return unreadable(where, "not the result of a measurement");
  }
  figures.schema = schema;
  figures.model = text_at(json, "model");
  figures.description = text_at(json, "description");
  figures.rate = number_at(json, engine ? "inferences_per_second" : "frames_per_second");
  if (engine) {
    figures.rates = {figures.rate};
  } else {
    figures.subject = text_at(json, "video");
    figures.frames = static_cast<std::int64_t>(std::clamp(number_at(json, "frames"), 0.0, 1e12));
    figures.wall_seconds = number_at(json, "wall_seconds");
    if (figures.subject.empty()) return unreadable(where, "it does not name its video");
    if (!is_rate(figures.wall_seconds)) return unreadable(where, "it has no time");
    const auto runs = json.find("frames_per_second_runs");
    if (runs != json.end() && runs->is_array()) {
      for (const Json& run : *runs) {
        if (figures.rates.size() < kRunsMax) {
          figures.rates.push_back(run.is_number() ? run.get<double>() : 0);
        }
      }
    }
  }
  if (!is_rate(figures.rate) || figures.rates.empty() ||
      !std::ranges::all_of(figures.rates, is_rate)) {
    return unreadable(where, "its speed is not a number above 0");
  }
  return figures;
}

Result<BenchComparison> compare_benches(const BenchFigures& a, const BenchFigures& b) {
  if (a.of_engine() != b.of_engine() || a.schema != b.schema) {
    return fail(CliError::kUsage,
                "one is of an engine, a pipeline or many sessions, and the other is not; compare "
                "like with like");
  }
  BenchComparison comparison;
  double logarithms = 0;
  for (std::size_t i = 0; i < std::min(a.rates.size(), b.rates.size()); ++i) {
    comparison.ratios.push_back(b.rates[i] / a.rates[i]);
    logarithms += std::log(comparison.ratios.back());
  }
  comparison.geometric_mean = std::exp(logarithms / static_cast<double>(comparison.ratios.size()));
  const auto [least, most] = std::ranges::minmax(comparison.ratios);
  comparison.least = least;
  comparison.most = most;
  tell_unlike(comparison.unlike, "model", a.model, b.model);
  tell_unlike(comparison.unlike, "engine", a.description, b.description);
  tell_unlike(comparison.unlike, "video", a.subject, b.subject);
  if (a.frames != b.frames) {
    comparison.unlike.push_back(fmt::format("frames: {} and {}", a.frames, b.frames));
  }
  return comparison;
}

std::string comparison_json(const BenchFigures& a, const BenchFigures& b,
                            const BenchComparison& comparison) {
  const auto side = [](const BenchFigures& figures) {
    return Json{{"subject", figures.subject},
                {"model", figures.model},
                {"description", figures.description},
                {"rate", figures.rate},
                {"rates", figures.rates}};
  };
  const Json json = {{"schema", "tally.bench.compare.v1"},
                     {"unit", a.unit()},
                     {"a", side(a)},
                     {"b", side(b)},
                     {"ratios", comparison.ratios},
                     {"ratio", comparison.geometric_mean},
                     {"ratio_least", comparison.least},
                     {"ratio_most", comparison.most},
                     {"unlike", comparison.unlike}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string comparison_svg(const BenchFigures& a, const BenchFigures& b,
                           const BenchComparison& comparison) {
  constexpr double kWidth = 640;
  constexpr double kLeft = 64;
  constexpr double kBar = 14;
  constexpr double kGap = 12;
  constexpr double kTop = 56;
  const double most = std::max(std::ranges::max(a.rates), std::ranges::max(b.rates));
  const double room = kWidth - kLeft - 80;
  std::string bars;
  double y = kTop;
  const auto bar = [&](std::string_view label, double rate, std::string_view colour) {
    bars += fmt::format(
        "<text x=\"{:.0f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>"
        "<rect x=\"{:.0f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.0f}\" rx=\"2\" "
        "fill=\"{}\"/><text x=\"{:.1f}\" y=\"{:.1f}\">{:.1f}</text>\n",
        kLeft - 8, y + 11, label, kLeft, y, room * rate / most, kBar, colour,
        kLeft + room * rate / most + 6, y + 11, rate);
    y += kBar + 2;
  };
  for (std::size_t i = 0; i < comparison.ratios.size(); ++i) {
    bar(fmt::format("A {}", i + 1), a.rates[i], "#8a94a6");
    bar(fmt::format("B {}", i + 1), b.rates[i], "#2f6fed");
    y += kGap;
  }
  const auto name = [](const BenchFigures& figures) {
    return escape_html(fmt::format("{} {}", figures.model, figures.subject));
  };
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0f} {:.0f}\" "
      "font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#5b6470\">\n"
      "<text x=\"8\" y=\"18\">A: {}, B: {}; {}</text>\n"
      "<text x=\"8\" y=\"38\">B is {:.2f} times as fast as A ({:.2f} to {:.2f})</text>\n{}</svg>\n",
      kWidth, y + 8, name(a), name(b), a.unit(), comparison.geometric_mean, comparison.least,
      comparison.most, bars);
}

BenchCost cost_of(const BenchFigures& figures, double per_hour) {
  const double per_second = per_hour / kSecondsInHour;
  BenchCost cost{.per_million = per_second / figures.rate * 1e6, .per_session = std::nullopt};
  if (!figures.of_engine()) cost.per_session = per_second * figures.wall_seconds;
  return cost;
}

}  // namespace tally::cli
