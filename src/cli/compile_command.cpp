#include "cli/compile_command.hpp"

#include <fmt/format.h>

#include "perception/inference/compile.hpp"

namespace tally::cli {

Result<void> run_compile(const CompileArguments& arguments, Console& console) {
  console.set_quiet(arguments.quiet);
  auto report = inference::compile_onnx({.graph = arguments.graph,
                                         .destination = arguments.output,
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
  const std::size_t classes = package.class_names.size();
  console.print(fmt::format(
      "{}: {} head, input {}x{}, {} from {}\n", arguments.output.string(),
      inference::name_of(package.head), package.input.width, package.input.height,
      classes == 1 ? "1 class" : fmt::format("{} classes", classes), report->names_from));
  console.print(fmt::format("licence: {}; source: {}\n", one_line(package.licence),
                            one_line(package.source)));
  console.print(fmt::format("golden checked on {}; largest difference {:.2g}\n", report->engine,
                            report->golden_difference));
  return {};
}

}  // namespace tally::cli
