#include "cli/compile_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/files.hpp"
#include "cli/cli_error.hpp"
#include "cli/compile_verify.hpp"
#include "cli/model.hpp"
#include "cli/quantise.hpp"
#include "perception/inference/compile.hpp"
#include "perception/inference/graph_facts.hpp"

namespace tally::cli {

namespace {

namespace fs = std::filesystem;
using inference::CompileReport;
using inference::CompileRequest;
using inference::Precision;

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Precision precision_named(std::string_view name) {
  for (const Precision one : {Precision::kBf16, Precision::kFp16, Precision::kInt8}) {
    if (inference::name_of(one) == name) return one;
  }
  return Precision::kFp32;  // The words were checked when they were read.
}

// What does not go together, before anything slow.
Result<void> check_words(const CompileArguments& arguments) {
  if (arguments.target != "cpu") {
    return fail(CliError::kUsage,
                "--target neuron: make a package for CPUs first, and compile that with "
                "'python3 -m lab.neuron PACKAGE -o DIR --precision bf16'; it needs PyTorch, "
                "torch-neuronx and neuronx-cc (docs/neuron.md)");
  }
  const bool int8 = arguments.precision == "int8";
  if (!arguments.calibrate.empty() && !int8) {
    return fail(CliError::kUsage, "--calibrate is for --precision int8");
  }
  if (!arguments.against.empty() && arguments.verify.empty()) {
    return fail(CliError::kUsage, "--against is for --verify");
  }
  if (int8 && arguments.calibrate.empty() && arguments.against.empty() &&
      !arguments.verify.empty()) {
    return fail(CliError::kUsage,
                "to verify a graph that is quantised already, give that in fp32: --against FILE");
  }
  return {};
}

// The request without its destination.
Result<CompileRequest> request_of(const CompileArguments& arguments) {
  CompileRequest request{.graph = arguments.graph,
                         .destination = {},
                         .task = inference::task_named(arguments.task),
                         .names = arguments.names,
                         .name = arguments.name,
                         .source = arguments.source,
                         .licence = arguments.licence};
  if (!arguments.size.empty()) {
    const std::string_view text = arguments.size;
    const std::size_t x = std::min(text.find('x'), text.size());
    const auto width = whole_number(text.substr(0, x));
    const auto height = whole_number(text.substr(std::min(x + 1, text.size())));
    if (!width || !height) {
      return fail(CliError::kUsage, fmt::format("--size {}: is not WxH, as 640x384", text));
    }
    request.size = {*width, *height};
  }
  if (arguments.batch == "dynamic") {
    request.batch = inference::kDynamic;
  } else if (!arguments.batch.empty()) {
    const auto batch = whole_number(arguments.batch);
    if (!batch) {
      return fail(CliError::kUsage,
                  fmt::format("--batch {}: is neither a number nor 'dynamic'", arguments.batch));
    }
    request.batch = *batch;
  }
  return request;
}

// The graph in fp32, as it is exported; another size only where it has none of its own.
Result<CompileReport> compile_fp32(const CompileRequest& wish, const fs::path& graph,
                                   const fs::path& folder) {
  CompileRequest request = wish;
  request.graph = graph;
  request.destination = folder;
  request.batch.reset();
  if (request.size) {
    const auto facts = inference::read_graph_facts(graph);
    const bool has_size = facts && facts->inputs.size() == 1 &&
                          facts->inputs[0].shape.size() == 4 &&
                          facts->inputs[0].shape[2] != inference::kDynamic;
    if (has_size) request.size.reset();
  }
  return inference::compile_onnx(request);
}

// "yolov8 head, input 640x640, 80 classes from coco80"
std::string what_it_is(const inference::CompileReport& report) {
  const inference::ModelPackage& package = report.package;
  const std::string input = fmt::format("input {}x{}", package.input.width, package.input.height);
  if (package.task == inference::Task::kEmbed) {
    return fmt::format("embedder, {}, {} values", input, package.outputs[0].shape[1]);
  }
  const std::size_t classes = package.class_names.size();
  return fmt::format("{} head, {}, {} from {}", inference::name_of(package.head), input,
                     classes == 1 ? "1 class" : fmt::format("{} classes", classes),
                     report.names_from);
}

void tell(const CompileArguments& arguments, const CompileReport& report, Console& console) {
  const inference::ModelPackage& package = report.package;
  if (arguments.quiet) return;
  console.print(fmt::format("{}: {}\n", arguments.output.string(), what_it_is(report)));
  console.print(fmt::format("licence: {}; source: {}\n", one_line(package.licence),
                            one_line(package.source)));
  console.print(fmt::format("golden checked on {}; largest difference {:.2g}\n", report.engine,
                            report.golden_difference));
}

void tell_ready(const std::vector<vision::Size>& sizes, Console& console) {
  std::vector<std::string> words;
  for (const vision::Size size : sizes) {
    words.push_back(fmt::format("{}x{}", size.width, size.height));
  }
  if (words.empty()) return;
  console.note(fmt::format("compiled for this machine: {}", fmt::join(words, ", ")));
}

// Makes `wish` of a graph that lab/quantise made of it.
Result<void> make_int8(const CompileArguments& arguments, const fs::path& work, Console& console,
                       CompileRequest& wish) {
  CompileRequest base = wish;
  base.batch.reset();
  base.destination = work / "base";
  auto report = inference::compile_onnx(base);
  if (!report) return std::unexpected(std::move(report.error()));
  auto graph = quantise(report->package, arguments.calibrate, work, console);
  if (!graph) return std::unexpected(std::move(graph.error()));
  const inference::ModelPackage& package = report->package;
  wish.graph = std::move(*graph);
  wish.size.reset();
  wish.task = package.task;
  wish.name = package.name;
  wish.source = package.source;
  wish.licence = package.licence;
  return {};
}

Result<CompileReport> make(const CompileArguments& arguments, Console& console) {
  auto wish = request_of(arguments);
  if (!wish) return std::unexpected(std::move(wish.error()));
  auto work = StagedFolder::beside(fs::temp_directory_path() / "tally-compile");
  if (!work) return std::unexpected(std::move(work.error()));
  std::optional<CompileReport> fp32;
  std::optional<PackageVerifier> verifier;
  if (!arguments.verify.empty()) {
    const fs::path& graph = arguments.against.empty() ? arguments.graph : arguments.against;
    auto made = compile_fp32(*wish, graph, work->path() / "fp32");
    if (!made) return std::unexpected(std::move(made.error()));
    fp32 = std::move(*made);
    auto opened = PackageVerifier::open(arguments, fp32->package, console);
    if (!opened) return std::unexpected(std::move(opened.error()));
    verifier.emplace(std::move(*opened));
    wish->verify = [&](const auto& package) { return verifier->verify(package); };
  }
  if (!arguments.calibrate.empty()) {
    // What it verifies is the last step's.
    auto verify = std::exchange(wish->verify, {});
    auto made = make_int8(arguments, work->path(), console, *wish);
    if (!made) return std::unexpected(std::move(made.error()));
    wish->verify = std::move(verify);
  }
  wish->precision = precision_named(arguments.precision);
  wish->destination = arguments.output;
  wish->overwrite = arguments.force;
  return inference::compile_onnx(*wish);
}

}  // namespace

Result<void> run_compile(const CompileArguments& arguments, Console& console) {
  console.set_quiet(arguments.quiet);
  if (auto good = check_words(arguments); !good) return good;
  auto report = make(arguments, console);
  if (!report) {
    Error error = std::move(report.error());
    if (error.code.kind == ErrorKind::kConflict) error.message += " (--force)";
    return std::unexpected(std::move(error));
  }
  tell(arguments, *report, console);
  tell_ready(make_ready(report->package), console);
  return {};
}

}  // namespace tally::cli
