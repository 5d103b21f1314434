#include "device/cabinet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "base/files.hpp"

namespace tally::device {
namespace {

using ::testing::HasSubstr;
using State = CabinetState;
using Signal = CabinetSignal;

constexpr Duration kNow{1'000'000};
constexpr std::array kStates{State::kLocked,  State::kUnlocked, State::kOpen,
                             State::kLocking, State::kClosed,   State::kForced};
constexpr std::array kSignals{Signal::kUnlock,       Signal::kLock,    Signal::kDoorOpened,
                              Signal::kDoorClosed,   Signal::kTimeout, Signal::kStartedOpen,
                              Signal::kStartedClosed};
static_assert(kStates.size() == kCabinetStateCount && kSignals.size() == kCabinetSignalCount);

SessionId session_named(std::uint8_t number) { return SessionId::from_bits(IdBits{number}); }

Cabinet cabinet_in(State state) {
  Cabinet cabinet;
  cabinet.state = state;
  if (state != State::kLocked && state != State::kForced) cabinet.session = session_named(1);
  if (state == State::kUnlocked || state == State::kClosed) cabinet.deadline = kNow;
  cabinet.last_command = 10;
  return cabinet;
}

CommandCame command(std::int64_t counter, link::CommandBody body, std::int64_t valid_ms = 5'000) {
  return {kNow, {"cmd", counter, valid_ms, std::move(body)}, kNow};
}

CabinetEvent event_of(Signal signal) {
  switch (signal) {
    case Signal::kUnlock:
      return command(11, link::Unlock{session_named(1), 14'000});
    case Signal::kLock:
      return command(11, link::Lock{});
    case Signal::kDoorOpened:
      return DoorMoved{kNow, true};
    case Signal::kDoorClosed:
      return DoorMoved{kNow, false};
    case Signal::kTimeout:
      return TimePassed{kNow};
    case Signal::kStartedOpen:
      return Started{kNow, true};
    case Signal::kStartedClosed:
      return Started{kNow, false};
  }
  return TimePassed{kNow};
}

template <typename Effect>
const Effect* find(const CabinetStep& step) {
  const Effect* found = nullptr;
  for (const CabinetEffect& effect : step.effects) {
    if (const auto* one = std::get_if<Effect>(&effect)) found = one;
  }
  return found;
}

const CabinetTransition* row(State from, Signal on) {
  for (const CabinetTransition& one : cabinet_transitions()) {
    if (one.from == from && one.on == on) return &one;
  }
  return nullptr;
}

TEST(CabinetMachine, EveryPairOfStateAndSignalDoesWhatTheTableSays) {
  for (const State from : kStates) {
    for (const Signal on : kSignals) {
      const CabinetStep next = step(cabinet_in(from), event_of(on));
      const CabinetTransition* expected = row(from, on);
      EXPECT_EQ(next.cabinet.state, expected == nullptr ? from : expected->to)
          << name_of(from) << " " << name_of(on);
      const auto* answer = find<AnswerCommand>(next);
      const bool commanded = on == Signal::kUnlock || on == Signal::kLock;
      EXPECT_EQ(answer != nullptr, commanded);
      if (on == Signal::kUnlock) EXPECT_EQ(answer->answer.obeyed, expected != nullptr);
    }
  }
}

TEST(CabinetMachine, LocksAndRecordsJustWhereItsStatesSay) {
  for (const CabinetTransition& one : cabinet_transitions()) {
    const CabinetStep next = step(cabinet_in(one.from), event_of(one.on));
    const auto records = [](State state) {
      return state == State::kOpen || state == State::kLocking || state == State::kClosed;
    };
    EXPECT_EQ(find<Record>(next) != nullptr, records(one.to) && !records(one.from));
    EXPECT_EQ(find<EndRecording>(next) != nullptr, !records(one.to) && records(one.from));
    if (const auto* lock = find<SetLock>(next)) {
      const bool locked =
          one.to == State::kLocked || one.to == State::kForced || one.to == State::kLocking;
      EXPECT_EQ(lock->locked, locked);
    }
  }
}

TEST(CabinetMachine, ADoorThatIsForcedIsReportedWithoutASession) {
  const CabinetStep next = step(cabinet_in(State::kLocked), DoorMoved{kNow, true});
  ASSERT_EQ(next.cabinet.reports.size(), 1U);
  EXPECT_TRUE(next.cabinet.reports[0].session.empty());
  EXPECT_TRUE(std::holds_alternative<link::DoorOpened>(next.cabinet.reports[0].body));
}

TEST(CabinetMachine, ForcedDoorsBeyondALimitAreNotKept) {
  Cabinet cabinet;
  for (std::size_t i = 0; i < kForcedReportsMax; ++i) {
    cabinet = step(cabinet, DoorMoved{kNow, i % 2 == 0}).cabinet;
  }
  EXPECT_EQ(cabinet.reports.size(), kForcedReportsMax);
  cabinet = step(cabinet, DoorMoved{kNow, true}).cabinet;
  EXPECT_EQ(cabinet.reports.size(), kForcedReportsMax);
}

TEST(CabinetCommand, IsObeyedOnce) {
  const auto unlock = command(11, link::Unlock{session_named(1), 14'000});
  const CabinetStep first = step(cabinet_in(State::kLocked), unlock);
  EXPECT_TRUE(find<AnswerCommand>(first)->answer.obeyed);
  EXPECT_EQ(first.cabinet.last_command, 11);
  const CabinetStep again = step(first.cabinet, unlock);
  EXPECT_FALSE(find<AnswerCommand>(again)->answer.obeyed);
  EXPECT_THAT(find<AnswerCommand>(again)->answer.reason, HasSubstr("counter"));
}

TEST(CabinetCommand, IsRefusedOnceItsTimeIsOver) {
  auto unlock = command(11, link::Unlock{session_named(1), 14'000}, 100);
  unlock.arrived = kNow - Duration(99);
  EXPECT_TRUE(find<AnswerCommand>(step(cabinet_in(State::kLocked), unlock))->answer.obeyed);
  unlock.arrived = kNow - Duration(100);
  const CabinetStep late = step(cabinet_in(State::kLocked), unlock);
  EXPECT_FALSE(find<AnswerCommand>(late)->answer.obeyed);
  EXPECT_EQ(late.cabinet.last_command, 10);
  EXPECT_EQ(late.cabinet.state, State::kLocked);
}

TEST(CabinetCommand, ToUnlockForAnotherSessionIsRefused) {
  const CabinetStep next =
      step(cabinet_in(State::kUnlocked), command(11, link::Unlock{session_named(2), 14'000}));
  EXPECT_FALSE(find<AnswerCommand>(next)->answer.obeyed);
  EXPECT_EQ(next.cabinet.session, session_named(1));
}

TEST(CabinetTime, NobodyOpensAndItLocksJustThen) {
  const CabinetStep unlocked =
      step(cabinet_in(State::kLocked), command(11, link::Unlock{session_named(1), 14'000}));
  const Duration end = kNow + Duration(14'000);
  EXPECT_FALSE(step(unlocked.cabinet, TimePassed{end - Duration(1)}).changed);
  const CabinetStep locked = step(unlocked.cabinet, TimePassed{end});
  EXPECT_EQ(locked.cabinet.state, State::kLocked);
  EXPECT_TRUE(find<SetLock>(locked)->locked);
}

TEST(CabinetTime, WithoutWordAfterClosingItEndsBySelf) {
  const CabinetStep closed = step(cabinet_in(State::kOpen), DoorMoved{kNow, false});
  EXPECT_FALSE(step(closed.cabinet, TimePassed{kNow + kClosedTimeout - Duration(1)}).changed);
  const CabinetStep over = step(closed.cabinet, TimePassed{kNow + kClosedTimeout});
  EXPECT_EQ(over.cabinet.state, State::kLocked);
  EXPECT_EQ(find<EndRecording>(over)->session, session_named(1));
}

TEST(CabinetReports, AreKeptUntilTheyAreAcknowledged) {
  Cabinet cabinet = cabinet_in(State::kLocked);
  for (const bool open : {true, false, true})
    cabinet = step(cabinet, DoorMoved{kNow, open}).cabinet;
  cabinet = step(cabinet, Acknowledged{kNow, 2}).cabinet;
  ASSERT_EQ(cabinet.reports.size(), 1U);
  EXPECT_EQ(cabinet.reports[0].number, 3);
  EXPECT_TRUE(step(cabinet, Welcomed{kNow, 3}).cabinet.reports.empty());
}

TEST(CabinetReports, AreNumberedAnewWhereTheGatewayKnowsOfMoreThanTheCabinet) {
  Cabinet cabinet = cabinet_in(State::kLocked);
  cabinet = step(cabinet, DoorMoved{kNow, true}).cabinet;
  cabinet = step(cabinet, Welcomed{kNow, 40}).cabinet;
  ASSERT_EQ(cabinet.reports.size(), 1U);
  EXPECT_EQ(cabinet.reports[0].number, 41);
  EXPECT_EQ(step(cabinet, DoorMoved{kNow, false}).cabinet.last_report, 42);
}

TEST(CabinetWalk, RandomEventsKeepItsPromises) {
  std::mt19937_64 random(20261123);
  for (int walk = 0; walk < 200; ++walk) {
    Cabinet cabinet;
    bool locked = true;
    bool recording = false;
    std::int64_t obeyed = 0;
    Duration now{0};
    for (int i = 0; i < 200; ++i) {
      now += Duration(random() % 4'000);
      CabinetEvent event = event_of(kSignals[random() % kSignals.size()]);
      if (auto* came = std::get_if<CommandCame>(&event)) {
        came->now = came->arrived = now;
        came->command.counter = static_cast<std::int64_t>(random() % 400);
      } else if (auto* passed = std::get_if<TimePassed>(&event)) {
        passed->now = now;
      } else if (auto* moved = std::get_if<DoorMoved>(&event)) {
        moved->now = now;
      }
      const std::int64_t before = cabinet.last_report;
      const CabinetStep next = step(cabinet, event);
      for (const CabinetEffect& effect : next.effects) {
        if (const auto* lock = std::get_if<SetLock>(&effect)) locked = lock->locked;
        if (std::holds_alternative<Record>(effect)) {
          ASSERT_FALSE(std::exchange(recording, true));
        }
        if (std::holds_alternative<EndRecording>(effect)) {
          ASSERT_TRUE(std::exchange(recording, false));
        }
        const auto* answer = std::get_if<AnswerCommand>(&effect);
        if (answer != nullptr && answer->answer.obeyed) {
          ASSERT_GT(next.cabinet.last_command, obeyed);
          obeyed = next.cabinet.last_command;
        }
      }
      cabinet = next.cabinet;
      ASSERT_EQ(cabinet.last_report - before,
                static_cast<std::int64_t>(cabinet.reports.size()) - before);
      if (cabinet.state == State::kLocked) ASSERT_TRUE(locked && cabinet.session.empty());
      if (cabinet.state == State::kUnlocked) ASSERT_TRUE(!locked && cabinet.deadline);
    }
  }
}

TEST(CabinetDocument, ShowsTheMachineAsItIs) {
  const auto page =
      read_file(std::filesystem::path(TALLY_SOURCE_DIR) / "docs/device.md", std::size_t{1} << 20U);
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_TRUE(page->contains("```mermaid\n" + cabinet_diagram() + "```\n")) << cabinet_diagram();
}

}  // namespace
}  // namespace tally::device
