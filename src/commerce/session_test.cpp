#include "commerce/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <tuple>

namespace tally::commerce {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Instant kBegin{hours(24 * 365 * 50)};

template <typename Id>
Id id_of(std::uint8_t number) {
  IdBits bits{};
  bits.back() = number;
  return Id::from_bits(bits);
}

SessionRequest request() {
  return {.id = id_of<SessionId>(1),
          .tenant = id_of<TenantId>(2),
          .cabinet = id_of<CabinetId>(3),
          .shopper = id_of<ShopperId>(4),
          .review = {},
          .policy = {},
          .hold_amount = {5000, Currency::parse("EUR").value()},
          .at = kBegin};
}

SessionRequest restocking() {
  SessionRequest restock = request();
  restock.kind = SessionKind::kRestock;
  restock.shopper = {};
  restock.hold_amount = {};
  return restock;
}

CartDecided cart(Instant at, DecisionKind kind, int quantity = 1, double confidence = 0.97) {
  Decision decision{.kind = kind, .probability = confidence, .reasons = {}};
  if (kind == DecisionKind::kReview) decision.reasons = {"cam1 was lost"};
  return {at,
          {{.product = "cola", .quantity = quantity, .confidence = confidence, .events = {0}}},
          decision};
}

// A session on its way: events are pushed, effects remembered.
class Walk {
 public:
  explicit Walk(const SessionRequest& wish) { take(begin_session(wish)); }

  Walk& push(const SessionEvent& event) {
    take(step(session, event));
    return *this;
  }

  template <typename Effect>
  [[nodiscard]] int count() const {
    int found = 0;
    for (const SessionEffect& effect : effects) found += std::holds_alternative<Effect>(effect);
    return found;
  }
  template <typename Effect>
  [[nodiscard]] const Effect& last() const {
    const Effect* found = nullptr;
    for (const SessionEffect& effect : effects) {
      if (const auto* one = std::get_if<Effect>(&effect)) found = one;
    }
    EXPECT_NE(found, nullptr);
    static const Effect kNothing{};
    return found == nullptr ? kNothing : *found;
  }
  [[nodiscard]] bool alerted(SessionAlert alert) const {
    for (const SessionEffect& effect : effects) {
      const auto* raised = std::get_if<RaiseAlert>(&effect);
      if (raised != nullptr && raised->alert == alert) return true;
    }
    return false;
  }

  Session session;
  std::vector<SessionEffect> effects;

 private:
  void take(Result<SessionStep> made) {
    ASSERT_TRUE(made) << made.error().message;
    session = std::move(made->session);
    effects.insert(effects.end(), made->effects.begin(), made->effects.end());
  }
};

Walk opened(SessionRequest wish = request()) {
  Walk walk(wish);
  if (wish.kind == SessionKind::kShopping) walk.push(HoldPlaced{kBegin + seconds(1)});
  walk.push(DoorOpened{kBegin + seconds(4)});
  return walk;
}

Walk closed(SessionRequest wish = request()) {
  Walk walk = opened(std::move(wish));
  walk.push(DoorClosed{kBegin + seconds(20)}).push(Tick{kBegin + seconds(22)});
  return walk;
}

// One session in each state.
std::map<SessionState, Session> one_of_each() {
  std::map<SessionState, Session> sessions;
  const auto keep = [&](const Walk& walk) { sessions[walk.session.state] = walk.session; };
  keep(Walk(request()));
  keep(Walk(request()).push(ActionNeeded{kBegin}));
  keep(Walk(request()).push(HoldPlaced{kBegin}));
  keep(opened());
  keep(opened().push(DoorClosed{kBegin + seconds(20)}));
  keep(closed());
  keep(closed().push(cart(kBegin + seconds(23), DecisionKind::kReview)));
  keep(closed().push(cart(kBegin + seconds(23), DecisionKind::kCharge)));
  keep(Walk(request()).push(Cancelled{kBegin}));
  return sessions;
}

std::vector<SessionEvent> events_at(Instant at) {
  return {HoldPlaced{at},
          HoldRefused{at, 1, "card_declined"},
          ActionNeeded{at},
          Cancelled{at},
          UnlockRefused{at, "too warm"},
          DoorOpened{at},
          DoorClosed{at},
          cart(at, DecisionKind::kCharge),
          FootageLost{at, "segment 4 of cam1 is missing"},
          ReviewDecided{at, {{"cola", 1}}},
          Tick{at}};
}

TEST(Session, EveryPairOfStateAndEventIsInTheTableOrAnError) {
  const auto sessions = one_of_each();
  ASSERT_EQ(sessions.size(), static_cast<std::size_t>(kSessionStates));
  for (const auto& [state, session] : sessions) {
    for (const SessionEvent& event : events_at(kBegin + hours(1))) {
      const SessionEventKind kind = kind_of(event);
      const auto made = step(session, event);
      SCOPED_TRACE(fmt::format("{} on {}", name_of(state), name_of(kind)));
      ASSERT_EQ(made.has_value(), can(session_transitions(), state, kind));
      if (made) {
        EXPECT_TRUE(has(session_transitions(), state, kind, made->session.state));
      } else {
        EXPECT_EQ(made.error().code.name, "commerce.transition");
        EXPECT_THAT(made.error().message, HasSubstr(name_of(state)));
      }
    }
  }
}

TEST(Session, TheUsualWayHoldsUnlocksWatchesAndSettlesOnce) {
  Walk walk = closed();
  EXPECT_EQ(walk.last<AskHold>().amount.minor, 5000);
  EXPECT_EQ(walk.last<SendUnlock>().expires, kBegin + seconds(1) + seconds(14));
  EXPECT_EQ(walk.count<Watch>(), 1);
  EXPECT_EQ(walk.count<FinishWatch>(), 1);
  walk.push(cart(kBegin + seconds(23), DecisionKind::kCharge));
  EXPECT_THAT(walk.last<Settle>().lines, ElementsAre(ChargeLine{"cola", 1}));
  EXPECT_FALSE(walk.last<Settle>().by_human);
  EXPECT_EQ(walk.count<ReleaseHold>(), 0);  // What is not captured, the payment releases.
  EXPECT_FALSE(step(walk.session, cart(kBegin + seconds(24), DecisionKind::kCharge)));
}

TEST(Session, ADoorThatNobodyOpensIsLockedAndTheHoldReleased) {
  Walk walk(request());
  walk.push(HoldPlaced{kBegin + seconds(1)});
  walk.push(Tick{kBegin + seconds(20)});
  EXPECT_EQ(walk.session.state, SessionState::kUnlocking);  // Its word may still be on the way.
  walk.push(Tick{kBegin + seconds(21)});
  EXPECT_EQ(walk.session.end, SessionEnd::kNotOpened);
  EXPECT_EQ(walk.count<SendLock>(), 1);
  EXPECT_EQ(walk.count<ReleaseHold>(), 1);
}

TEST(Session, ADoorThatOpenedInTimeButIsToldLateIsHeldForAgain) {
  Walk walk(request());
  walk.push(HoldPlaced{kBegin + seconds(1)}).push(Tick{kBegin + seconds(21)});
  const Walk ended = walk;
  walk.push(DoorOpened{kBegin + seconds(14)});  // So long ago, by its report.
  EXPECT_EQ(walk.session.state, SessionState::kOpen);
  EXPECT_EQ(walk.session.end, SessionEnd::kNone);
  EXPECT_EQ(walk.last<AskHold>().number, 2);
  EXPECT_EQ(walk.count<Watch>(), 1);
  walk.push(HoldPlaced{kBegin + seconds(40), 1});  // The first one's, told again.
  EXPECT_EQ(walk.last<ReleaseHold>().number, 1);
  EXPECT_EQ(walk.session.hold, HoldStatus::kAsked);
  walk.push(HoldRefused{kBegin + seconds(41), 2, "insufficient_funds"});
  EXPECT_EQ(walk.session.state, SessionState::kOpen);
  EXPECT_EQ(walk.session.hold, HoldStatus::kRefused);

  // Someone else's opening, later, is no part of it.
  const Instant limit = kBegin + seconds(1 + 14 + 6);
  EXPECT_EQ(Walk(ended).push(DoorOpened{limit}).session.state, SessionState::kOpen);
  Walk forced = Walk(ended).push(DoorOpened{limit + milliseconds(1)});
  EXPECT_EQ(forced.session.state, SessionState::kEnded);
  EXPECT_TRUE(forced.alerted(SessionAlert::kDoorForced));
  EXPECT_EQ(forced.count<AskHold>(), 1);
}

TEST(Session, AHoldPlacedAfterTheEndIsReleased) {
  Walk walk(request());
  walk.push(Tick{kBegin + seconds(30)});
  EXPECT_EQ(walk.session.end, SessionEnd::kNoAnswer);
  EXPECT_EQ(walk.count<ReleaseHold>(), 1);
  walk.push(HoldPlaced{kBegin + seconds(31)});
  EXPECT_EQ(walk.count<ReleaseHold>(), 2);
  EXPECT_EQ(walk.count<SendUnlock>(), 0);
}

TEST(Session, ADeclinedHoldNeverUnlocks) {
  Walk walk(request());
  walk.push(HoldRefused{kBegin + seconds(1), 1, "insufficient_funds"});
  EXPECT_EQ(walk.session.end, SessionEnd::kDeclined);
  EXPECT_EQ(walk.session.decline_code, "insufficient_funds");
  EXPECT_EQ(walk.count<SendUnlock>(), 0);
  EXPECT_EQ(walk.count<ReleaseHold>(), 0);
}

TEST(Session, ADoorOpenedWithinTheGraceJoinsTheSameSession) {
  Walk walk = opened();
  walk.push(DoorClosed{kBegin + seconds(20)}).push(DoorOpened{kBegin + seconds(21)});
  EXPECT_EQ(walk.session.state, SessionState::kOpen);
  EXPECT_EQ(walk.session.openings, 2);
  walk.push(DoorClosed{kBegin + seconds(30)}).push(Tick{kBegin + seconds(22)});
  EXPECT_EQ(walk.session.state,
            SessionState::kGrace);  // The first closing's time is over; not its.
  walk.push(Tick{kBegin + seconds(32)});
  EXPECT_EQ(walk.session.state, SessionState::kDeciding);
  EXPECT_EQ(walk.count<Watch>(), 1);
  EXPECT_EQ(walk.count<SendLock>(), 1);
}

TEST(Session, AClosingThatSeemsToComeBeforeItsOpeningIsOneStill) {
  Walk walk = opened();
  const Instant opened_at = *walk.session.last_opened;
  walk.push(DoorClosed{kBegin});
  EXPECT_EQ(walk.session.state, SessionState::kGrace);
  EXPECT_EQ(walk.session.last_closed, opened_at);
  walk.push(Tick{opened_at + seconds(2)});
  EXPECT_EQ(walk.session.state, SessionState::kDeciding);
}

TEST(Session, ADoorLeftOpenAlarmsAgainAndEndsInAReview) {
  Walk walk = opened();
  const Instant at = kBegin + seconds(4);
  walk.push(Tick{at + seconds(89)});
  EXPECT_EQ(walk.count<RaiseAlert>(), 0);
  for (int alarm = 1; alarm <= kDoorAlarmsMax; ++alarm) {
    walk.push(Tick{at + seconds(90 * alarm)});
    EXPECT_EQ(walk.count<RaiseAlert>(), alarm);
  }
  walk.push(Tick{at + hours(1)});
  EXPECT_EQ(walk.count<RaiseAlert>(), kDoorAlarmsMax);
  walk.push(Tick{at + hours(72)});
  EXPECT_EQ(walk.session.state, SessionState::kReview);
}

TEST(Session, AForcedDoorAlarmsAndAHumanLooksHoweverSureTheCart) {
  Walk walk = closed();
  walk.push(DoorOpened{kBegin + seconds(23)});
  EXPECT_TRUE(walk.alerted(SessionAlert::kDoorForced));
  walk.push(cart(kBegin + seconds(24), DecisionKind::kCharge));
  EXPECT_EQ(walk.session.state, SessionState::kReview);
  EXPECT_THAT(walk.last<OpenReview>().reasons, ElementsAre(HasSubstr("opened again")));
  Walk cancelled = Walk(request()).push(Cancelled{kBegin}).push(DoorOpened{kBegin + seconds(9)});
  EXPECT_EQ(cancelled.session.state, SessionState::kEnded);
  EXPECT_TRUE(cancelled.alerted(SessionAlert::kDoorForced));
}

TEST(Session, FootageThatIsLostChargesNothingWithoutAHuman) {
  Walk walk = closed();
  walk.push(FootageLost{kBegin + seconds(30), "segment 4 of cam1 is missing"});
  EXPECT_EQ(walk.count<Settle>(), 0);
  EXPECT_THAT(walk.last<OpenReview>().reasons, ElementsAre("segment 4 of cam1 is missing"));
  walk.push(ReviewDecided{kBegin + hours(2), {}});
  EXPECT_TRUE(walk.last<Settle>().lines.empty());
  EXPECT_TRUE(walk.last<Settle>().by_human);
}

TEST(Session, FootageThatIsLostBeforeTheGraceIsOverStillGoesToAHuman) {
  Walk walk = opened();
  walk.push(DoorClosed{kBegin + seconds(20)});
  walk.push(FootageLost{kBegin + seconds(21), "segment 4 of cam1 is lost"});
  walk.push(Tick{kBegin + seconds(22)}).push(cart(kBegin + seconds(23), DecisionKind::kCharge));
  EXPECT_EQ(walk.count<Settle>(), 0);
  EXPECT_THAT(walk.last<OpenReview>().reasons, ElementsAre("segment 4 of cam1 is lost"));
}

TEST(Session, ARefusedUnlockLocksAgainAndAnOpeningInItsTimeStillCounts) {
  Walk walk(request());
  walk.push(HoldPlaced{kBegin + seconds(1)});
  walk.push(UnlockRefused{kBegin + seconds(2), "seen before"});
  EXPECT_EQ(walk.session.end, SessionEnd::kUnlockRefused);
  EXPECT_EQ(walk.count<SendLock>(), 1);
  walk.push(DoorOpened{kBegin + seconds(3)});
  EXPECT_EQ(walk.session.state, SessionState::kOpen);
  EXPECT_EQ(walk.last<AskHold>().number, 2);
}

TEST(Session, ReportsOfAnEarlierOpeningChangeNothing) {
  Walk walk = opened();
  walk.push(DoorClosed{kBegin + seconds(20)}).push(DoorOpened{kBegin + seconds(4)});
  EXPECT_EQ(walk.session.state, SessionState::kGrace);
  walk.push(DoorOpened{kBegin + seconds(21)}).push(DoorClosed{kBegin + seconds(20)});
  EXPECT_EQ(walk.session.state, SessionState::kOpen);
  Walk deciding = closed().push(DoorOpened{kBegin + seconds(4)});
  EXPECT_TRUE(deciding.session.notes.empty());
  Walk settled = closed().push(cart(kBegin + seconds(23), DecisionKind::kCharge));
  settled.push(DoorOpened{kBegin + seconds(60)});
  EXPECT_TRUE(settled.alerted(SessionAlert::kDoorForced));
}

TEST(Session, WhatCostsNothingReleasesTheHold) {
  const Walk walk = closed().push(cart(kBegin + seconds(23), DecisionKind::kNothing, 0));
  EXPECT_EQ(walk.session.state, SessionState::kSettled);
  EXPECT_EQ(walk.last<ReleaseHold>().number, 1);
}

TEST(Session, RestockingThatIsNeverToldClosedEndsWithoutAReview) {
  Walk walk = opened(restocking());
  walk.push(Tick{kBegin + hours(73)});
  EXPECT_EQ(walk.session.end, SessionEnd::kRestocked);
  EXPECT_EQ(walk.count<EndRestock>(), 1);
  EXPECT_EQ(walk.count<OpenReview>() + walk.count<StopWatch>(), 0);
}

TEST(Session, VideoThatComesLateIsToldAndThenGivenUp) {
  Walk walk = closed();
  walk.push(Tick{kBegin + seconds(20) + seconds(60)});
  EXPECT_EQ(walk.last<TellShopper>().news, ShopperNews::kLate);
  walk.push(Tick{kBegin + hours(72)});
  EXPECT_EQ(walk.session.state, SessionState::kDeciding);
  walk.push(Tick{kBegin + seconds(20) + hours(72)});
  EXPECT_EQ(walk.session.state, SessionState::kReview);
}

TEST(Session, RestockingHoldsAndChargesNothing) {
  Walk walk = closed(restocking());
  EXPECT_EQ(walk.session.end, SessionEnd::kRestocked);
  EXPECT_EQ(walk.count<EndRestock>(), 1);
  EXPECT_EQ(walk.count<AskHold>() + walk.count<ReleaseHold>() + walk.count<Settle>(), 0);
  EXPECT_EQ(walk.count<TellShopper>() + walk.count<Watch>(), 0);
}

TEST(Session, ShoppingWithoutShopperOrHoldIsRefused) {
  SessionRequest nobody = request();
  nobody.shopper = {};
  EXPECT_EQ(begin_session(nobody).error().code.name, "commerce.invalid");
  SessionRequest free = request();
  free.hold_amount.minor = 0;
  EXPECT_FALSE(begin_session(free));
}

TEST(Session, AReviewOfNonsenseChangesNothing) {
  const Walk walk = closed().push(cart(kBegin + seconds(23), DecisionKind::kReview));
  EXPECT_FALSE(step(walk.session, ReviewDecided{kBegin, {{"cola", 1}, {"cola", 2}}}));
  EXPECT_FALSE(step(walk.session, ReviewDecided{kBegin, {{"cola", kChargeQuantityMax + 1}}}));
  EXPECT_TRUE(step(walk.session, ReviewDecided{kBegin, {{"cola", kChargeQuantityMax}}}));
}

// Whatever comes, in whatever order: the rules hold, every row of the table is walked, and time
// alone brings every session to its end or to a human.
TEST(Session, RandomWalksKeepTheRules) {
  using Row = std::tuple<SessionState, SessionEventKind, SessionState>;
  std::set<Row> walked;
  std::mt19937_64 random(4);
  for (int round = 0; round < 6000; ++round) {
    Walk walk(round % 5 == 0 ? restocking() : request());
    Instant now = kBegin;
    for (int i = 0; i < 24; ++i) {
      const std::array<Duration, 3> steps{seconds(1), seconds(30), hours(80)};
      now += milliseconds(random() % static_cast<std::uint64_t>(steps[random() % 3].count()));
      auto events = events_at(random() % 4 == 0 ? now - seconds(random() % 40) : now);
      events.push_back(cart(now, DecisionKind::kReview));
      if (walk.session.due && random() % 3 == 0) events.assign(1, Tick{*walk.session.due});
      const SessionEvent event = events[random() % events.size()];
      const SessionState before = walk.session.state;
      if (!step(walk.session, event)) continue;
      walk.push(event);
      walked.insert({before, kind_of(event), walk.session.state});
      ASSERT_LE(walk.count<Settle>(), 1);
      ASSERT_LE(walk.count<Watch>(), 1);
      if (walk.session.kind == SessionKind::kRestock) {
        ASSERT_EQ(walk.count<Settle>() + walk.count<OpenReview>() + walk.count<AskHold>(), 0);
      }
      ASSERT_TRUE(walk.count<Settle>() == 0 || walk.session.openings > 0);
      ASSERT_TRUE(walk.count<Settle>() == 0 || walk.last<Settle>().by_human ||
                  walk.session.notes.empty());
      ASSERT_TRUE(walk.count<SendUnlock>() <= 1);
      const bool waits = walk.session.state < SessionState::kReview;
      ASSERT_EQ(walk.session.due.has_value(), waits) << name_of(walk.session.state);
    }
    for (int i = 0; i < 20 && walk.session.due; ++i) walk.push(Tick{*walk.session.due});
    ASSERT_FALSE(walk.session.due);
  }
  // What chance does not bring: a closing told again after the next opening.
  Walk again =
      opened().push(DoorClosed{kBegin + seconds(20)}).push(DoorOpened{kBegin + seconds(21)});
  again.push(DoorClosed{kBegin + seconds(20)});
  walked.insert({SessionState::kOpen, SessionEventKind::kDoorClosed, again.session.state});
  for (const SessionTransition& row : session_transitions()) {
    EXPECT_TRUE(walked.contains({row.from, row.on, row.to}))
        << name_of(row.from) << " " << name_of(row.on) << " " << name_of(row.to);
  }
}

}  // namespace
}  // namespace tally::commerce
