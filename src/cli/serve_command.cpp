#include "cli/serve_command.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

#include "cli/cli_error.hpp"
#include "cli/interrupt.hpp"
#include "cli/mortal_world.hpp"
#include "cli/teller.hpp"
#include "server/serve/demo.hpp"
#include "server/serve/operator.hpp"
#include "server/serve/serve.hpp"

namespace tally::cli {
namespace {

constexpr Duration kDrain = std::chrono::seconds(5);
constexpr std::chrono::milliseconds kLookEvery{200};

std::string in_words(const serve::Demo& demo) {
  nlohmann::json words = {
      {"tenant", demo.tenant.text()},     {"owner", serve::kDemoOwner},
      {"password", serve::kDemoPassword}, {"shopper", serve::kDemoShopper},
      {"card", serve::kDemoCard},         {"cabinets", nlohmann::json::array()}};
  for (const serve::DemoCabinet& cabinet : demo.cabinets) {
    words["cabinets"].push_back({{"id", cabinet.id.text()},
                                 {"name", cabinet.name},
                                 {"provisioning_code", cabinet.provisioning_code}});
  }
  return words.dump();
}

Result<void> print_operator(serve::Serve& server, const ServeArguments& arguments,
                            Console& console) {
  const auto made =
      serve::set_up_operator(server, arguments.tenant, arguments.owner, server::real_world());
  if (!made) return std::unexpected(made.error());
  nlohmann::json words = {{"tenant", made->tenant.text()}, {"name", arguments.tenant}};
  if (!made->password.empty()) {
    words["owner"] = arguments.owner;
    words["password"] = made->password;
  }
  console.print(words.dump() + "\n");
  return {};
}

}  // namespace

Result<void> run_serve(const ServeArguments& arguments, Console& console) {
  console.set_quiet(arguments.quiet);
  auto config = arguments.config.empty() ? config::read_config("version = 1", "defaults")
                                         : config::load_config(arguments.config);
  if (!config) return std::unexpected(std::move(config.error()));
  with_models(*config);
  if (!arguments.roles.empty()) config->roles.clear();
  for (const std::string& name : arguments.roles) {
    const auto role = config::parse_server_role(name);
    if (role && std::ranges::find(config->roles, *role) == config->roles.end()) {
      config->roles.push_back(*role);
    }
  }
  MortalWorld mortal(arguments.crash_at);
  server::World& world = arguments.crash_at.empty() ? server::real_world() : mortal;
  Teller teller(console);
  const auto log = teller.log(config->log_level, config->log_format == config::LogFormat::kJson);
  std::function<void(const mail::Letter&)> print;
  const bool is_demo = !arguments.demo.empty();
  if (config->mail.kind == config::MailKind::kPrint ||
      (is_demo && config->mail.kind == config::MailKind::kNone)) {
    print = [&](const mail::Letter& letter) {
      teller.note(fmt::format("a letter to {}: {}", letter.to, letter.text));
    };
  }
  auto server = serve::Serve::start(
      {.config = *std::move(config), .log = log, .mail = print, .demo = is_demo}, world);
  if (!server) return std::unexpected(std::move(server.error()));
  console.print(fmt::format("tally: {}\n", (*server)->url()));
  if (is_demo) {
    const std::vector<std::filesystem::path> sessions(
        static_cast<std::size_t>(arguments.demo_cabinets), arguments.demo);
    const auto demo = serve::set_up_demo(**server, sessions, sessions.size(), server::real_world());
    if (!demo) return std::unexpected(demo.error());
    console.print(in_words(*demo) + "\n");
  }
  if (!arguments.tenant.empty()) {
    if (auto printed = print_operator(**server, arguments, console); !printed) return printed;
  }
  if (auto shown = console.flush(); !shown) return shown;
  while (!interrupted_within(kLookEvery)) {
  }
  (*server)->stop(kDrain);
  return fail(CliError::kInterrupted, "interrupted");
}

}  // namespace tally::cli
