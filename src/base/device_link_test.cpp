#include "base/device_link.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace tally::link {
namespace {

using ::testing::HasSubstr;

IdBits bits() {
  IdBits all{};
  all.fill(0x5A);
  return all;
}
const SessionId kSession = SessionId::from_bits(bits());

std::vector<FromCabinet> every_message_of_a_cabinet() {
  const std::string sha(64, 'a');
  return {Hello{kProtocol, CabinetId::from_bits(bits()), "0.1.0", 7, {"cam0", "cam1"}},
          Heartbeat{3.5, true, 12'000, {"cam1 is dark"}},
          Heartbeat{std::nullopt, false, 0, {}},
          Heartbeat{4.0, false, 0, {"cam0: no frames"}, 0},
          Report{1, kSession, 20, DoorOpened{}},
          Report{2, SessionId{}, 0, DoorClosed{}},
          Report{3, kSession, 5, Recording{{{"cam0", 2}, {"cam1", -14}}}},
          Report{4, kSession, 5, Manifest{{{"cam0", {sha, ""}}, {"cam1", {}}}}},
          CommandAnswer{"c1", true, ""},
          CommandAnswer{"c2", false, "too warm"}};
}

std::vector<FromGateway> every_message_of_a_gateway() {
  return {Welcome{15'000, 4},
          ReportSeen{9},
          Command{"c1", 1, 14'000, Unlock{kSession, 14'000}},
          Command{"c2", 2, 1000, Lock{}},
          Command{"c3", 3, 1000, ShowToken{"https://example.org/s/abc", 60'000}},
          Command{"c4", 4, 1000, ShowText{"Out of order"}}};
}

TEST(DeviceLink, EveryMessageIsReadAsItWasWritten) {
  for (const FromCabinet& message : every_message_of_a_cabinet()) {
    const std::string text = to_json(message);
    const auto read = parse_from_cabinet(text);
    ASSERT_TRUE(read) << text << ": " << read.error().message;
    EXPECT_EQ(read->index(), message.index());
    EXPECT_EQ(to_json(*read), text);
  }
  for (const FromGateway& message : every_message_of_a_gateway()) {
    const std::string text = to_json(message);
    const auto read = parse_from_gateway(text);
    ASSERT_TRUE(read) << text << ": " << read.error().message;
    EXPECT_EQ(to_json(*read), text);
  }
}

// A cabinet of an older program counts none.
TEST(DeviceLink, AHeartbeatMayTellNoNumberOfCameras) {
  const auto counts = [](std::string_view text) {
    return std::get<Heartbeat>(parse_from_cabinet(text).value()).cameras_working;
  };
  auto beat = nlohmann::json::parse(to_json(FromCabinet(Heartbeat{4.0, false, 0, {}, 3})));
  EXPECT_EQ(counts(beat.dump()), 3);
  beat.erase("cameras_working");
  EXPECT_EQ(counts(beat.dump()), std::nullopt);
  beat["cameras_working"] = kCamerasMax + 1;
  EXPECT_FALSE(parse_from_cabinet(beat.dump()));
}

// Each field missing, of another type, or gone wrong is an error or let by; never something else.
TEST(DeviceLink, EveryDamagedFieldIsAnErrorOrIgnored) {
  int errors = 0;
  for (const FromCabinet& message : every_message_of_a_cabinet()) {
    const auto whole = nlohmann::json::parse(to_json(message));
    for (const auto& [key, value] : whole.items()) {
      for (const nlohmann::json& wrong :
           {nlohmann::json(), nlohmann::json(-1), nlohmann::json("?"), nlohmann::json(true),
            nlohmann::json::array({1}), nlohmann::json(1e300)}) {
        nlohmann::json damaged = whole;
        damaged[key] = wrong;
        const auto read = parse_from_cabinet(damaged.dump());
        if (read) continue;
        ++errors;
        EXPECT_THAT(read.error().message, HasSubstr("device link: "));
      }
      nlohmann::json without = whole;
      without.erase(key);
      errors += parse_from_cabinet(without.dump()) ? 0 : 1;
    }
  }
  EXPECT_GT(errors, 150);
}

TEST(DeviceLink, ErrorsNameWhatIsWrong) {
  const auto error = [](std::string_view text) {
    const auto read = parse_from_cabinet(text);
    return read ? std::string() : std::string(read.error().code.name) + " " + read.error().message;
  };
  EXPECT_THAT(error("["), HasSubstr("link.syntax device link: not JSON"));
  EXPECT_THAT(error("[]"), HasSubstr("must be an object"));
  EXPECT_THAT(error(R"({"kind":"dance"})"), HasSubstr("link.kind device link: no message of kind"));
  EXPECT_THAT(error(R"({"kind":"report","number":0})"), HasSubstr("link.value"));
  EXPECT_THAT(error(R"({"kind":"answer","command":"c","obeyed":1})"),
              HasSubstr("obeyed: must be true or false"));
  EXPECT_THAT(error(R"({"kind":"report","number":1,"session":"pay_1","age_ms":0})"),
              HasSubstr("session: must be an id that begins with ses_"));
  EXPECT_THAT(error(std::string(kMessageBytesMax + 1, ' ')), HasSubstr("link.too_large"));
  EXPECT_EQ(parse_from_gateway(R"({"kind":"hello"})").error().code.name, "link.kind");
}

TEST(DeviceLink, AnUnknownFieldIsLetBy) {
  EXPECT_TRUE(parse_from_gateway(R"({"kind":"report_seen","number":1,"colour":"red"})"));
}

TEST(DeviceLink, TheLargestManifestFitsAMessage) {
  const CameraSegments camera{std::string(64, 'c'),
                              std::vector<std::string>(kSegmentsMax, std::string(64, 'a'))};
  const Manifest whole{std::vector<CameraSegments>(kCamerasMax, camera)};
  const std::string text = to_json(FromCabinet(Report{1, kSession, 0, whole}));
  EXPECT_LT(text.size(), kMessageBytesMax);
  EXPECT_TRUE(parse_from_cabinet(text));
  const CameraSegments more{"cam0", std::vector<std::string>(kSegmentsMax + 1, "")};
  EXPECT_FALSE(parse_from_cabinet(to_json(FromCabinet(Report{1, kSession, 0, Manifest{{more}}}))));
}

TEST(DeviceLink, AReportThatCannotBeReadHasItsNumberStill) {
  EXPECT_EQ(report_number(R"({"kind": "report", "number": 7, "what": "danced"})"), 7);
  EXPECT_EQ(report_number(R"({"kind": "report", "number": 0})"), std::nullopt);
  EXPECT_EQ(report_number(R"({"kind": "hello", "number": 7})"), std::nullopt);
  EXPECT_EQ(report_number(R"({"kind": "report"})"), std::nullopt);
  EXPECT_EQ(report_number("report 7"), std::nullopt);
}

}  // namespace
}  // namespace tally::link
