#include "cli/device_command.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/files.hpp"
#include "cli/cli_error.hpp"
#include "cli/interrupt.hpp"
#include "cli/session_shelf.hpp"
#include "device/agent.hpp"
#include "device/device_error.hpp"

namespace tally::cli {
namespace {

constexpr Duration kLookEvery{200};  // For an interrupt.

Result<void> make_virtual(device::Config& config, const std::filesystem::path& file) {
  config.lock.driver = device::LockDriver::kSimulated;
  if (!config.screen) config.screen.emplace();
  if (config.temperature.driver == device::TemperatureDriver::kNone) {
    config.temperature.driver = device::TemperatureDriver::kSimulated;
  }
  if (config.virtual_cabinet) return {};
  return fail(device::DeviceError::kConfigValue,
              fmt::format("{}: --virtual needs [virtual] with the folders its cameras play; see "
                          "docs/device.md",
                          file.string()));
}

}  // namespace

Result<void> run_device(const DeviceArguments& arguments, Console& console) {
  console.set_quiet(arguments.quiet);
  auto config = device::load_config(arguments.config);
  if (!config) return std::unexpected(std::move(config.error()));
  if (arguments.virtual_cabinet) {
    if (auto made = make_virtual(*config, arguments.config); !made) return made;
  }
  const std::string address = config->screen ? config->screen->address : "";
  auto agent = device::Agent::start({.config = std::move(*config),
                                     .version = TALLY_VERSION,
                                     .recorder = {},
                                     .tell = [&](std::string_view line) { console.note(line); },
                                     .read_shelf = read_shelf},
                                    device::real_world());
  if (!agent) return std::unexpected(std::move(agent.error()));
  if (const auto port = (*agent)->screen_port()) {
    console.print(fmt::format("screen: http://{}:{}/\n", address, *port));
    if (auto shown = console.flush(); !shown) return shown;
  }
  while (!interrupted()) (*agent)->run_for(kLookEvery, [] { return interrupted(); });
  return fail(CliError::kInterrupted,
              "interrupted; what waits is kept and goes on at the next start");
}

Result<void> run_device_provision(const DeviceProvisionArguments& arguments, Console& console) {
  console.set_quiet(arguments.quiet);
  std::error_code ignored;
  const bool there = std::filesystem::exists(arguments.config, ignored);
  if (!there && arguments.server.empty()) {
    return fail(CliError::kUsage,
                fmt::format("{} is not there yet: give --server", arguments.config.string()));
  }
  const std::string made = there ? "" : device::config_template(arguments.server);
  auto config =
      there ? device::load_config(arguments.config) : device::parse_config(made, arguments.config);
  if (!config) return std::unexpected(std::move(config.error()));
  std::string asked = arguments.server;
  while (asked.ends_with('/')) asked.pop_back();
  if (!asked.empty() && asked != config->server) {
    return fail(CliError::kConflict,
                fmt::format("{} names the server {}; change it there, or leave --server out",
                            arguments.config.string(), config->server));
  }
  auto client = device::start_client(*config);
  if (!client) return std::unexpected(std::move(client.error()));
  auto key = device::provision(**client, config->server, arguments.code);
  if (!key) return std::unexpected(std::move(key.error()));
  if (auto saved = device::save_key(config->key_file, key->key); !saved) return saved;
  if (!there) {
    if (auto written = write_file_atomically(arguments.config, made); !written) return written;
    console.note(fmt::format("{}: written; look it through", arguments.config.string()));
  }
  console.print(fmt::format("{} {}\n", key->key.cabinet.text(), one_line(key->name)));
  return {};
}

Result<std::string> provision_device(const std::filesystem::path& file, std::string_view code) {
  const auto config = device::load_config(file);
  if (!config) return std::unexpected(config.error());
  auto client = device::start_client(*config);
  if (!client) return std::unexpected(std::move(client.error()));
  auto key = device::provision(**client, config->server, std::string(code));
  if (!key) return std::unexpected(std::move(key.error()));
  if (auto saved = device::save_key(config->key_file, key->key); !saved) {
    return std::unexpected(std::move(saved.error()));
  }
  return std::move(key->name);
}

Result<void> run_device_rotate_key(const DeviceKeyArguments& arguments, Console& console) {
  console.set_quiet(arguments.quiet);
  auto config = device::load_config(arguments.config);
  if (!config) return std::unexpected(std::move(config.error()));
  auto old = device::load_key(config->key_file);
  if (!old) return std::unexpected(std::move(old.error()));
  auto client = device::start_client(*config);
  if (!client) return std::unexpected(std::move(client.error()));
  auto key = device::rotate_key(**client, config->server, *old);
  if (!key) return std::unexpected(std::move(key.error()));
  if (auto saved = device::save_key(config->key_file, *key); !saved) return saved;
  console.note(fmt::format("{}: has the new key", config->key_file.string()));
  return {};
}

}  // namespace tally::cli
