#include "cli/argument_parts.hpp"

namespace tally::cli {

void add_config(CLI::App& root, ConfigArguments& into) {
  CLI::App& app = add_command(root, "config", "Check or show the server's configuration.",
                              R"(Examples:
  tally config check tally.toml
  tally config show tally.toml)");
  app.require_subcommand(1);
  CLI::App& check = add_command(app, "check", "Check a configuration and the secrets it names.",
                                "Example:\n  tally config check tally.toml");
  CLI::App& show =
      add_command(app, "show", "Print what counts, defaults filled in, without secrets.",
                  "Example:\n  tally config show tally.toml > whole.toml");
  for (CLI::App* command : {&check, &show}) {
    command->add_option("FILE", into.file, "Configuration (TOML)")->required();
  }
}

}  // namespace tally::cli
