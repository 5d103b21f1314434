#include "cli/process_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <system_error>

#include "base/cart_json.hpp"
#include "base/files.hpp"
#include "cli/cart_words.hpp"
#include "cli/cli_error.hpp"
#include "cli/early_reader.hpp"
#include "cli/interrupt.hpp"
#include "cli/json_output.hpp"
#include "cli/model.hpp"
#include "cli/report.hpp"
#include "cli/session_work.hpp"
#include "perception/cart/process.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCartBytesMax = 64U << 20U;

// What stays the same from clip to clip.
struct Workbench {
  const ProcessArguments& arguments;
  Console& console;
  std::unique_ptr<cart::Layout> layout;  // As told by --layout. Stays where it is.
  std::unique_ptr<DetectorOnDemand> detector;
  std::unique_ptr<SessionWork> work;
  std::unique_ptr<EarlyReader> reader;
};

std::unexpected<Error> stopped() {
  return fail(CliError::kInterrupted, "interrupted; nothing was written");
}

bool is_folder(const fs::path& input) {
  std::error_code error;
  return fs::is_directory(input, error);
}

Result<cart::Layout> layout_of(const ProcessArguments& arguments) {
  if (arguments.layout.empty()) return cart::Layout{};
  return cart::load_layout(arguments.layout);
}

Result<Workbench> set_up(const ProcessArguments& arguments, Console& console) {
  auto layout = layout_of(arguments);
  if (!layout) return std::unexpected(std::move(layout.error()));
  auto reader = std::make_unique<EarlyReader>();
  if (!arguments.stdin_list && !is_folder(arguments.video)) reader->begin(arguments.video);
  auto detector = std::make_unique<DetectorOnDemand>(
      ModelChoice{.package = package_or_default(arguments.model, "detector"),
                  .score = arguments.score,
                  .threads = arguments.threads});
  if (auto checked = check_is_package(detector->choice().package); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  auto kept = std::make_unique<cart::Layout>(std::move(*layout));
  auto work = std::make_unique<SessionWork>(arguments, console, *detector, *kept);
  return Workbench{arguments,           console,         std::move(kept),
                   std::move(detector), std::move(work), std::move(reader)};
}

// "clip.mp4", "session_0000123"; also of "session_0000123/" and ".".
std::string name_of(const fs::path& input) {
  if (input.has_filename() && input.filename() != "." && input.filename() != "..") {
    return input.filename().string();
  }
  std::error_code error;
  const fs::path whole = fs::canonical(input, error);
  return error ? input.string() : whole.filename().string();
}

Result<cart::ProcessOutcome> process_clip(Workbench& bench, const fs::path& clip,
                                          cart::ProcessOptions options) {
  auto detectors = fitting_detectors(*bench.detector, *bench.reader, clip, options);
  if (!detectors) return std::unexpected(std::move(detectors.error()));
  return cart::process_video(clip, *detectors, *bench.layout, options);
}

Result<cart::ProcessOutcome> process_one(Workbench& bench, const fs::path& input,
                                         const fs::path& evidence_folder) {
  const std::string label = name_of(input);
  cart::ProcessOptions options;
  options.camera = bench.arguments.camera;
  options.savings = {.gate = bench.arguments.gate,
                     .stride = bench.arguments.stride,
                     .close_ups = bench.arguments.close_ups,
                     .fit = bench.arguments.fit,
                     .small_looks = bench.arguments.small_looks};
  options.second_look = bench.arguments.second_look;
  options.review = {bench.arguments.review};
  options.evidence_folder = evidence_folder;
  options.clock_seconds = monotonic_seconds;
  options.cancelled = interrupted;
  options.on_progress = [&](const cart::Progress& progress) {
    bench.console.progress(label, progress.frames_done, progress.frames_total);
  };
  auto outcome =
      is_folder(input) ? bench.work->process(input, options) : process_clip(bench, input, options);
  bench.console.progress_done();
  // A decoder that got the same signal may have failed first.
  if (interrupted()) return stopped();
  if (!outcome) return outcome;
  for (const cart::CameraOutcome& camera : outcome->cameras) {
    if (camera.problem.empty()) continue;
    bench.console.note(fmt::format("camera {} was lost: {}", camera.camera, camera.problem));
  }
  return outcome;
}

std::string seconds_text(std::int64_t at_ms) {
  return fmt::format("{:7.1f} s", static_cast<double>(at_ms) / 1000);
}

std::string events_in_words(const Cart& cart) {
  std::string text;
  for (const CartEvent& event : cart.events) {
    text += fmt::format("{}  {:<4} {} x {}  {}\n", seconds_text(event.at_ms), name_of(event.kind),
                        event.quantity, one_line(event.product), percent(event.confidence));
  }
  return text.empty() ? "  nothing was taken, nothing was put back\n" : text;
}

std::string lines_in_words(const Cart& cart) {
  const std::vector<LineTotals> totals = line_totals(cart);
  if (totals.empty()) return "";
  std::size_t width = std::string_view("product").size();
  for (const LineTotals& line : totals) width = std::max(width, line.product.size());
  std::string text = fmt::format("\n  {:<{}}  taken  put back  net  sure\n", "product", width);
  for (const LineTotals& line : totals) {
    text += fmt::format("  {:<{}}  {:>5}  {:>8}  {:>3}  {}\n", one_line(line.product), width,
                        line.taken, line.put, line.net, percent(line.confidence));
  }
  return text;
}

void print_in_words(Console& console, const Cart& cart) {
  const Tint tint = cart.decision.kind == DecisionKind::kReview ? Tint::kWarning : Tint::kGood;
  const std::string sure = certainty(cart);
  console.print(fmt::format("{}{}{}\n", console.tinted(tint, headline(cart)),
                            sure.empty() ? "" : ", ", sure));
  for (const std::string& reason : cart.decision.reasons) {
    console.print(fmt::format("  because {}\n", one_line(reason)));
  }
  console.print("\n" + events_in_words(cart) + lines_in_words(cart));
  const CartStats& stats = cart.stats;
  const double rate =
      stats.wall_seconds > 0 ? static_cast<double>(stats.frames_decoded) / stats.wall_seconds : 0;
  console.print(
      "\n" +
      console.tinted(Tint::kFaint,
                     fmt::format("{} in {:.2f} s, {:.0f} a second; the model looked at {}{}",
                                 counted(stats.frames_decoded, "frame"), stats.wall_seconds, rate,
                                 stats.frames_detected,
                                 stats.second_look ? ", in a second look as well" : "")) +
      "\n");
}

Result<void> write_results(const cart::ProcessOutcome& outcome, const fs::path& input,
                           const fs::path& folder) {
  auto written =
      write_file_atomically(folder / "cart.json", to_json(outcome.cart, CartStatsIn::kYes));
  if (!written) return written;
  auto urls = clip_urls(outcome.cart, folder);
  if (!urls) return std::unexpected(std::move(urls.error()));
  return write_file_atomically(
      folder / "report.html",
      render_report({.outcome = &outcome, .name = name_of(input), .clip_urls = std::move(*urls)}));
}

Result<void> print_only(const ProcessArguments& arguments, Console& console) {
  auto bench = set_up(arguments, console);
  if (!bench) return std::unexpected(std::move(bench.error()));
  auto outcome = process_one(*bench, arguments.video, {});
  if (!outcome) return std::unexpected(std::move(outcome.error()));
  console.print(to_json(outcome->cart, CartStatsIn::kYes));
  return {};
}

// Results replace those of an earlier run, and nothing else: a folder that holds other things is
// refused.
Result<void> check_is_ours(const fs::path& output) {
  std::error_code error;
  if (!fs::is_directory(output, error) || fs::is_empty(output, error)) return {};
  const auto cart = read_file(output / "cart.json", kCartBytesMax);
  if (cart && cart->find(kCartSchema) != std::string::npos) return {};
  return fail(CliError::kConflict,
              fmt::format("{}: holds something else than an earlier result; give a folder of its "
                          "own with -o",
                          output.string()));
}

Result<void> process_into(const fs::path& output, const ProcessArguments& arguments,
                          Console& console) {
  if (auto ours = check_is_ours(output); !ours) return ours;
  auto staged = StagedFolder::beside(output);
  if (!staged) return std::unexpected(std::move(staged.error()));
  auto bench = set_up(arguments, console);
  if (!bench) return std::unexpected(std::move(bench.error()));
  if (arguments.evidence) {
    // Made even where nothing happens, so that clips of an earlier run do not stay.
    std::error_code error;
    fs::create_directory(staged->path() / "evidence", error);
  }
  auto outcome =
      process_one(*bench, arguments.video, arguments.evidence ? staged->path() : fs::path{});
  if (!outcome) return std::unexpected(std::move(outcome.error()));
  if (auto written = write_results(*outcome, arguments.video, staged->path()); !written) {
    return written;
  }
  if (interrupted()) return stopped();
  if (auto placed = staged->commit(); !placed) return placed;
  if (arguments.json) {
    console.print(to_json(outcome->cart, CartStatsIn::kYes));
    return {};
  }
  print_in_words(console, outcome->cart);
  console.print(fmt::format("Report: {}\n", (output / "report.html").string()));
  return {};
}

Result<void> process_into_folder(const ProcessArguments& arguments, Console& console) {
  fs::path output = arguments.output;
  if (output.empty()) {
    const std::string name = name_of(arguments.video);
    output =
        fs::path("out") / (is_folder(arguments.video) ? fs::path(name) : fs::path(name).stem());
  }
  std::error_code ignored;
  const bool parent_was_there = fs::exists(output.parent_path(), ignored);
  auto done = process_into(output, arguments, console);
  // Takes away what was made for nothing, if it is still empty.
  if (!done && !parent_was_there) fs::remove(output.parent_path(), ignored);
  return done;
}

struct ListedLine {
  std::string text;
  bool too_long = false;
};

// The next line of standard input, std::nullopt after the last.
std::optional<ListedLine> next_line() {
  ListedLine line;
  bool any = false;
  for (int letter = std::getc(stdin); letter != EOF; letter = std::getc(stdin)) {
    any = true;
    if (letter == '\n') break;
    line.too_long = line.too_long || line.text.size() >= kListedPathBytesMax;
    if (!line.too_long) line.text += static_cast<char>(letter);
  }
  if (line.text.ends_with('\r')) line.text.pop_back();
  return any ? std::optional(std::move(line)) : std::nullopt;
}

Result<Cart> process_listed(Workbench& bench, const ListedLine& line) {
  if (line.too_long) {
    return fail(CliError::kUsage,
                fmt::format("a line of more than {} bytes is no path", kListedPathBytesMax));
  }
  if (auto found = check_exists(line.text); !found) return std::unexpected(found.error());
  auto outcome = process_one(bench, line.text, {});
  if (!outcome) return std::unexpected(std::move(outcome.error()));
  return std::move(outcome->cart);
}

Result<void> process_list(const ProcessArguments& arguments, Console& console) {
  auto bench = set_up(arguments, console);
  if (!bench) return std::unexpected(std::move(bench.error()));
  std::int64_t done = 0;
  std::int64_t failed = 0;
  while (const auto line = next_line()) {
    if (line->text.empty()) continue;
    auto cart = process_listed(*bench, *line);
    if (interrupted()) break;
    ++done;
    if (!cart) ++failed;
    console.print(cart ? list_line(line->text, *cart) : list_line(line->text, cart.error()));
    if (auto printed = console.flush(); !printed) return printed;
  }
  if (interrupted()) {
    return fail(CliError::kInterrupted,
                fmt::format("interrupted after {}", counted(done, "video")));
  }
  if (failed == 0) return {};
  return fail(CliError::kSomeFailed,
              fmt::format("{} of {} failed; their lines say why", failed, counted(done, "video")));
}

}  // namespace

Result<void> run_process(const ProcessArguments& arguments, Console& console) {
  console.set_quiet(arguments.quiet);
  if (arguments.stdin_list) return process_list(arguments, console);
  if (auto found = check_exists(arguments.video); !found) return found;
  if (arguments.json && arguments.output.empty()) return print_only(arguments, console);
  return process_into_folder(arguments, console);
}

}  // namespace tally::cli
