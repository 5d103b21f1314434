#include "commerce/debt.hpp"

#include <gmock/gmock.h>

#include <map>
#include <random>
#include <set>

#include "commerce/testing_money.hpp"

namespace tally::commerce {
namespace {

using namespace testing;
using namespace debt_event;
using namespace debt_effect;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const PaymentId kLeft = id_of<PaymentId>(1);
const PaymentId kPays = id_of<PaymentId>(2);

Made made(std::string key, const Gross& gross) {
  return {kStart, std::move(key), gross, kLeft, id_of<SessionId>(1)};
}
Paid paid(std::string key, const Money& amount) { return {kStart, std::move(key), amount, kPays}; }

Debts nobody_owes() {
  Debts debts;
  debts.tenant = id_of<TenantId>(1);
  debts.shopper = id_of<ShopperId>(1);
  return debts;
}

DebtStep stepped(const Debts& debts, const DebtEvent& event) {
  Result<DebtStep> next = step(debts, event);
  if (next) return std::move(*next);
  ADD_FAILURE() << next.error().message;
  return {debts, {}};
}
Debts after_all(const std::vector<DebtEvent>& events) {
  Debts debts = nobody_owes();
  for (const DebtEvent& event : events) debts = stepped(debts, event).state;
  return debts;
}
std::string_view error_of(const Debts& debts, const DebtEvent& event) {
  const Result<DebtStep> next = step(debts, event);
  return next ? "none" : next.error().code.name;
}

TEST(Debts, LockOutUntilTheLastIsPaid) {
  DebtStep next = stepped(nobody_owes(), made("d1", gross(500, 50)));
  EXPECT_THAT(effects_of<LockOut>(next.effects), SizeIs(1));
  EXPECT_EQ(next.state.standing, Standing::kLockedOut);
  next = stepped(next.state, made("d2", gross(300)));
  EXPECT_THAT(effects_of<LockOut>(next.effects), IsEmpty());
  next = stepped(next.state, paid("p1", euros(700)));
  EXPECT_EQ(next.state.standing, Standing::kLockedOut);
  EXPECT_EQ(left_minor(next.state.debts[0]), 0);  // Oldest first.
  EXPECT_EQ(owed(next.state, euros(0).currency), euros(100));
  next = stepped(next.state, paid("p2", euros(100)));
  EXPECT_THAT(effects_of<LetIn>(next.effects), SizeIs(1));
  EXPECT_EQ(next.state.standing, Standing::kClear);
}

TEST(Debts, ArePaidInTheirOwnCurrency) {
  const Debts both = after_all({made("d1", gross(500)), made("d2", {yen(300), 0})});
  const DebtStep next = stepped(both, paid("p1", euros(500)));
  EXPECT_EQ(next.state.standing, Standing::kLockedOut);
  EXPECT_EQ(owed(next.state, yen(0).currency), yen(300));
  EXPECT_EQ(owed(next.state, euros(0).currency), euros(0));
}

TEST(Debts, CountAKeyOnceAndRefuseItForAnythingElse) {
  const Debts debts = after_all({made("d1", gross(500)), paid("p1", euros(200))});
  const DebtStep again = stepped(debts, paid("p1", euros(200)));
  EXPECT_EQ(again.state, debts);
  EXPECT_THAT(again.effects, IsEmpty());
  EXPECT_EQ(stepped(debts, made("d1", gross(500))).state, debts);
  EXPECT_EQ(error_of(debts, paid("p1", euros(201))), "commerce.duplicate");
  EXPECT_EQ(error_of(debts, made("p1", gross(200))), "commerce.duplicate");
}

TEST(Debts, WhatIsPaidTooMuchIsGivenBack) {
  const DebtStep next = stepped(after_all({made("d1", gross(500))}), paid("p1", euros(600)));
  const auto back = effects_of<GiveBack>(next.effects);
  ASSERT_THAT(back, SizeIs(1));
  EXPECT_EQ(back[0].payment, kPays);
  EXPECT_EQ(back[0].amount, euros(100));
  EXPECT_EQ(back[0].key, "p1:back:" + kPays.text());
  EXPECT_EQ(refund_id_of(back[0].key), refund_id_of(back[0].key));
  EXPECT_NE(refund_id_of(back[0].key), refund_id_of("p2:back:" + kPays.text()));
  EXPECT_EQ(effects_of<GiveBack>(stepped(next.state, paid("p2", euros(9))).effects)[0].amount,
            euros(9));
}

TEST(Debts, ACorrectionLowersWhatIsLeftAndGivesBackWhatWasPaid) {
  const Debts debts = after_all({made("d1", gross(500, 50)), paid("p1", euros(400))});
  const DebtStep next = stepped(debts, Corrected{kStart, "c1", "d1", gross(300, 30)});
  EXPECT_EQ(next.state.standing, Standing::kClear);
  EXPECT_EQ(effects_of<GiveBack>(next.effects).at(0).amount, euros(200));
  EXPECT_EQ(paid_minor(next.state.debts[0]), 200);
  const auto posts = effects_of<debt_effect::LedgerPost>(next.effects);
  ASSERT_THAT(posts, SizeIs(1));
  EXPECT_EQ(posts[0].posting.key, "c1");
  EXPECT_EQ(posts[0].posting.payment, kLeft);
  EXPECT_EQ(correctable(next.state.debts[0]), gross(200, 20));
  EXPECT_EQ(error_of(next.state, Corrected{kStart, "c2", "d1", gross(201, 20)}), "commerce.amount");
  EXPECT_EQ(error_of(next.state, Corrected{kStart, "c2", "d1", gross(200, 21)}), "commerce.amount");
}

TEST(Debts, EachPaymentGivesBackOnceForAKeyThoughItPaidInParts) {
  const Debts debts =
      after_all({made("d1", gross(500)), paid("p1", euros(200)), paid("p2", euros(300))});
  const DebtStep next = stepped(debts, Corrected{kStart, "c1", "d1", gross(400)});
  const auto back = effects_of<GiveBack>(next.effects);
  ASSERT_THAT(back, SizeIs(1));
  EXPECT_EQ(back[0].amount, euros(400));
  EXPECT_EQ(back[0].key, "c1:back:" + kPays.text());
}

TEST(Debts, AWrittenOffDebtLetsTheShopperIn) {
  const Debts debts = after_all({made("d1", gross(500)), paid("p1", euros(400))});
  EXPECT_EQ(error_of(debts, WrittenOff{kStart, "w1", "d1", euros(101)}), "commerce.amount");
  EXPECT_EQ(error_of(debts, WrittenOff{kStart, "w1", "d2", euros(100)}), "commerce.unknown");
  EXPECT_EQ(error_of(debts, WrittenOff{kStart, "w1", "d1", yen(100)}), "commerce.amount");
  const DebtStep next = stepped(debts, WrittenOff{kStart, "w1", "d1", euros(100)});
  EXPECT_THAT(effects_of<LetIn>(next.effects), SizeIs(1));
  EXPECT_THAT(effects_of<debt_effect::LedgerPost>(next.effects), SizeIs(1));
}

TEST(Debts, RefuseNoAmountAndTaxBeyondIt) {
  EXPECT_EQ(error_of(nobody_owes(), made("d1", gross(0))), "commerce.amount");
  EXPECT_EQ(error_of(nobody_owes(), made("d1", gross(5, 6))), "commerce.amount");
  EXPECT_EQ(error_of(nobody_owes(), made("d1", gross(kMinorMax + 1))), "commerce.amount");
}

TEST(Debts, HaveLimits) {
  Debts debts = nobody_owes();
  for (std::size_t i = 0; i < kDebtsMax; ++i) {
    debts = stepped(debts, made(fmt::format("d{}", i), gross(5'000))).state;
  }
  EXPECT_EQ(error_of(debts, made("one more", gross(1))), "commerce.limit");
  for (std::size_t i = kDebtsMax; i < kDebtActsMax; ++i) {
    debts = stepped(debts, paid(fmt::format("p{}", i), euros(1))).state;
  }
  EXPECT_EQ(error_of(debts, paid("one more", euros(1))), "commerce.limit");
  const std::string longest(kLedgerKeyLengthMax, 'k');
  EXPECT_EQ(error_of(nobody_owes(), made(longest, gross(1))), "none");
  EXPECT_EQ(error_of(nobody_owes(), made(longest + "k", gross(1))), "commerce.limit");
  EXPECT_EQ(error_of(nobody_owes(), made("", gross(1))), "commerce.limit");
}

// ---- Over random events

DebtEvent random_event(std::mt19937_64& random) {
  const auto minor = static_cast<std::int64_t>(1 + random() % 12);
  const Money amount = random() % 5 == 0 ? yen(minor) : euros(minor);
  const Gross with_tax{amount, static_cast<std::int64_t>(random() % (minor + 1))};
  const std::string debt = fmt::format("m{}", random() % 12);
  switch (random() % 5) {
    case 0:
      return Made{kStart, debt, with_tax, kLeft, id_of<SessionId>(1)};
    case 1:
    case 2:
      return Paid{kStart, fmt::format("p{}", random() % 40), amount,
                  id_of<PaymentId>(static_cast<std::uint8_t>(2 + random() % 3))};
    case 3:
      return Corrected{kStart, fmt::format("c{}", random() % 20), debt, with_tax};
    default:
      return WrittenOff{kStart, fmt::format("w{}", random() % 20), debt, amount};
  }
}

// Debits and credits of the debts' account and what payments have paid, event by event.
struct Books {
  std::map<Currency, std::int64_t> receivable;
  std::map<std::string, std::int64_t> paid;  // By payment and currency, less what was given back.

  static std::string name(const PaymentId& payment, const Currency& currency) {
    return fmt::format("{} {}", payment.text(), currency.text());
  }
  void take(const DebtEvent& event, const std::vector<DebtEffect>& effects) {
    if (const auto* one = std::get_if<Made>(&event)) {
      receivable[one->gross.amount.currency] += one->gross.amount.minor;
    }
    if (const auto* one = std::get_if<Paid>(&event)) {
      receivable[one->amount.currency] -= one->amount.minor;
      paid[name(one->payment, one->amount.currency)] += one->amount.minor;
    }
    for (const auto& one : effects_of<debt_effect::LedgerPost>(effects)) {
      for (const Leg& leg : one.posting.legs) receivable[leg.amount.currency] -= leg.amount.minor;
    }
    for (const auto& one : effects_of<GiveBack>(effects)) {
      receivable[one.amount.currency] += one.amount.minor;
      paid[name(one.payment, one.amount.currency)] -= one.amount.minor;
    }
  }
};

TEST(DebtsWalk, WhatIsOwedIsWhatTheLedgerSaysAndEveryRowOfTheTableIsReached) {
  std::mt19937_64 random(1);
  std::set<std::tuple<Standing, DebtEventKind, Standing>> rows;
  for (int walk = 0; walk < 1'000; ++walk) {
    Debts debts = nobody_owes();
    Books books;
    std::vector<DebtEvent> before;
    for (int i = 0; i < 100; ++i) {
      const bool replay = !before.empty() && random() % 5 == 0;
      const DebtEvent event = replay ? before[random() % before.size()] : random_event(random);
      before.push_back(event);
      const Result<DebtStep> next = step(debts, event);
      if (!next) continue;
      rows.emplace(debts.standing, static_cast<DebtEventKind>(event.index()), next->state.standing);
      if (next->state.acts.size() > debts.acts.size()) books.take(event, next->effects);
      debts = next->state;
      std::map<std::string, std::int64_t> paid_now;
      for (const Debt& debt : debts.debts) {
        ASSERT_GE(left_minor(debt), 0);
        ASSERT_LE(debt.corrected_tax_minor, debt.tax_minor);
        for (const DebtPart& part : debt.paid) {
          ASSERT_GT(part.minor, 0);
          paid_now[Books::name(part.payment, debt.currency)] += part.minor;
        }
      }
      for (const auto& [currency, minor] : books.receivable) {
        ASSERT_EQ(owed(debts, currency).minor, minor);
      }
      for (const auto& [name, minor] : books.paid) ASSERT_EQ(paid_now[name], minor) << name;
      const bool owes =
          owed(debts, euros(0).currency).minor + owed(debts, yen(0).currency).minor > 0;
      ASSERT_EQ(debts.standing == Standing::kLockedOut, owes);
      ASSERT_EQ(stepped(debts, event).state, debts);
    }
  }
  for (const auto& row : standing_transitions()) {
    EXPECT_TRUE(rows.contains({row.from, row.on, row.to}))
        << fmt::format("{} -{}-> {}", name_of(row.from), name_of(row.on), name_of(row.to));
  }
}

}  // namespace
}  // namespace tally::commerce
