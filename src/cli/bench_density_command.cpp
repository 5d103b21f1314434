#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

#include "base/files.hpp"
#include "base/metrics.hpp"
#include "cli/bench_command.hpp"
#include "cli/bench_parts.hpp"
#include "cli/cli_error.hpp"
#include "cli/density_play.hpp"
#include "cli/density_plot.hpp"
#include "cli/interrupt.hpp"
#include "cli/model.hpp"
#include "perception/cart/session_file.hpp"
#include "perception/identify/enrol.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Density {
  EngineFacts engine;
  PlayedSession session;
  std::vector<DensityLevel> levels;
};

bool is_held(const DensityLevel& level) {
  return level.lost.empty() && distribution_of(level.seconds_to_cart).p99 <= kCartSecondsMax;
}

// The most sessions at once up to which every level held.
int limit_of(const std::vector<DensityLevel>& levels) {
  int limit = 0;
  for (const DensityLevel& level : levels) {
    if (!is_held(level)) break;
    limit = level.at_once;
  }
  return limit;
}

Result<std::vector<pipeline::Slot>> open_slots(const BenchDensityArguments& arguments) {
  std::vector<pipeline::Slot> slots;
  for (int i = 0; i < arguments.slots; ++i) {
    auto slot = pipeline::open_slot({.detector = package_or_default(arguments.model, "detector"),
                                     .close_up = package_or_default(arguments.close_up, "close_up"),
                                     .embedder = package_or_default(arguments.embedder, "embedder"),
                                     .threads = arguments.threads});
    if (!slot) return std::unexpected(std::move(slot.error()));
    slots.push_back(std::move(*slot));
  }
  return slots;
}

// Raises the number of sessions at once: by the list, or by one until the machine no longer holds.
Result<void> raise(const BenchDensityArguments& arguments, DensityPlan& plan, Console& console,
                   std::vector<DensityLevel>& levels) {
  const std::vector<int>& given = arguments.sessions;
  for (std::size_t i = 0; given.empty() ? i < kDensityMax : i < given.size(); ++i) {
    plan.at_once = given.empty() ? static_cast<int>(i) + 1 : given[i];
    plan.on_cart = [&](int done, int total) {
      console.progress(fmt::format("{} at once", plan.at_once), done, total, "carts");
    };
    auto level = play_level(plan);
    console.progress_done();
    if (!level) return std::unexpected(std::move(level.error()));
    levels.push_back(std::move(*level));
    if (given.empty() && !is_held(levels.back())) break;
  }
  return {};
}

Result<Density> measure(const BenchDensityArguments& arguments, const fs::path& scratch,
                        Console& console) {
  auto session = cart::load_session(arguments.session);
  if (!session) return std::unexpected(std::move(session.error()));
  auto layout = cart::load_layout(session->layout);
  if (!layout) return std::unexpected(std::move(layout.error()));
  auto slots = open_slots(arguments);
  if (!slots) return std::unexpected(std::move(slots.error()));
  vision::Embedder& embedder = *slots->front().embedder;
  identify::Gallery gallery{
      .embedder = identify::identity_of(embedder), .products = {}, .sha256 = {}};
  if (!session->photos.empty()) {
    auto products = identify::list_product_photos(session->photos);
    if (!products) return std::unexpected(std::move(products.error()));
    auto enrolled = identify::enrol_products(embedder, *products);
    if (!enrolled) return std::unexpected(std::move(enrolled.error()));
    gallery = std::move(*enrolled);
  }
  Density density;
  const vision::Detector& detector = *slots->front().detector;
  density.engine = facts_of(detector.engine(), detector.package(),
                            engine_options({.package = {}, .threads = arguments.threads}));
  auto played = record_session(arguments.session);
  if (!played) return std::unexpected(std::move(played.error()));
  density.session = std::move(*played);
  DensityPlan plan{.session = &density.session,
                   .layout = &*layout,
                   .gallery = &gallery,
                   .slots = &*slots,
                   .scratch = scratch,
                   .rounds = arguments.rounds,
                   .on_cart = {}};
  if (auto raised = raise(arguments, plan, console, density.levels); !raised) {
    return std::unexpected(std::move(raised.error()));
  }
  return density;
}

double frames_per_second(const DensityLevel& level) {
  return static_cast<double>(level.frames) / std::max(level.wall_seconds, 1e-9);
}

std::string density_json(const BenchDensityArguments& arguments, const Density& density) {
  Json levels = Json::array();
  Json rates = Json::array();
  for (const DensityLevel& level : density.levels) {
    const Distribution seconds = distribution_of(level.seconds_to_cart);
    rates.push_back(frames_per_second(level));
    levels.push_back({{"at_once", level.at_once},
                      {"carts", level.seconds_to_cart.size()},
                      {"lost", level.lost},
                      {"carts_agree", level.carts_agree},
                      {"held", is_held(level)},
                      {"frames", level.frames},
                      {"wall_seconds", level.wall_seconds},
                      {"seconds_to_cart",
                       {{"p50", seconds.p50},
                        {"p90", seconds.p90},
                        {"p99", seconds.p99},
                        {"max", seconds.max},
                        {"all", level.seconds_to_cart}}}});
  }
  const DensityLevel& last = density.levels.back();
  const Json json = {{"schema", "tally.bench.density.v1"},
                     {"video", arguments.session.string()},
                     {"cameras", density.session.cameras.size()},
                     {"session_seconds", density.session.seconds()},
                     {"slots", arguments.slots},
                     {"rounds", arguments.rounds},
                     {"seconds_max", kCartSecondsMax},
                     {"limit", limit_of(density.levels)},
                     {"frames_per_second", frames_per_second(last)},
                     {"frames_per_second_runs", std::move(rates)},
                     {"frames", last.frames},
                     {"wall_seconds", last.wall_seconds},
                     {"levels", std::move(levels)},
                     {"model", density.engine.model},
                     {"description", density.engine.description},
                     {"precision", density.engine.precision},
                     {"threads", density.engine.threads},
                     {"streams", density.engine.streams},
                     {"requests", density.engine.requests}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void print_in_words(const BenchDensityArguments& arguments, const Density& density,
                    Console& console) {
  console.print(fmt::format("{}: {} cameras, {:.1f} s; {} watched at a time, by {} on {}\n",
                            one_line(arguments.session.string()), density.session.cameras.size(),
                            density.session.seconds(), arguments.slots,
                            one_line(density.engine.model), density.engine.description));
  console.print("  seconds from the last segment to the cart:\n");
  console.print(fmt::format("  {:>7} {:>6} {:>5} {:>7} {:>7} {:>7} {:>7} {:>9}\n", "at once",
                            "carts", "lost", "p50", "p90", "p99", "max", "frames/s"));
  for (const DensityLevel& level : density.levels) {
    const Distribution seconds = distribution_of(level.seconds_to_cart);
    console.print(fmt::format(
        "  {:>7} {:>6} {:>5} {:>7.2f} {:>7.2f} {:>7.2f} {:>7.2f} {:>9.1f}{}\n", level.at_once,
        level.seconds_to_cart.size(), level.lost.size(), seconds.p50, seconds.p90, seconds.p99,
        seconds.max, frames_per_second(level), is_held(level) ? "" : "  too late"));
    for (const std::string& why : level.lost) {
      console.print(fmt::format("    lost: {}\n", one_line(why)));
    }
  }
  console.print(fmt::format("{} at once are in time: 99 % of carts within {:g} s\n",
                            limit_of(density.levels), kCartSecondsMax));
}

}  // namespace

Result<void> run_bench_density(const BenchDensityArguments& arguments, Console& console) {
  console.set_quiet(arguments.quiet);
  if (auto found = check_exists(arguments.session); !found) return found;
  auto scratch = StagedFolder::beside(fs::temp_directory_path() / "tally-density");
  if (!scratch) return std::unexpected(std::move(scratch.error()));
  auto density = measure(arguments, scratch->path(), console);
  if (!density) return std::unexpected(std::move(density.error()));
  if (!arguments.svg.empty()) {
    const std::string title =
        fmt::format("{}, {} watched at a time", arguments.session.string(), arguments.slots);
    auto written =
        write_file_atomically(arguments.svg, density_svg(density->levels, kCartSecondsMax, title));
    if (!written) return written;
  }
  if (arguments.json) {
    console.print(density_json(arguments, *density));
  } else {
    print_in_words(arguments, *density, console);
  }
  for (const DensityLevel& level : density->levels) {
    if (!level.lost.empty()) {
      return fail(CliError::kCheckFailed,
                  fmt::format("{} sessions were lost: {}", level.lost.size(), level.lost.front()));
    }
    if (!level.carts_agree) {
      return fail(CliError::kCheckFailed, "the same session gave different carts");
    }
  }
  return {};
}

}  // namespace tally::cli
