#include "cli/compile_command.hpp"

#include <fmt/format.h>

#include "perception/inference/compile.hpp"

namespace tally::cli {

namespace {

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

}  // namespace

Result<void> run_compile(const CompileArguments& arguments, Console& console) {
  console.set_quiet(arguments.quiet);
  auto report = inference::compile_onnx({.graph = arguments.graph,
                                         .destination = arguments.output,
                                         .task = inference::task_named(arguments.task),
                                         .names = arguments.names,
                                         .name = arguments.name,
                                         .source = arguments.source,
                                         .licence = arguments.licence,
                                         .overwrite = arguments.force});
  if (!report) {
    Error error = std::move(report.error());
    if (error.code.kind == ErrorKind::kConflict) error.message += " (--force)";
    return std::unexpected(std::move(error));
  }
  const inference::ModelPackage& package = report->package;
  if (arguments.quiet) return {};
  console.print(fmt::format("{}: {}\n", arguments.output.string(), what_it_is(*report)));
  console.print(fmt::format("licence: {}; source: {}\n", one_line(package.licence),
                            one_line(package.source)));
  console.print(fmt::format("golden checked on {}; largest difference {:.2g}\n", report->engine,
                            report->golden_difference));
  return {};
}

}  // namespace tally::cli
