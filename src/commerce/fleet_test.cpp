#include "commerce/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace tally::commerce {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Instant kBegin{std::chrono::hours(24 * 365 * 50)};

class Fleet : public ::testing::Test {
 protected:
  void push(const FleetEvent& event) {
    FleetStep made = step(health, event);
    health = std::move(made.health);
    for (const FleetEffect& effect : made.effects) {
      if (const auto* raised = std::get_if<RaiseCabinetAlert>(&effect)) {
        told.push_back(std::string(name_of(raised->alert)));
      } else {
        told.push_back("clear " + std::string(name_of(std::get<ClearCabinetAlert>(effect).alert)));
      }
    }
  }
  void beat(Duration after, std::optional<double> celsius = 4.0) {
    push(Heartbeat{kBegin + after, 1, celsius, {}});
  }

  CabinetHealth health;
  std::vector<std::string> told;
};

TEST_F(Fleet, ACabinetThatWasNeverSeenIsClosed) {
  EXPECT_THAT(why_closed(health, false), ElementsAre(Unwell::kOffline));
  push(CabinetConnected{kBegin, 1});
  EXPECT_THAT(why_closed(health, false), IsEmpty());
}

TEST_F(Fleet, WordsOfAnOldConnectionNeitherConnectNorDisconnect) {
  push(CabinetConnected{kBegin, 1});
  push(CabinetConnected{kBegin + seconds(1), 2});
  push(CabinetDisconnected{kBegin + seconds(2), 1});  // Found out late.
  EXPECT_THAT(why_closed(health, false), IsEmpty());
  push(CabinetDisconnected{kBegin + seconds(3), 2});
  EXPECT_FALSE(why_closed(health, false).empty());
  push(Heartbeat{kBegin + seconds(2), 2, 4.0, {}});  // Heard after its connection had ended.
  push(CabinetConnected{kBegin + seconds(1), 2});
  EXPECT_FALSE(why_closed(health, false).empty());
  push(CabinetDisconnected{kBegin + seconds(5), 3});  // Its end is told before its beginning.
  push(CabinetConnected{kBegin + seconds(4), 3});
  EXPECT_FALSE(why_closed(health, false).empty());
  push(Heartbeat{kBegin + seconds(6), 4, 4.0, {}});
  EXPECT_THAT(why_closed(health, false), IsEmpty());
}

TEST_F(Fleet, WhileAGatewayHoldsItSilenceIsForThatToTell) {
  push(CabinetConnected{kBegin, 1, "1", {}, "one"});
  EXPECT_FALSE(due(health));
  push(FleetTick{kBegin + minutes(60)});
  EXPECT_THAT(told, IsEmpty());
  EXPECT_THAT(why_closed(health, false), IsEmpty());
  push(CabinetDisconnected{kBegin + minutes(61), 1, kBegin + minutes(61) - seconds(10)});
  EXPECT_THAT(told, IsEmpty());
  EXPECT_EQ(due(health), kBegin + minutes(61) + seconds(35));
  push(FleetTick{kBegin + minutes(61) + seconds(35)});
  EXPECT_THAT(told, ElementsAre("offline"));
}

TEST_F(Fleet, ACabinetThatWasSilentBeforeItsConnectionEndedIsOfflineAtOnce) {
  push(CabinetConnected{kBegin, 1, "1", {}, "one"});
  push(CabinetDisconnected{kBegin + seconds(45), 1, kBegin});
  EXPECT_THAT(told, ElementsAre("offline"));
}

TEST_F(Fleet, AGatewayThatIsGoneTakesItsCabinetsAlongAndNoOthers) {
  push(CabinetConnected{kBegin, 1, "1", {}, "one"});
  push(GatewayLost{kBegin + seconds(50), "two", kBegin + seconds(5)});
  EXPECT_TRUE(health.connected);
  push(GatewayLost{kBegin + seconds(50), "one", kBegin + seconds(5)});
  EXPECT_FALSE(health.connected);
  EXPECT_EQ(health.last_seen, kBegin + seconds(5));
  EXPECT_THAT(told, ElementsAre("offline"));
  push(CabinetKept{kBegin + seconds(60), 1, "one.2"});  // It was not gone.
  EXPECT_THAT(why_closed(health, false), IsEmpty());
  EXPECT_FALSE(due(health));
  EXPECT_THAT(told, ElementsAre("offline", "clear offline"));
  push(CabinetConnected{kBegin + seconds(61), 2, "1", {}, "two"});
  push(CabinetKept{kBegin + seconds(62), 1, "one.3"});  // Of a connection that is no longer.
  EXPECT_EQ(health.gateway, "two");
}

TEST_F(Fleet, NewsIsWhatChangesMoreThanTimeAndAFewDegrees) {
  push(CabinetConnected{kBegin, 1, "1", {}, "one"});
  const auto news = [&](Duration after, std::optional<double> celsius,
                        std::vector<std::string> problems = {},
                        std::optional<std::int64_t> working = {}) {
    return is_news(health, Heartbeat{kBegin + after, 1, celsius, std::move(problems), working});
  };
  EXPECT_FALSE(news(seconds(15), std::nullopt));
  EXPECT_TRUE(news(seconds(15), 4.0));
  beat(seconds(15), 4.0);
  EXPECT_FALSE(news(seconds(30), 4.9));
  EXPECT_FALSE(news(seconds(30), std::nullopt));
  EXPECT_FALSE(news(seconds(30), -300.0));
  EXPECT_TRUE(news(seconds(30), 2.9));
  EXPECT_TRUE(news(seconds(30), 5.1));
  EXPECT_TRUE(news(seconds(30), 4.0, {"cam1 is dark"}));
  EXPECT_TRUE(news(seconds(30), 4.0, {}, 2));
  EXPECT_TRUE(news(minutes(21), 4.0));  // The alert of its silence ends.
  beat(seconds(30), 5.5);
  EXPECT_FALSE(news(seconds(45), 5.2));
  EXPECT_TRUE(news(seconds(45), 5.0));
}

TEST_F(Fleet, AReadingThatIsToldLateCountsFromItsOwnTime) {
  const Heartbeat warm{kBegin, 1, 6.0, {}};
  const Heartbeat silent{kBegin + minutes(1), 1, std::nullopt, {"cam1 is dark"}};
  const Heartbeat one = newer_of(warm, silent);
  EXPECT_THAT(one.camera_problems, ElementsAre("cam1 is dark"));
  push(one);
  EXPECT_EQ(health.warm_since, kBegin);
  EXPECT_EQ(health.celsius_at, kBegin);
  EXPECT_EQ(health.last_seen, kBegin + minutes(1));
  EXPECT_EQ(newer_of(warm, Heartbeat{kBegin + minutes(1), 1, 4.0, {}}).celsius, 4.0);
}

TEST_F(Fleet, ClearedWhileItIsWarmItsTimeBeginsAnew) {
  beat(minutes(0), 6.0);
  beat(minutes(20), 6.0);
  push(OperatorClears{kBegin + minutes(22)});
  EXPECT_FALSE(health.locked_warm);
  push(FleetTick{kBegin + minutes(42)});
  EXPECT_TRUE(health.locked_warm);
}

TEST_F(Fleet, AWarmCabinetWhoseThermometerDiesLocks) {
  beat(minutes(0), 6.0);
  EXPECT_EQ(due(health), kBegin + seconds(45));
  push(FleetTick{kBegin + seconds(45)});
  EXPECT_EQ(due(health), kBegin + minutes(20));
  push(FleetTick{kBegin + minutes(20) - Duration(1)});
  EXPECT_FALSE(health.locked_warm);
  push(FleetTick{kBegin + minutes(20)});
  EXPECT_THAT(told, ElementsAre("offline", "no_temperature", "too_warm"));
  EXPECT_TRUE(health.locked_warm);
  EXPECT_FALSE(due(health));
}

TEST_F(Fleet, SilenceIsAnAlertOnceAndAWordClearsIt) {
  beat(seconds(0));
  EXPECT_EQ(due(health), kBegin + seconds(45));
  push(FleetTick{kBegin + seconds(44)});
  EXPECT_THAT(told, IsEmpty());
  push(FleetTick{kBegin + seconds(45)});
  push(FleetTick{kBegin + seconds(60)});
  EXPECT_THAT(told, ElementsAre("offline"));
  EXPECT_FALSE(why_closed(health, true).empty());
  beat(seconds(70));
  EXPECT_THAT(told, ElementsAre("offline", "clear offline"));
}

TEST_F(Fleet, WarmForTwentyMinutesLocksUntilTheOperatorClearsIt) {
  beat(minutes(0), 5.1);
  beat(minutes(19), 6.0);
  EXPECT_FALSE(health.locked_warm);
  beat(minutes(20), 5.1);
  EXPECT_THAT(told, ElementsAre("too_warm"));
  beat(minutes(21), 2.0);
  EXPECT_THAT(why_closed(health, false), ElementsAre(Unwell::kWarm));
  EXPECT_THAT(why_closed(health, true), IsEmpty());
  push(OperatorClears{kBegin + minutes(22)});
  EXPECT_THAT(why_closed(health, false), IsEmpty());
  EXPECT_THAT(told, ElementsAre("too_warm", "clear too_warm"));
}

TEST_F(Fleet, OneColdReadingBeginsTheTimeAgain) {
  beat(minutes(0), 6.0);
  beat(minutes(10), 5.0);  // At the limit is cold enough.
  beat(minutes(11), 6.0);
  beat(minutes(30), 6.0);
  EXPECT_FALSE(health.locked_warm);
  beat(minutes(31), 6.0);
  EXPECT_TRUE(health.locked_warm);
}

TEST_F(Fleet, ReadingsThatCannotBeOrComeLateAreNone) {
  beat(minutes(0), 6.0);
  beat(minutes(5), std::numeric_limits<double>::quiet_NaN());
  beat(minutes(6), -300.0);
  EXPECT_EQ(health.celsius, 6.0);
  EXPECT_EQ(health.warm_since, kBegin);
  beat(minutes(20), 6.0);
  EXPECT_TRUE(health.locked_warm);
  beat(minutes(3), 1.0);
  EXPECT_EQ(health.celsius, 6.0);
}

TEST_F(Fleet, AThermometerThatFallsSilentIsAnAlert) {
  beat(minutes(0));
  for (int minute = 1; minute <= 20; ++minute) {
    beat(minutes(minute), std::nullopt);
    push(FleetTick{kBegin + minutes(minute)});
  }
  EXPECT_THAT(told, ElementsAre("no_temperature"));
  beat(minutes(21), 3.0);
  EXPECT_THAT(told, ElementsAre("no_temperature", "clear no_temperature"));
}

TEST_F(Fleet, CamerasAndForcedDoorsAreAlertsAndTheOperatorMayLock) {
  push(Heartbeat{kBegin, 1, 4.0, {"cam1 is dark"}});
  push(ForcedDoor{kBegin + seconds(1)});
  EXPECT_THAT(told, ElementsAre("camera", "door_forced"));
  push(OperatorLocks{kBegin + seconds(2)});
  EXPECT_THAT(why_closed(health, false), ElementsAre(Unwell::kLocked));
  push(OperatorClears{kBegin + seconds(3)});
  beat(seconds(4));
  EXPECT_THAT(told, ElementsAre("camera", "door_forced", "clear door_forced", "clear camera"));
  push(Heartbeat{kBegin + seconds(5), 1, 4.0,
                 std::vector<std::string>(kCameraProblemsMax + 5, "x")});
  EXPECT_EQ(health.camera_problems.size(), kCameraProblemsMax);
}

TEST_F(Fleet, ACabinetWithoutACameraThatWorksIsClosedButForRestocks) {
  push(CabinetConnected{kBegin, 1});
  const auto say = [&](std::optional<std::int64_t> working) {
    push(Heartbeat{kBegin, 1, 4.0, {"cam1: no frames"}, working});
  };
  say(1);
  EXPECT_THAT(why_closed(health, false), IsEmpty());
  EXPECT_THAT(told, ElementsAre("camera"));
  say(0);
  EXPECT_THAT(why_closed(health, false), ElementsAre(Unwell::kBlind));
  EXPECT_THAT(why_closed(health, true), IsEmpty());
  EXPECT_THAT(told, ElementsAre("camera", "blind"));
  push(OperatorClears{kBegin});  // Clears locks; it mends no camera.
  EXPECT_FALSE(why_closed(health, false).empty());
  say(1);
  EXPECT_THAT(why_closed(health, false), IsEmpty());
  EXPECT_THAT(told, ElementsAre("camera", "blind", "clear blind"));
  say(0);
  say(std::nullopt);  // Another program runs in it now, which does not say.
  EXPECT_THAT(why_closed(health, false), IsEmpty());
}

TEST_F(Fleet, AForcedDoorThatWasSeenToIsAnAlertAgainTheNextTimeAndOpensNoLock) {
  push(OperatorLocks{kBegin});
  push(ForcedDoor{kBegin + seconds(1)});
  push(DoorChecked{kBegin + seconds(2)});
  EXPECT_TRUE(health.locked_by_operator);
  push(ForcedDoor{kBegin + seconds(3)});
  EXPECT_THAT(told, ElementsAre("door_forced", "clear door_forced", "door_forced"));
}

}  // namespace
}  // namespace tally::commerce
