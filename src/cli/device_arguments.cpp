#include "cli/argument_parts.hpp"

namespace tally::cli {
namespace {

constexpr const char* kConfigWords = "The cabinet's configuration (docs/device.md)";

void add_config(CLI::App& app, std::filesystem::path& config) {
  app.add_option("--config", config, kConfigWords)->required()->option_text("FILE");
}

void add_quiet(CLI::App& app, bool& quiet) {
  app.add_flag("--quiet,-q", quiet, "No messages; errors are told");
}

}  // namespace

void add_device(CLI::App& root, DevicePending& into) {
  CLI::App& app = add_command(root, "device", "Run the agent of a cabinet.",
                              R"(Examples:
  tally device provision --server https://tally.example --code K7Q2-9XWT --config cabinet.toml
  tally device --config cabinet.toml
  tally device --config cabinet.toml --virtual     no hardware: clips, and a screen to click)");
  app.require_subcommand(0, 1);
  app.add_option("--config", into.run.config, kConfigWords)->option_text("FILE");
  app.add_flag("--virtual", into.run.virtual_cabinet,
               "Lock and door are simulated; the screen is a page on a local port");
  add_quiet(app, into.run.quiet);
  CLI::App& provision = add_command(
      app, "provision", "Get the cabinet's key from the server by a code.",
      "Example:\n  tally device provision --server https://tally.example --code K7Q2-9XWT "
      "--config cabinet.toml");
  add_config(provision, into.provision.config);
  provision
      .add_option("--server", into.provision.server,
                  "The server's address; default: the configuration's")
      ->option_text("URL");
  provision.add_option("--code", into.provision.code, "The code that the operator's console shows")
      ->required()
      ->option_text("CODE");
  add_quiet(provision, into.provision.quiet);
  CLI::App& rotate = add_command(app, "rotate-key", "Exchange the cabinet's key for a new one.",
                                 "Example:\n  tally device rotate-key --config cabinet.toml");
  add_config(rotate, into.rotate_key.config);
  add_quiet(rotate, into.rotate_key.quiet);
}

}  // namespace tally::cli
