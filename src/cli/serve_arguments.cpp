#include "cli/argument_parts.hpp"

namespace tally::cli {

void add_serve(CLI::App& root, ServeArguments& into) {
  CLI::App& app = add_command(root, "serve", "Run the server: API, gateway, workers, pipeline.",
                              R"(Examples:
  tally serve --config tally.toml
  tally serve --config tally.toml --role api --role gateway
  tally serve --config tally.toml --tenant "Corner Coolers" --owner you@example.com
  tally serve --demo demo/take_several)");
  app.add_option("--config,-c", into.config, "Configuration (TOML); default: docs/config.md's")
      ->option_text("FILE");
  app.add_option("--role", into.roles, "Play this role only; may be given again")
      ->check(CLI::IsMember({"api", "gateway", "worker", "pipeline"}))
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->option_text("api|gateway|worker|pipeline");
  CLI::Option* tenant =
      app.add_option("--tenant", into.tenant,
                     "Add an operator of this name, unless there is one, and print its keys")
          ->option_text("NAME");
  CLI::Option* owner = app.add_option("--owner", into.owner, "E-mail address of who owns it")
                           ->option_text("ADDRESS")
                           ->needs(tenant);
  tenant->needs(owner);
  app.add_option("--demo", into.demo,
                 "Add the demo's tenant, filled from a session's folder, and print its keys")
      ->option_text("SESSION");
  app.add_option("--demo-cabinets", into.demo_cabinets, "How many cabinets the demo's tenant has")
      ->check(CLI::Range(1, 20'000))
      ->option_text("N");
  app.add_option("--crash-at", into.crash_at, "Die there, as the rehearsals in tests/ want it")
      ->option_text("POINT")
      ->group("");  // Of nobody's help.
  app.add_flag("--quiet,-q", into.quiet, "No messages");
}

void add_demo(CLI::App& root, DemoArguments& into) {
  CLI::App& app = add_command(
      root, "demo", "Server, demo tenant and virtual cabinet; plays a session to its receipt.",
      R"(Examples:
  tally demo
  tally demo --once
  tally demo demo/take_one --data out/demo)");
  app.add_option("SESSION", into.session,
                 "Folder that the cabinet's cameras play; default: demo/take_several");
  app.add_option("--data", into.data, "Folder to keep; default: one that goes with the demo")
      ->option_text("DIR");
  app.add_option("--port", into.port, "Of the server; default: any free one")->option_text("PORT");
  app.add_option("--sessions", into.sessions, "How many to play at each cabinet")
      ->check(CLI::Range(1, 10'000))
      ->option_text("N");
  app.add_option("--cabinets", into.cabinets, "How many play at once, each with its shopper")
      ->check(CLI::Range(1, 100))
      ->option_text("N");
  app.add_flag("--once", into.once, "End after the receipt");
  app.add_flag("--json", into.json, "Print receipts and times as JSON, nothing else");
  app.add_flag("--quiet,-q", into.quiet, "No messages");
}

}  // namespace tally::cli
