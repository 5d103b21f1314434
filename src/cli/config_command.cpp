#include "cli/config_command.hpp"

#include <fmt/format.h>

#include <utility>

#include "cli/cli_error.hpp"
#include "server/config/config.hpp"

namespace tally::cli {

Result<void> run_config(const ConfigArguments& arguments, Console& console) {
  std::error_code ignored;
  if (!std::filesystem::exists(arguments.file, ignored)) {
    return fail(CliError::kNotFound, fmt::format("{}: there is no such file; `version = 1` alone "
                                                 "is a whole one",
                                                 arguments.file.string()));
  }
  const auto config = config::load_config(arguments.file);
  if (!config) return std::unexpected(config.error());
  if (arguments.show) {
    console.print(config::show(*config));
    return {};
  }
  if (auto readable = config::check_secrets(*config, config::system_secrets()); !readable) {
    return fail_within(arguments.file.string(), std::move(readable.error()));
  }
  console.print(fmt::format("{}: ok\n", one_line(arguments.file.string())));
  return {};
}

}  // namespace tally::cli
