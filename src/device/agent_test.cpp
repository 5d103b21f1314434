// A cabinet's agent against a gateway in this process: real time, real files, real recorders.
#include "device/agent.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <filesystem>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/full_disk.hpp"
#include "device/config.hpp"
#include "device/testing_gateway.hpp"
#include "platform/http/client.hpp"

namespace tally::device {
namespace {
namespace fs = std::filesystem;

using ::testing::Contains;
using ::testing::HasSubstr;

constexpr Duration kPatience{30'000};

// One facing of one product, whatever the session.
Result<Shelf> shelf_of(const fs::path& /*session*/) {
  return Shelf{.width = 0.6,
               .height = 0.6,
               .products = {{"p05", 0.06, 0.06, 0.12}},
               .boards = {{"s2", 0.02}},
               .facings = {{"s2f1", 0, 0, -0.2, -0.12, 3, 2}}};
}

class AgentTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() /
              fmt::format("tally_agent_{}_{}", ::getpid(),
                          ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_ / "clips");
    // Two seconds of a picture that moves, key frames a second apart.
    const std::string command = fmt::format(
        "ffmpeg -v error -y -f lavfi -i testsrc=size=320x180:rate=15 -t 2 -c:v libx264 -preset "
        "ultrafast -g 15 -pix_fmt yuv420p {0}/clips/cam0.mp4 && cp {0}/clips/cam0.mp4 "
        "{0}/clips/cam1.mp4",
        folder_.string());
    ASSERT_EQ(std::system(command.c_str()), 0);
    gateway_ = std::make_unique<TestGateway>();
    write_config();
    ASSERT_TRUE(save_key(folder_ / "device.key", {CabinetId::from_bits(IdBits{1}), "right"}));
  }
  void TearDown() override {
    agent_.reset();
    gateway_.reset();
    fs::remove_all(folder_);
  }

  void write_config(const std::string& more = "", const std::string& mode = "auto") {
    const std::string text = fmt::format(
        "version = 1\nserver = \"{}\"\nkey_file = \"device.key\"\ndata = \"data\"\n"
        "segment_ms = 500\n{}\n[virtual]\nsessions = [\"clips\"]\nmode = \"{}\"\n"
        "open_after_ms = 50\n[[camera]]\nid = \"cam0\"\ndriver = \"file\"\n"
        "[[camera]]\nid = \"cam1\"\ndriver = \"file\"\n",
        gateway_->url(), more, mode);
    ASSERT_TRUE(write_file_atomically(folder_ / "cabinet.toml", text));
  }

  void start() {
    auto config = load_config(folder_ / "cabinet.toml");
    ASSERT_TRUE(config) << config.error().message;
    auto agent = Agent::start({.config = std::move(*config),
                               .version = "test",
                               .recorder = fs::path(TALLY_BINARY_DIR) / "tally-recorder",
                               .reconnect = {Duration(20), Duration(100)},
                               .retry = {Duration(20), Duration(100)},
                               .looks = looks_,
                               .tell = [this](std::string_view line) { log_.emplace_back(line); },
                               .read_shelf = shelf_of},
                              real_world());
    ASSERT_TRUE(agent) << agent.error().message;
    agent_ = std::move(*agent);
  }
  bool wait(const std::function<bool()>& done) {
    agent_->run_for(kPatience, done);
    return done();
  }
  void connect() {
    start();
    ASSERT_TRUE(wait([&] { return agent_->online(); }));
  }
  void unlock(std::int64_t counter = 1) {
    gateway_->command(counter, link::Unlock{session_, 14'000});
  }
  bool wait_for_state(CabinetState state) {
    return wait([&] { return agent_->cabinet().state == state; });
  }
  // From the door's closing, with `lock`, to the last report and segment.
  void finish(std::int64_t counter = 2) {
    ASSERT_TRUE(wait_for_state(CabinetState::kClosed));
    gateway_->command(counter, link::Lock{});
    ASSERT_TRUE(wait([&] {
      return manifest().has_value() && agent_->waiting_bytes() == 0 &&
             agent_->cabinet().reports.empty();
    }));
  }
  std::optional<link::Manifest> manifest() const {
    std::optional<link::Manifest> last;
    for (const link::Report& report : gateway_->reports()) {
      if (const auto* one = std::get_if<link::Manifest>(&report.body)) last = *one;
    }
    return last;
  }
  // The gateway has all that the manifest names, and each camera's stream is whole and decodes.
  void expect_whole() const {
    const auto told = manifest();
    ASSERT_TRUE(told);
    ASSERT_EQ(told->cameras.size(), 2U);
    const auto segments = gateway_->segments();
    for (const link::CameraSegments& camera : told->cameras) {
      ASSERT_GE(camera.segments.size(), 3U);
      for (std::size_t i = 0; i < camera.segments.size(); ++i) {
        const auto found =
            segments.find(fmt::format("{}/{}/{}", session_.text(), camera.camera, i));
        ASSERT_NE(found, segments.end());
        EXPECT_EQ(sha256_hex(found->second), camera.segments[i]);
      }
      EXPECT_EQ(frames_of(gateway_->joined(session_, camera.camera)),
                frames_of(*read_file(folder_ / "clips/cam0.mp4", 1U << 24U)));
    }
  }
  // The digests of what a decoder makes of it.
  std::string frames_of(const std::string& video) const {
    const fs::path file = folder_ / "joined.mp4";
    const fs::path list = folder_ / "frames.md5";
    EXPECT_TRUE(write_file_atomically(file, video));
    const std::string command = fmt::format(
        "ffmpeg -v error -y -i {} -fps_mode passthrough -f md5 {}", file.string(), list.string());
    EXPECT_EQ(std::system(command.c_str()), 0);
    return read_file(list, 1U << 20U).value_or("");
  }

  fs::path folder_;
  std::unique_ptr<TestGateway> gateway_;
  std::unique_ptr<Agent> agent_;
  std::vector<std::string> log_;
  CameraLookTimes looks_;
  SessionId session_ = SessionId::from_bits(IdBits{7});
};

TEST_F(AgentTest, PlaysASessionFromUnlockToManifest) {
  connect();
  EXPECT_EQ(gateway_->hellos().at(0).cameras, (std::vector<std::string>{"cam0", "cam1"}));
  unlock();
  finish();
  expect_whole();
  EXPECT_TRUE(gateway_->answers().at(0).obeyed);
  const auto reports = gateway_->reports();
  ASSERT_EQ(reports.size(), 4U);
  EXPECT_TRUE(std::holds_alternative<link::DoorOpened>(reports[0].body));
  EXPECT_TRUE(std::holds_alternative<link::Recording>(reports[1].body));
  EXPECT_TRUE(std::holds_alternative<link::DoorClosed>(reports[2].body));
  EXPECT_TRUE(std::holds_alternative<link::Manifest>(reports[3].body));
  EXPECT_TRUE(fs::is_empty(folder_ / "data/sessions"));
  EXPECT_FALSE(gateway_->heartbeats().empty());
}

TEST_F(AgentTest, UploadsWhileTheDoorIsOpen) {
  connect();
  unlock();
  EXPECT_TRUE(wait([&] { return !gateway_->segments().empty(); }));
  EXPECT_EQ(agent_->cabinet().state, CabinetState::kOpen);
}

TEST_F(AgentTest, BuffersWhileTheServerIsGoneAndTellsAllInOrderWhenItIsBack) {
  connect();
  unlock();
  ASSERT_TRUE(wait_for_state(CabinetState::kOpen));
  const std::uint16_t port = gateway_->port();
  const std::int64_t seen = gateway_->report_seen;
  auto before = gateway_->segments();
  gateway_.reset();
  ASSERT_TRUE(wait_for_state(CabinetState::kClosed));
  EXPECT_GT(agent_->waiting_bytes(), 0);
  EXPECT_FALSE(agent_->online());
  gateway_ = std::make_unique<TestGateway>(port);
  gateway_->report_seen = seen;
  ASSERT_TRUE(wait([&] { return agent_->online(); }));
  finish();
  const auto told = manifest();
  ASSERT_TRUE(told);
  auto segments = gateway_->segments();
  segments.merge(before);
  for (const link::CameraSegments& camera : told->cameras) {
    for (std::size_t i = 0; i < camera.segments.size(); ++i) {
      const std::string name = fmt::format("{}/{}/{}", session_.text(), camera.camera, i);
      ASSERT_TRUE(segments.contains(name)) << name;
      EXPECT_EQ(sha256_hex(segments[name]), camera.segments[i]);
    }
  }
}

TEST_F(AgentTest, TriesAgainWhereTheServerFails) {
  gateway_->fail_puts_with = 500;
  connect();
  unlock();
  ASSERT_TRUE(wait([&] { return gateway_->puts_so_far() >= 3; }));
  EXPECT_TRUE(gateway_->segments().empty());
  gateway_->fail_puts_with = 0;
  finish();
  expect_whole();
}

TEST_F(AgentTest, NamesLostWhatTheServerWillNeverTake) {
  gateway_->fail_puts_with = 404;
  connect();
  unlock();
  ASSERT_TRUE(wait_for_state(CabinetState::kClosed));
  gateway_->command(2, link::Lock{});
  ASSERT_TRUE(wait([&] {
    return agent_->waiting_bytes() == 0 && manifest().has_value() &&
           agent_->cabinet().reports.empty();
  }));
  for (const link::CameraSegments& camera : manifest()->cameras) {
    EXPECT_THAT(camera.segments, ::testing::Each(""));
  }
}

// Two seconds of video that take more than 2 MB.
void let_the_camera_see_much(const fs::path& folder) {
  const fs::path clip = folder / "clips/cam0.mp4";
  const std::string command = fmt::format(
      "ffmpeg -v error -y -f lavfi -i testsrc2=size=1280x720:rate=30 -t 2 -c:v libx264 -preset "
      "ultrafast -qp 4 -pix_fmt yuv420p {}",
      clip.string());
  ASSERT_EQ(std::system(command.c_str()), 0);
  ASSERT_GT(fs::file_size(clip), 2U << 20U);
}

TEST_F(AgentTest, DropsWhatExceedsTheBufferAndNamesItLost) {
  gateway_->fail_puts_with = 503;
  write_config("buffer_megabytes = 1");
  ASSERT_NO_FATAL_FAILURE(let_the_camera_see_much(folder_));
  connect();
  unlock();
  ASSERT_TRUE(wait_for_state(CabinetState::kClosed));
  gateway_->command(2, link::Lock{});
  ASSERT_TRUE(wait([&] { return manifest().has_value() && agent_->cabinet().reports.empty(); }));
  EXPECT_LE(agent_->waiting_bytes(), std::int64_t{1} << 20U);
  EXPECT_THAT(manifest()->cameras[0].segments, Contains(""));
}

TEST_F(AgentTest, ADiskThatIsFullLosesVideoAndSaysSoAndTheSessionGoesOn) {
  ASSERT_NO_FATAL_FAILURE(let_the_camera_see_much(folder_));
  connect();
  const FullDisk full(rlim_t{128} << 10U);
  unlock();
  ASSERT_TRUE(wait_for_state(CabinetState::kClosed));
  gateway_->command(2, link::Lock{});
  ASSERT_TRUE(wait([&] {
    return manifest().has_value() && agent_->waiting_bytes() == 0 &&
           agent_->cabinet().reports.empty();
  }));
  // What did not fit is named lost, so that a human decides; what fitted has come.
  EXPECT_THAT(manifest()->cameras[0].segments, Contains(""));
  EXPECT_TRUE(wait([&] { return !gateway_->heartbeats().back().camera_problems.empty(); }));
  EXPECT_EQ(agent_->cabinet().state, CabinetState::kLocked);
}

TEST_F(AgentTest, AWrongKeyIsToldAndTriedAgainAndANewOneTaken) {
  gateway_->key = "other";
  start();
  ASSERT_TRUE(wait([&] { return !log_.empty(); }));
  EXPECT_THAT(log_, Contains(HasSubstr("refuses the cabinet's key")));
  EXPECT_FALSE(agent_->online());
  ASSERT_TRUE(save_key(folder_ / "device.key", {CabinetId::from_bits(IdBits{1}), "other"}));
  EXPECT_TRUE(wait([&] { return agent_->online(); }));
}

TEST_F(AgentTest, ACommandThatIsTooOldOrWasObeyedBeforeIsRefused) {
  connect();
  gateway_->command(5, link::Unlock{session_, 14'000}, 0);
  ASSERT_TRUE(wait([&] { return gateway_->answers().size() == 1; }));
  EXPECT_FALSE(gateway_->answers()[0].obeyed);
  gateway_->command(6, link::ShowText{"Good morning"});
  ASSERT_TRUE(wait([&] { return gateway_->answers().size() == 2; }));
  EXPECT_TRUE(gateway_->answers()[1].obeyed);
  agent_.reset();
  connect();
  EXPECT_EQ(gateway_->hellos().back().last_command, 6);
  unlock(6);
  ASSERT_TRUE(wait([&] { return gateway_->answers().size() == 3; }));
  EXPECT_FALSE(gateway_->answers()[2].obeyed);
  EXPECT_EQ(agent_->cabinet().state, CabinetState::kLocked);
}

TEST_F(AgentTest, AfterARestartInMidSessionTheManifestSaysThatSomethingIsMissing) {
  connect();
  unlock();
  ASSERT_TRUE(wait([&] { return gateway_->segments().size() >= 2; }));
  agent_.reset();
  connect();
  EXPECT_EQ(agent_->cabinet().state, CabinetState::kClosed);
  gateway_->command(2, link::Lock{});
  ASSERT_TRUE(wait([&] {
    return manifest().has_value() && agent_->waiting_bytes() == 0 &&
           agent_->cabinet().reports.empty();
  }));
  for (const link::CameraSegments& camera : manifest()->cameras) {
    EXPECT_EQ(camera.segments.back(), "");
    EXPECT_NE(camera.segments.front(), "");
  }
}

TEST_F(AgentTest, LocksAgainWhereNobodyOpens) {
  write_config("", "manual");
  connect();
  gateway_->command(1, link::Unlock{session_, 50});
  ASSERT_TRUE(wait_for_state(CabinetState::kUnlocked));
  EXPECT_FALSE(agent_->simulated()->locked());
  ASSERT_TRUE(wait_for_state(CabinetState::kLocked));
  EXPECT_TRUE(agent_->simulated()->locked());
  EXPECT_FALSE(agent_->simulated()->open());
}

TEST_F(AgentTest, ADoorThatIsForcedIsReported) {
  write_config("", "manual");
  connect();
  ASSERT_TRUE(agent_->simulated()->force_open());
  ASSERT_TRUE(wait([&] { return gateway_->reports().size() == 1; }));
  EXPECT_TRUE(gateway_->reports()[0].session.empty());
}

TEST_F(AgentTest, ACameraWithoutItsClipIsAProblemAndNotTheEndOfTheSession) {
  fs::remove(folder_ / "clips/cam1.mp4");
  connect();
  unlock();
  finish();
  EXPECT_EQ(manifest()->cameras[1].segments, std::vector<std::string>{""});
  EXPECT_TRUE(wait([&] { return !gateway_->heartbeats().back().camera_problems.empty(); }));
}

TEST_F(AgentTest, TellsWhichCamerasAreDeadThoughNobodyShops) {
  looks_ = {.every = Duration(20), .again = Duration(20)};
  fs::rename(folder_ / "clips", folder_ / "away");
  connect();
  ASSERT_TRUE(wait([&] { return gateway_->cameras_working() == 0; }));
  EXPECT_EQ(gateway_->heartbeats().back().camera_problems.size(), 2U);
  fs::rename(folder_ / "away", folder_ / "clips");
  ASSERT_TRUE(wait([&] { return gateway_->cameras_working() == 2; }));
  EXPECT_TRUE(gateway_->heartbeats().back().camera_problems.empty());
}

TEST_F(AgentTest, ALookGivesWayToASession) {
  looks_ = {.every = Duration(1), .again = Duration(1)};  // One is always under way.
  connect();
  unlock();
  finish();
  expect_whole();
}

TEST_F(AgentTest, PlaysWhatFreePlayHasRenderedAndHearsWhatWasCharged) {
  ASSERT_TRUE(write_file_atomically(
      folder_ / "renderer",
      "#!/bin/sh\ncp -r \"$2\" \"$6\"\n"
      "echo '{\"cart\": [{\"product\": \"p05\", \"quantity\": 1}]}' > \"$6/truth.json\"\n"));
  fs::permissions(folder_ / "renderer", fs::perms::owner_all);
  write_config("[screen]\nport = 0\n");
  const fs::path file = folder_ / "cabinet.toml";
  std::string text = *read_file(file, kConfigBytesMax);
  text.replace(text.find("[virtual]\n"), 10, "[virtual]\nrenderer = \"renderer\"\n");
  ASSERT_TRUE(write_file_atomically(file, text));
  connect();
  const auto client = *http::HttpClient::start({});
  const std::string screen = fmt::format("http://127.0.0.1:{}", *agent_->screen_port());
  const auto play = [&] {
    const auto state = client->call_and_wait({.url = screen + "/state"});
    return state ? nlohmann::json::parse(state->body).at("play") : nlohmann::json();
  };
  for (const std::string act : {R"({"take": "s2f1"})", R"({"do": "render"})"}) {
    const auto done = client->call_and_wait(
        {.method = http::Method::kPost, .url = screen + "/play", .body = act});
    ASSERT_TRUE(done && done->status == 200) << act;
  }
  ASSERT_TRUE(wait([&] { return play().at("stage") == "ready"; }));
  unlock();
  ASSERT_TRUE(wait_for_state(CabinetState::kOpen));
  EXPECT_THAT(log_, Contains(HasSubstr("plays " + (folder_ / "data/free_play/session").string())));
  EXPECT_EQ(play().at("stage"), "playing");
  finish();
  expect_whole();
  ASSERT_TRUE(wait([&] { return play().at("charge").is_object(); }));
  EXPECT_EQ(play().at("charge").at("lines"), nullptr);
  gateway_->session_answer =
      R"({"state": "settled", "receipt": {"lines": [{"sku": "2-p05", "quantity": 1}]}})";
  ASSERT_TRUE(wait([&] { return play().at("charge").at("lines").is_array(); }));
  EXPECT_EQ(play().at("charge").at("lines"), play().at("truth"));
}

TEST_F(AgentTest, IsProvisionedByACodeThatWorksOnce) {
  auto config = load_config(folder_ / "cabinet.toml");
  ASSERT_TRUE(config);
  auto client = start_client(*config);
  ASSERT_TRUE(client);
  const auto made = provision(**client, config->server, "GOOD");
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->name, "Lobby");
  const auto refused = provision(**client, config->server, "USED");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("used or too old"));
  const auto newer = rotate_key(**client, config->server, made->key);
  ASSERT_TRUE(newer);
  EXPECT_EQ(newer->key, "newer");
  EXPECT_EQ(newer->cabinet, made->key.cabinet);
}

}  // namespace
}  // namespace tally::device
