#include "cli/teller.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/model.hpp"
#include "server/config/config.hpp"
#include "server/world.hpp"

namespace tally::cli {
namespace {

std::string_view word_of(server::LogLevel level) {
  switch (level) {
    case server::LogLevel::kDebug:
      return "debug";
    case server::LogLevel::kInfo:
      return "info";
    case server::LogLevel::kWarning:
      return "warning";
    case server::LogLevel::kError:
      return "error";
  }
  return "";
}

}  // namespace

void Teller::note(std::string_view line) {
  const std::lock_guard lock(mutex_);
  console_.note(one_line(line));
}

server::Log Teller::log(server::LogLevel least, bool as_json) {
  return [=, this](server::LogLevel level, std::string_view room, std::string_view text) {
    if (level < least) return;
    if (!as_json) return note(fmt::format("{} {}: {}", word_of(level), room, text));
    const nlohmann::json line = {{"time", to_string(server::real_world().now())},
                                 {"level", word_of(level)},
                                 {"room", room},
                                 {"text", text}};
    note(line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  };
}

void with_models(config::Config& config) {
  config.pipeline.detector = package_or_default(config.pipeline.detector, "detector");
  config.pipeline.close_up = package_or_default(config.pipeline.close_up, "close_up");
  config.pipeline.embedder = package_or_default(config.pipeline.embedder, "embedder");
}

}  // namespace tally::cli
