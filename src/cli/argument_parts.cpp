#include "cli/argument_parts.hpp"

#include <fmt/format.h>

namespace tally::cli {
namespace {

constexpr int kThreadsMax = 1024;  // As the engine's, whose header is heavy.

}  // namespace

CLI::Validator number_between(double low, double high) {
  return CLI::Validator(
      [low, high](std::string& text) -> std::string {
        double value = 0;
        if (CLI::detail::lexical_cast(text, value) && value >= low && value <= high) return "";
        return fmt::format("'{}' is not a number from {} to {}", text, low, high);
      },
      "");
}

void add_threads(CLI::App& app, int& threads) {
  app.add_option("--threads", threads, "Threads of the engine; default: one for each core")
      ->check(number_between(0, kThreadsMax))
      ->option_text("N");
}

void add_outputs(CLI::App& app, bool& json, bool& quiet) {
  app.add_flag("--json", json, "Print JSON on standard output");
  app.add_flag("--quiet,-q", quiet, "No messages, no progress; errors are told");
}

void add_model(CLI::App& app, std::filesystem::path& model) {
  app.add_option("--model,-m", model,
                 "Detector's model package; default: $TALLY_MODEL, or models/detector")
      ->envname("TALLY_MODEL")
      ->option_text("PKG");
}

CLI::App& add_command(CLI::App& parent, const std::string& name, const std::string& description,
                      const std::string& examples) {
  CLI::App& app = *parent.add_subcommand(name, description);
  app.footer(examples);
  app.group("Commands");
  return app;
}

}  // namespace tally::cli
