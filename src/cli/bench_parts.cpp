#include "cli/bench_parts.hpp"

#include <fmt/format.h>

namespace tally::cli {

EngineFacts facts_of(const inference::Engine& engine, const inference::ModelPackage& package,
                     const inference::EngineOptions& options) {
  return {
      .model = package.name,
      .description = engine.description(),
      .precision = std::string(inference::name_of(options.precision.value_or(package.precision))),
      .threads = options.threads,
      .streams = options.streams,
      .requests = engine.request_count()};
}

std::string mebibytes(std::int64_t bytes) {
  return fmt::format("{:.0f} MiB", static_cast<double>(bytes) / (1024 * 1024));
}

}  // namespace tally::cli
