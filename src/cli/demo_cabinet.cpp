#include "cli/demo_cabinet.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <chrono>

#include "base/files.hpp"
#include "cli/cli_error.hpp"
#include "cli/device_command.hpp"

namespace tally::cli {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLogBytesMax = 1U << 20U;
constexpr std::chrono::seconds kScreenWait{30};

std::string screen_url(std::uint16_t port) { return fmt::format("http://127.0.0.1:{}/", port); }

std::string config_of(const DemoCabinetPlan& plan) {
  std::string text = fmt::format(
      "version = 1\nserver = \"{}\"\nkey_file = \"{}\"\ndata = \"{}\"\n\n"
      "[temperature]\ndriver = \"simulated\"\ncelsius = 4.0\n\n"
      "[virtual]\nsessions = [\"{}\"]\nmode = \"{}\"\n{}\n[screen]\nport = {}\n",
      plan.server, (plan.folder / "key").string(), (plan.folder / "data").string(),
      plan.session.string(), plan.automatic ? "auto" : "manual",
      plan.renderer.empty() ? "" : fmt::format("renderer = \"{}\"\n", plan.renderer.string()),
      plan.screen_port);
  if (!plan.others.empty()) text += "others = [\n";
  for (const OtherDemoScreen& other : plan.others) {
    text += fmt::format("  {{name = \"{}\", session = \"{}\", url = \"{}\"}},\n", other.name,
                        other.session, screen_url(other.port));
  }
  if (!plan.others.empty()) text += "]\n";
  for (const std::string& camera : plan.cameras) {
    text += fmt::format("\n[[camera]]\nid = \"{}\"\ndriver = \"file\"\n", camera);
  }
  return text;
}

}  // namespace

Result<std::unique_ptr<DemoCabinet>> DemoCabinet::start(DemoCabinetPlan plan) {
  const std::filesystem::path config = plan.folder / "device.toml";
  std::error_code ignored;  // Writing the file says it better.
  std::filesystem::create_directories(plan.folder, ignored);
  if (auto written = write_file_atomically(config, config_of(plan)); !written) {
    return std::unexpected(std::move(written.error()));
  }
  const auto provisioned = provision_device(config, plan.provisioning_code);
  if (!provisioned) return std::unexpected(provisioned.error());
  auto process = Companion::start({"device", "--config", config.string(), "--virtual"},
                                  plan.folder / "device.log");
  if (!process) return std::unexpected(std::move(process.error()));
  return std::make_unique<DemoCabinet>(std::move(plan), *std::move(process));
}

Result<std::string> DemoCabinet::scan(http::HttpClient& client, const std::string& used,
                                      const std::function<bool()>& cancelled) {
  const auto begin = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begin < kScreenWait && !cancelled()) {
    if (process_->ended()) {
      return fail(
          CliError::kSomeFailed,
          fmt::format(
              "the virtual cabinet has ended: {}",
              read_file(plan_.folder / "device.log", kLogBytesMax).value_or("and left no log")));
    }
    const auto state = client.call_and_wait({.url = screen() + "state"});
    const Json json = state ? Json::parse(state->body, nullptr, false) : Json();
    const std::string url = json.is_object() ? json.value("url", "") : "";
    if (!url.empty() && url != used && json.value("state", "") == "locked") return url;
  }
  return fail(CliError::kSomeFailed, "the cabinet's screen shows no code");
}

std::string DemoCabinet::screen() const { return screen_url(plan_.screen_port); }

}  // namespace tally::cli
