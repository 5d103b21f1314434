// The cabinet's agent as a program: killed in the middle of a session, and started again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "base/files.hpp"
#include "cli/testing_program.hpp"
#include "device/config.hpp"
#include "device/testing_gateway.hpp"

namespace tally::cli {
namespace {
namespace fs = std::filesystem;

using device::TestGateway;
using ::testing::HasSubstr;

// The program under test runs on its own clock: this looks at what it did until it did.
bool wait_for(const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!done() && std::chrono::steady_clock::now() < end) {
    // tidy-allow(sleep): another program's work is waited for.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return done();
}

TEST(DeviceProgram, KilledInMidSessionItGoesOnWithWhatIsOnItsDisk) {
  const testing::Workplace here;
  TestGateway gateway;
  std::string config = device::config_template(gateway.url());
  const std::string demo = (fs::path(TALLY_SOURCE_DIR) / "demo/take_one").string();
  config.replace(config.find("demo/take_one"), std::string("demo/take_one").size(), demo);
  config.replace(config.find("7070"), 4, "0");
  config.replace(config.find("manual"), 6, "auto");
  here.write("cabinet.toml", config);
  const testing::Ended provisioned =
      here.tally({"device", "provision", "--code", "GOOD", "--config", "cabinet.toml"});
  ASSERT_EQ(provisioned.exit_code, 0) << provisioned.err;
  EXPECT_THAT(provisioned.out, HasSubstr("Lobby"));

  const auto session = SessionId::from_bits(IdBits{9});
  pid_t pid = here.start({"device", "--config", "cabinet.toml", "--virtual"});
  ASSERT_TRUE(wait_for([&] { return gateway.hellos().size() == 1; }));
  gateway.command(1, link::Unlock{session, 14'000});
  ASSERT_TRUE(wait_for([&] { return gateway.segments().size() >= 3; }));
  ::kill(pid, SIGKILL);
  EXPECT_EQ(here.wait(pid).signal, SIGKILL);

  pid = here.start({"device", "--config", "cabinet.toml", "--virtual"});
  ASSERT_TRUE(wait_for([&] { return gateway.hellos().size() == 2; }));
  EXPECT_EQ(gateway.hellos()[1].last_command, 1);
  gateway.command(2, link::Lock{});
  ASSERT_TRUE(wait_for([&] {
    const auto reports = gateway.reports();
    return !reports.empty() && std::holds_alternative<link::Manifest>(reports.back().body);
  }));
  const auto reports = gateway.reports();
  for (const auto& camera : std::get<link::Manifest>(reports.back().body).cameras) {
    ASSERT_GE(camera.segments.size(), 2U);
    EXPECT_EQ(camera.segments.back(), "");
  }
  ::kill(pid, SIGTERM);
  const testing::Ended ended = here.wait(pid);
  EXPECT_EQ(ended.signal, SIGTERM);
  EXPECT_THAT(ended.out, HasSubstr("screen: http://127.0.0.1:"));
}

TEST(DeviceProgram, SaysWhatIsWrongWithItsConfiguration) {
  const testing::Workplace here;
  EXPECT_EQ(here.tally({"device", "--config", "none.toml"}).exit_code, 3);
  here.write("cabinet.toml", device::config_template("http://127.0.0.1:9") + "colour = 1\n");
  const testing::Ended wrong = here.tally({"device", "--config", "cabinet.toml"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("unknown key \"colour\""));
  here.write("cabinet.toml", device::config_template("http://127.0.0.1:9"));
  const testing::Ended keyless = here.tally({"device", "--config", "cabinet.toml"});
  EXPECT_EQ(keyless.exit_code, 3);
  EXPECT_THAT(keyless.err, HasSubstr("tally device provision"));
}

}  // namespace
}  // namespace tally::cli
