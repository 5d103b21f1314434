#include "cli/arguments.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <optional>
#include <utility>

#include "cli/argument_parts.hpp"
#include "cli/cli_error.hpp"
#include "cli/suggest.hpp"

namespace tally::cli {
namespace {

// Examples come first: most people look for a line to copy.
class ExamplesFirst : public CLI::Formatter {
 public:
  ExamplesFirst() { column_width(30); }
  // "VIDEO" says enough of an argument; options say what they take.
  std::string make_option_opts(const CLI::Option* option) const override {
    return option->get_positional() ? "" : Formatter::make_option_opts(option);
  }
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override {
    std::string text = make_description(app) + "\n";
    if (!app->get_footer().empty()) text += app->get_footer() + "\n\n";
    text += make_usage(app, std::move(name));
    return text + make_positionals(app) + make_groups(app, mode) + make_subcommands(app, mode);
  }
};

// What is being filled in while CLI11 reads the words.
struct Pending {
  ProcessArguments process;
  DetectArguments detect;
  CompileArguments compile;
  EnrollArguments enroll;
  AuditArguments audit;
  ModelsArguments models;
  BenchPending bench;
  DoctorArguments doctor;
  EvalArguments eval;
  ConfigArguments config;
  DevicePending device;
  ServeArguments serve;
  DemoArguments demo;
};

void add_score(CLI::App& app, std::optional<float>& score) {
  app.add_option("--score", score, "Ignore detections below this; default: the package's")
      ->check(number_between(0, 1))
      ->option_text("S");
}

void add_process(CLI::App& root, ProcessArguments& into) {
  CLI::App& app = add_command(root, "process", "Turn a video into a cart with evidence.",
                              R"(Examples:
  tally process session_0000123                     a folder with session.toml; report in out/
  tally process session_0000123 --json              the cart on standard output, no files
  tally process session_0000123 --review 0.97       ask a human more often
  tally process clip.mp4 --model models/yolo        one video, any detector
  tally process clip.mp4 --model models/yolo --layout cooler.toml -o results
  ls *.mp4 | tally process --stdin-list --model models/yolo > carts.jsonl)");
  app.add_option("VIDEO", into.video, "Video of one session, or a folder with session.toml");
  add_model(app, into.model);
  app.add_option("--layout", into.layout,
                 "Products, stock zones, cabinet (TOML); default: the session's, or learnt")
      ->option_text("FILE");
  app.add_option("--close-up", into.close_up,
                 "Detector's package for close-ups of hands; default: $TALLY_CLOSE_UP, or "
                 "models/close_up")
      ->envname("TALLY_CLOSE_UP")
      ->option_text("PKG");
  app.add_option("--embedder", into.embedder,
                 "Embedder's model package; default: $TALLY_EMBEDDER, or models/embedder")
      ->envname("TALLY_EMBEDDER")
      ->option_text("PKG");
  app.add_option("--gallery", into.gallery,
                 "Products by 'tally enroll'; default: the session's, or its photos")
      ->option_text("DIR");
  app.add_option("--review", into.review,
                 "A human sees carts less likely right; 0: none, 1: all; default: 0.9")
      ->check(number_between(0, 1))
      ->option_text("P");
  app.add_option("--output,-o", into.output, "Folder for cart.json, report.html and evidence/")
      ->option_text("DIR");
  app.add_option("--camera", into.camera, "The camera's name in layout and cart; default: cam0")
      ->option_text("NAME");
  app.add_flag("--stdin-list", into.stdin_list, "Read paths of videos from standard input");
  add_outputs(app, into.json, into.quiet);
  app.add_flag_callback("--no-evidence", [&into] { into.evidence = false; }, "Cut no clips");
  app.add_flag_callback("--no-gate", [&into] { into.gate = false; }, "Look at still frames too");
  app.add_flag_callback("--no-stride", [&into] { into.stride = false; }, "Look at every frame");
  app.add_flag_callback(
      "--no-close-ups", [&into] { into.close_ups = false; },
      "Cabinets: begin each look with the whole picture");
  app.add_flag_callback(
      "--no-fit", [&into] { into.fit = false; },
      "One camera: show the network its own shape of picture, grey around the video's");
  app.add_flag_callback(
      "--no-small-looks", [&into] { into.small_looks = false; },
      "Look at whole pictures in the detector's own size each time");
  app.add_flag_callback(
      "--no-second-look", [&into] { into.second_look = false; },
      "Cabinets: do not look at every frame where the cart is unsure");
  app.add_flag_callback(
      "--no-savings",
      [&into] { into.gate = into.stride = into.close_ups = into.fit = into.small_looks = false; },
      "All of them: the slow reference");
  add_score(app, into.score);
  add_threads(app, into.threads);
}

void add_detect(CLI::App& root, DetectArguments& into) {
  CLI::App& app = add_command(root, "detect", "Show what a model sees in pictures and videos.",
                              R"(Examples:
  tally detect photo.jpg --model models/yolo --draw seen
  tally detect clip.mp4 --model models/yolo --stride 30 --json > seen.json)");
  app.add_option("FILE", into.files, "Pictures and videos")->required();
  add_model(app, into.model);
  add_score(app, into.score);
  app.add_option("--iou", into.iou, "Boxes that overlap more are one; default: the package's")
      ->check(number_between(0, 1))
      ->option_text("S");
  app.add_option("--frames", into.frames, "Only these frames of a video, from 0")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(number_between(0, 1e9))
      ->option_text("A,B,C");
  app.add_option("--stride", into.stride, "Only every N-th frame of a video")
      ->check(number_between(1, 1e9))
      ->option_text("N");
  app.add_option("--draw", into.draw, "Write annotated pictures into this folder")
      ->option_text("DIR");
  app.add_flag("--track", into.track, "Number the things in a video and follow them");
  add_outputs(app, into.json, into.quiet);
  add_threads(app, into.threads);
}

void add_doctor(CLI::App& root, DoctorArguments& into) {
  CLI::App& app =
      add_command(root, "doctor", "Check what works on this machine.", "Example:\n  tally doctor");
  app.add_flag("--json", into.json, "Print JSON on standard output");
}

void build(CLI::App& root, Pending& into) {
  root.formatter(std::make_shared<ExamplesFirst>());
  root.footer(R"(Examples:
  tally compile yolo.onnx -o models/yolo                  a model package from an ONNX file
  tally process clip.mp4 --model models/yolo              a cart, its evidence and a report
  tally detect photo.jpg --model models/yolo --draw seen  what the model sees
  tally doctor                                            what works on this machine

Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 conflict, 5 unavailable.)");
  root.set_help_flag("--help,-h", "Show this help");
  root.set_version_flag("--version", "tally " TALLY_VERSION, "Show the version");
  root.require_subcommand(1);
  add_process(root, into.process);
  add_detect(root, into.detect);
  add_compile(root, into.compile);
  add_enroll(root, into.enroll);
  add_audit(root, into.audit);
  add_models(root, into.models);
  add_bench(root, into.bench);
  add_eval(root, into.eval);
  add_config(root, into.config);
  add_device(root, into.device);
  add_serve(root, into.serve);
  add_demo(root, into.demo);
  add_doctor(root, into.doctor);
}

std::unexpected<Error> usage(const CLI::App& app, const std::string& problem) {
  std::string path = app.get_name();
  for (const CLI::App* up = app.get_parent(); up != nullptr; up = up->get_parent()) {
    path = up->get_name() + " " + path;
  }
  return fail(CliError::kUsage, fmt::format("{}; see '{} --help'", problem, path));
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

// The flag in "--score=0.5", "-o", "-oDIR"; empty for what is no flag.
std::string flag_of(const std::string& word) {
  if (word.starts_with("--")) return word.substr(0, word.find('='));
  const bool is_short = word.size() > 1 && word[0] == '-' && std::isalpha(word[1]) != 0;
  return is_short ? word.substr(0, 2) : "";
}

// CLI11 tells of a missing option before an unknown one, and suggests nothing; so this looks first.
// Gives the command that the words lead to.
Result<const CLI::App*> check_words(const CLI::App& root, const std::vector<std::string>& words) {
  const CLI::App* app = &root;
  bool is_value = false;  // The word is what the option before it takes.
  for (const std::string& word : words) {
    if (word == "--") break;
    const std::string flag = flag_of(word);
    if (std::exchange(is_value, false)) continue;
    if (!flag.empty()) {
      const CLI::Option* option = app->get_option_no_throw(flag);
      is_value = option != nullptr && option->get_items_expected_max() > 0 && word == flag;
      if (option != nullptr) continue;
      const std::vector<std::string> known = option_names(*app);
      return usage(*app, fmt::format("unknown option '{}'{}", flag, did_you_mean(flag, known)));
    }
    const std::vector<std::string> commands = command_names(*app);
    if (commands.empty()) continue;
    if (std::ranges::find(commands, word) == commands.end()) {
      return usage(*app, fmt::format("unknown command '{}'{}", word, did_you_mean(word, commands)));
    }
    app = app->get_subcommand(word);
  }
  return app;
}

Result<Invocation> chosen(const CLI::App& app, Pending&& pending) {
  const std::string& name = app.get_name();
  if (name == "process") {
    const bool both = pending.process.stdin_list && !pending.process.video.empty();
    if (both) return usage(app, "give either VIDEO or --stdin-list");
    const bool neither = !pending.process.stdin_list && pending.process.video.empty();
    if (neither) return usage(app, "VIDEO is required");
    if (pending.process.stdin_list && !pending.process.output.empty()) {
      return usage(
          app, "--output does not go with --stdin-list, which prints carts and writes no files");
    }
    return std::move(pending.process);
  }
  if (name == "detect") return std::move(pending.detect);
  if (name == "compile") return std::move(pending.compile);
  if (name == "models") return std::move(pending.models);
  if (name == "enroll") {
    const std::string problem = enroll_problem(pending.enroll);
    if (!problem.empty()) return usage(app, problem);
    return std::move(pending.enroll);
  }
  if (name == "audit") return std::move(pending.audit);
  if (name == "device") {
    if (pending.device.run.config.empty()) return usage(app, "--config is required");
    return std::move(pending.device.run);
  }
  if (name == "serve") return std::move(pending.serve);
  if (name == "demo") return std::move(pending.demo);
  if (name == "provision") return std::move(pending.device.provision);
  if (name == "rotate-key") return std::move(pending.device.rotate_key);
  if (name == "engine") return std::move(pending.bench.engine);
  if (name == "pipeline") return std::move(pending.bench.pipeline);
  if (name == "density") return std::move(pending.bench.density);
  if (name == "compare") return std::move(pending.bench.compare);
  if (name == "cost") return std::move(pending.bench.cost);
  if (name == "check" || name == "show") {
    pending.config.show = name == "show";
    return std::move(pending.config);
  }
  if (name == "eval") {
    const std::vector<std::string>& passed_on = pending.eval.process_options;
    if (!passed_on.empty() && !passed_on.front().starts_with('-')) {
      return usage(app, fmt::format("one DIR, not also '{}'; options for 'tally process' follow --",
                                    passed_on.front()));
    }
    return std::move(pending.eval);
  }
  return pending.doctor;
}

}  // namespace

Result<Invocation> parse_arguments(const std::vector<std::string>& words) {
  Pending pending;
  CLI::App root("tally turns a video of hands and products into a cart with evidence.", "tally");
  build(root, pending);
  // "tally help process" is "tally process --help".
  std::vector<std::string> asked = words;
  if (!asked.empty() && asked[0] == "help") {
    asked.erase(asked.begin());
    asked.emplace_back("--help");
  }
  auto app = check_words(root, asked);
  if (!app) return std::unexpected(std::move(app.error()));
  try {
    root.parse(std::vector<std::string>(asked.rbegin(), asked.rend()));
  } catch (const CLI::CallForHelp&) {
    std::string text = root.help();
    if (!text.ends_with('\n')) text += '\n';
    return PrintText{std::move(text)};
  } catch (const CLI::CallForVersion&) {
    return PrintText{"tally " TALLY_VERSION "\n"};
  } catch (const CLI::RequiredError& error) {
    const auto commands = command_names(**app);
    if (commands.empty()) return usage(**app, error.what());
    return usage(**app, fmt::format("a command is required: {}", fmt::join(commands, ", ")));
  } catch (const CLI::ParseError& error) {
    return usage(**app, error.what());
  }
  return chosen(**app, std::move(pending));
}

}  // namespace tally::cli
