// A session and the payments of its holds drive each other, while what they tell each other, and
// what the provider, the cabinet and people tell them, is lost, late, doubled and out of order.
#include "commerce/session.hpp"
#include "commerce/testing_provider.hpp"

namespace tally::commerce {
namespace {

using namespace testing;

// One hold of the session: its payment, its provider and its books.
struct Hold {
  Hold(Random& random, int hold_number, Instant capture_before)
      : number(hold_number), provider(random, capture_before) {
    payment.id = id_of<PaymentId>(static_cast<std::uint8_t>(number));
  }
  int number;
  Payment payment = new_payment();
  OneCard provider;
  Ledger ledger;
  Calls calls;
};

// What is on its way, in no order.
struct ToPayment {
  int hold;
  PaymentEvent event;
};
struct ToProvider {
  int hold;
  PaymentEffect ask;
};
using Message = std::variant<SessionEvent, ToPayment, ToProvider>;

SessionRequest shopping() {
  SessionRequest request;
  request.id = id_of<SessionId>(1);
  request.tenant = id_of<TenantId>(1);
  request.cabinet = id_of<CabinetId>(1);
  request.shopper = id_of<ShopperId>(1);
  request.hold_amount = euros(1000);
  request.at = kStart;
  return request;
}

class Together {
 public:
  explicit Together(std::uint64_t seed) : random_(seed) {}

  std::set<PaymentState> settled_in;  // Where payments were told what had been sold.

  void run() {
    Result<SessionStep> begun = begin_session(shopping());
    ASSERT_TRUE(begun);
    ASSERT_NO_FATAL_FAILURE(take(*std::move(begun)));
    for (int i = 0; i < kStepsMax; ++i) {
      at_ += Duration{chance(random_, 90) ? pick(random_, 0, 5'000) : pick(random_, 0, 7'200'000)};
      ASSERT_NO_FATAL_FAILURE(live(true));
    }
    while (!at_rest()) {
      at_ += std::chrono::minutes{1};
      if (under_way_.empty() && session_.due) at_ = std::max(at_, *session_.due);
      ASSERT_NO_FATAL_FAILURE(live(false));
    }
    ASSERT_NO_FATAL_FAILURE(expect_one_settlement());
  }

 private:
  static constexpr int kStepsMax = 80;

  [[nodiscard]] bool at_rest() const {
    const bool over =
        session_.state == SessionState::kSettled || session_.state == SessionState::kEnded;
    return over && under_way_.empty();
  }

  void live(bool lossy) {
    happen(SessionEvent{Tick{at_}});
    for (auto& [number, hold] : holds_) happen(hold, payment_event::Tick{at_});
    if (lossy || session_.state == SessionState::kReview) somebody_acts();
    if (!under_way_.empty() && (!lossy || chance(random_, 70))) deliver(lossy);
  }

  void somebody_acts() {
    const bool few = chance(random_, 60);
    std::vector<ChargeLine> lines;
    if (chance(random_, 85)) lines.push_back({"cola", static_cast<int>(pick(random_, 1, 15))});
    CartDecided cart{at_, {}, {DecisionKind::kCharge, 0.99, 0.0, {}}};
    for (const ChargeLine& line : lines) cart.lines.push_back({line.sku, line.quantity, 0.99, {}});
    const std::vector<SessionEvent> acts{DoorOpened{at_ - Duration{pick(random_, 0, 2'000)}},
                                         DoorClosed{at_},
                                         Cancelled{at_},
                                         UnlockRefused{at_, "busy"},
                                         FootageLost{at_, "cam1"},
                                         cart,
                                         cart,
                                         ReviewDecided{at_, lines}};
    const auto which = few ? pick(random_, 0, 1) : pick(random_, 2, 7);
    const SessionEvent& act = acts.at(static_cast<std::size_t>(which));
    const SessionEventKind kind = kind_of(act);
    if (kind == SessionEventKind::kCancelled && chance(random_, 70)) return;
    if (can(session_transitions(), session_.state, kind)) happen(act);
    for (auto& [number, hold] : holds_) {
      if (hold.payment.state == PaymentState::kActionNeeded && chance(random_, 20)) {
        happen(hold, payment_event::ActionDone{at_});
      }
    }
  }

  void deliver(bool lossy) {
    const auto index = static_cast<std::size_t>(
        pick(random_, 0, static_cast<std::int64_t>(under_way_.size()) - 1));
    const Message what = under_way_[index];
    const auto* ask = std::get_if<ToProvider>(&what);
    const bool doubled = ask == nullptr && lossy && chance(random_, 20);
    if (!doubled) under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(index));
    if (const auto* news = std::get_if<SessionEvent>(&what)) {
      if (lossy && chance(random_, 5)) return;  // Lost: time alone ends the session then.
      happen(at_now(*news));
    } else if (const auto* wish = std::get_if<ToPayment>(&what)) {
      happen(holds_.at(wish->hold), wish->event);
    } else {
      ask_provider(holds_.at(ask->hold), ask->ask, lossy);
    }
  }

  void ask_provider(Hold& hold, const PaymentEffect& ask, bool lossy) {
    const std::int64_t fate = lossy ? pick(random_, 1, 10) : 10;
    if (fate <= 2) return happen(hold, *unknown_to(ask, at_));
    const PaymentEvent answer = hold.provider.answer(ask, at_);
    if (fate <= 6) happen(hold, *unknown_to(ask, at_));
    if (fate > 4) under_way_.emplace_back(ToPayment{hold.number, answer});
  }

  SessionEvent at_now(SessionEvent event) const {
    std::visit([&](auto& any) { any.at = at_; }, event);
    return event;
  }

  void happen(const SessionEvent& event) {
    Result<SessionStep> next = step(session_, event);
    ASSERT_TRUE(next) << next.error().message;
    ASSERT_NO_FATAL_FAILURE(take(*std::move(next)));
  }

  void take(SessionStep made) {
    session_ = std::move(made.session);
    for (const SessionEffect& effect : made.effects) {
      if (const auto* ask = std::get_if<AskHold>(&effect)) {
        const Instant until =
            at_ + (chance(random_, 20) ? Duration{pick(random_, 1'000, 100'000)} : 7 * kDay);
        ASSERT_TRUE(holds_.try_emplace(ask->number, random_, ask->number, until).second);
        tell(ask->number, payment_event::HoldWanted{at_, ask->amount});
      } else if (const auto* release = std::get_if<ReleaseHold>(&effect)) {
        tell(release->number, payment_event::ReleaseWanted{at_});
      } else if (const auto* settle = std::get_if<Settle>(&effect)) {
        ++settlements_;
        for (const ChargeLine& line : settle->lines) sold_minor_ += line.quantity * 100;
        if (sold_minor_ == 0) continue;
        settled_in.insert(holds_.at(session_.hold_number).payment.state);
        tell(session_.hold_number,
             payment_event::CaptureWanted{at_, gross(sold_minor_, sold_minor_ / 10)});
      }
    }
  }

  // At once, in the order of the session's effects, and perhaps once more at any time.
  void tell(int number, const PaymentEvent& wish) {
    happen(holds_.at(number), wish);
    if (chance(random_, 20)) under_way_.emplace_back(ToPayment{number, wish});
  }

  void happen(Hold& hold, PaymentEvent event) {
    std::visit([&](auto& any) { any.at = at_; }, event);
    const Result<PaymentStep> next = step(hold.payment, event);
    ASSERT_TRUE(next) << next.error().message;
    const PaymentState before = hold.payment.state;
    hold.payment = next->state;
    ASSERT_NO_FATAL_FAILURE(carry_out(*next, hold.ledger, hold.calls));
    ASSERT_NO_FATAL_FAILURE(expect_invariants(hold.payment, hold.ledger));
    for (const PaymentEffect& effect : next->effects) {
      if (unknown_to(effect, at_)) under_way_.emplace_back(ToProvider{hold.number, effect});
      if (const auto* debt = std::get_if<payment_effect::OweDebt>(&effect)) {
        ASSERT_TRUE(owed_.insert(debt->key).second);
      }
      const auto* failed = std::get_if<payment_effect::Failed>(&effect);
      if (failed != nullptr && failed->request == PaymentRequest::kHold) {
        under_way_.emplace_back(HoldRefused{at_, hold.number, failed->code});
      }
    }
    if (hold.payment.state == before) return;
    const bool placed = before == PaymentState::kHolding || before == PaymentState::kActionNeeded;
    if (placed && hold.payment.placed_minor > 0) {
      under_way_.emplace_back(HoldPlaced{at_, hold.number});
    } else if (hold.payment.state == PaymentState::kActionNeeded) {
      under_way_.emplace_back(ActionNeeded{at_, hold.number});
    }
  }

  void expect_one_settlement() {
    ASSERT_EQ(settlements_, session_.state == SessionState::kSettled ? 1 : 0);
    std::int64_t wanted = 0;
    std::int64_t paid = 0;
    int captures = 0;
    for (const auto& [number, hold] : holds_) {
      const Payment& payment = hold.payment;
      ASSERT_TRUE(ended(payment)) << number << " " << name_of(payment.state);
      ASSERT_EQ(hold.provider.captured_minor, payment.captured_minor);
      ASSERT_FALSE(hold.provider.held && at_ < payment.capture_before.value_or(at_));
      ASSERT_EQ(open_pending_minor(hold.ledger, payment.id), 0);
      wanted += payment.wanted_minor;
      paid += payment.captured_minor + payment.debt_minor;
      captures += hold.provider.captures;
    }
    ASSERT_EQ(wanted, sold_minor_);
    ASSERT_EQ(paid, sold_minor_);
    ASSERT_LE(captures, 1);
  }

  Random random_;
  Session session_;
  std::map<int, Hold> holds_;
  std::vector<Message> under_way_;
  std::set<std::string> owed_;
  std::int64_t sold_minor_ = 0;
  int settlements_ = 0;
  Instant at_ = kStart;
};

TEST(SessionAndPayments, SettleOnceWhateverIsLostLateOrDoubled) {
  std::set<PaymentState> settled_in;
  for (std::uint64_t seed = 1; seed <= 4'000; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    Together together(seed);
    ASSERT_NO_FATAL_FAILURE(together.run());
    settled_in.insert(together.settled_in.begin(), together.settled_in.end());
  }
  using enum PaymentState;
  EXPECT_EQ(settled_in,
            (std::set<PaymentState>{kHolding, kActionNeeded, kHeld, kDeclined, kExpired}));
}

}  // namespace
}  // namespace tally::commerce
