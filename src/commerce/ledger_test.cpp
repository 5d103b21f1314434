#include "commerce/ledger.hpp"

#include <gmock/gmock.h>

#include <random>
#include <set>

#include "commerce/testing_money.hpp"

namespace tally::commerce {
namespace {

using namespace testing;
using enum AccountKind;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const TenantId kTenant = id_of<TenantId>(1);

Posting posting(std::string key, std::vector<Leg> legs) {
  return {.key = std::move(key),
          .at = kStart,
          .tenant = kTenant,
          .reason = TransferReason::kSale,
          .session = id_of<SessionId>(1),
          .payment = id_of<PaymentId>(1),
          .legs = std::move(legs)};
}
Leg sale(const Money& amount) {
  return {TransferPhase::kSingle, kShopperReceivable, kSalesRevenue, amount, ""};
}
Leg hold(const Money& amount) {
  return {TransferPhase::kPending, kProviderClearing, kShopperReceivable, amount, ""};
}
Leg capture(const Money& amount, std::string pending = "hold/0") {
  return {TransferPhase::kPost, kProviderClearing, kShopperReceivable, amount, std::move(pending)};
}
Leg release(const Money& amount) {
  return {TransferPhase::kVoid, kProviderClearing, kShopperReceivable, amount, "hold/0"};
}

Balance of(const Ledger& ledger, AccountKind kind, const Money& like = euros(0)) {
  return balance_of(ledger, {kind, kTenant, like.currency});
}

Ledger with(const std::vector<Posting>& postings) {
  Ledger ledger;
  for (const Posting& one : postings) EXPECT_TRUE(post(ledger, one)) << one.key;
  return ledger;
}

std::string_view error_of(Ledger& ledger, const Posting& wrong) {
  const Ledger before = ledger;
  const auto transfers = post(ledger, wrong);
  if (transfers) return "none";
  EXPECT_EQ(ledger.balances, before.balances);
  EXPECT_EQ(ledger.postings.size(), before.postings.size());
  EXPECT_EQ(ledger.pendings.size(), before.pendings.size());
  return transfers.error().code.name;
}

TEST(Ledger, DebitsOneAccountAndCreditsAnotherPerLeg) {
  Ledger ledger;
  const Leg tax{TransferPhase::kSingle, kShopperReceivable, kTaxPayable, euros(19), ""};
  const auto transfers = post(ledger, posting("s", {sale(euros(100)), tax})).value();
  ASSERT_THAT(transfers, SizeIs(2));
  EXPECT_EQ(transfers[1].key, "s/1");
  EXPECT_EQ(transfers[1].credit, (Account{kTaxPayable, kTenant, euros(0).currency}));
  EXPECT_EQ(transfers[1].payment, id_of<PaymentId>(1));
  EXPECT_EQ(of(ledger, kShopperReceivable).net(), 119);
  EXPECT_EQ(of(ledger, kSalesRevenue).net(), -100);
  EXPECT_EQ(of(ledger, kTaxPayable).net(), -19);
  EXPECT_TRUE(is_balanced(ledger));
}

TEST(Ledger, WritesAKeyOnceAndRefusesItForAnythingElse) {
  Ledger ledger = with({posting("s", {sale(euros(100))})});
  Posting again = posting("s", {sale(euros(100))});
  again.at = after(kDay);
  EXPECT_THAT(post(ledger, again).value(), IsEmpty());
  EXPECT_EQ(of(ledger, kSalesRevenue).credits, 100);
  EXPECT_EQ(error_of(ledger, posting("s", {sale(euros(101))})), "commerce.duplicate");
  again.payment = id_of<PaymentId>(2);
  EXPECT_EQ(error_of(ledger, again), "commerce.duplicate");
}

TEST(Ledger, TransferIdsFollowFromTheirKeys) {
  Ledger one;
  Ledger other;
  const auto a = post(one, posting("s", {sale(euros(100)), sale(euros(5))})).value();
  const auto b = post(other, posting("s", {sale(euros(100)), sale(euros(5))})).value();
  EXPECT_EQ(a[0].id, b[0].id);
  EXPECT_NE(a[0].id, a[1].id);
  EXPECT_TRUE(TransferId::parse(a[0].id.text()));
}

TEST(Ledger, PostsAPendingTransferInPartAndLetsTheRestGo) {
  Ledger ledger = with({posting("hold", {hold(euros(1000))})});
  EXPECT_EQ(of(ledger, kProviderClearing), (Balance{0, 0, 1000, 0}));
  EXPECT_EQ(open_pending_minor(ledger, id_of<PaymentId>(1)), 1000);
  ASSERT_TRUE(post(ledger, posting("capture", {capture(euros(700))})));
  EXPECT_EQ(of(ledger, kProviderClearing), (Balance{700, 0, 0, 0}));
  EXPECT_EQ(of(ledger, kShopperReceivable), (Balance{0, 700, 0, 0}));
  EXPECT_EQ(open_pending_minor(ledger, id_of<PaymentId>(1)), 0);
}

TEST(Ledger, APendingTransferIsPostedOrVoidedOnce) {
  for (const Leg& leg : {capture(euros(700)), release(euros(1000))}) {
    Ledger ledger = with({posting("hold", {hold(euros(1000))}), posting("end", {leg})});
    EXPECT_EQ(error_of(ledger, posting("capture", {capture(euros(100))})), "commerce.transition");
    EXPECT_EQ(error_of(ledger, posting("release", {release(euros(1000))})), "commerce.transition");
  }
}

TEST(Ledger, PostsNoMoreThanIsPendingAndVoidsAllOfIt) {
  Ledger ledger = with({posting("hold", {hold(euros(1000))})});
  EXPECT_EQ(error_of(ledger, posting("a", {capture(euros(1001))})), "commerce.amount");
  EXPECT_EQ(error_of(ledger, posting("b", {release(euros(999))})), "commerce.amount");
  EXPECT_EQ(error_of(ledger, posting("c", {capture(euros(100), "hold/1")})), "commerce.unknown");
  EXPECT_EQ(error_of(ledger, posting("d", {capture(yen(100))})), "commerce.invalid");
  Posting foreign = posting("e", {capture(euros(100))});
  foreign.tenant = id_of<TenantId>(2);
  EXPECT_EQ(error_of(ledger, foreign), "commerce.invalid");
}

TEST(Ledger, WritesAllLegsOrNone) {
  Ledger ledger;
  EXPECT_EQ(error_of(ledger, posting("s", {sale(euros(100)), sale(euros(0))})), "commerce.amount");
  EXPECT_THAT(ledger.balances, IsEmpty());
}

TEST(Ledger, KeepsCurrenciesAndTenantsApart) {
  Posting foreign = posting("t", {sale(euros(7))});
  foreign.tenant = id_of<TenantId>(2);
  Ledger ledger = with({posting("e", {sale(euros(100))}), posting("y", {sale(yen(30))}), foreign});
  EXPECT_EQ(of(ledger, kSalesRevenue).credits, 100);
  EXPECT_EQ(of(ledger, kSalesRevenue, yen(0)).credits, 30);
  EXPECT_EQ(totals_of(ledger).at(euros(0).currency).debits, 107);
}

TEST(Ledger, RefusesWhatIsNoTransfer) {
  Ledger ledger;
  EXPECT_EQ(error_of(ledger, posting("s", {sale(euros(-1))})), "commerce.amount");
  EXPECT_EQ(error_of(ledger, posting("s", {sale({1, {}})})), "commerce.invalid");
  Leg circle = sale(euros(1));
  circle.credit = circle.debit;
  EXPECT_EQ(error_of(ledger, posting("s", {circle})), "commerce.invalid");
  Leg named = sale(euros(1));
  named.pending = "hold/0";
  EXPECT_EQ(error_of(ledger, posting("s", {named})), "commerce.invalid");
  Posting nobody = posting("s", {sale(euros(1))});
  nobody.tenant = {};
  EXPECT_EQ(error_of(ledger, nobody), "commerce.invalid");
}

TEST(Ledger, HasLimits) {
  Ledger ledger;
  const auto key = [](std::size_t length) { return std::string(length, 'k'); };
  EXPECT_EQ(error_of(ledger, posting("", {sale(euros(1))})), "commerce.limit");
  EXPECT_EQ(error_of(ledger, posting(key(kLedgerKeyLengthMax + 1), {sale(euros(1))})),
            "commerce.limit");
  EXPECT_TRUE(post(ledger, posting(key(kLedgerKeyLengthMax), {sale(euros(1))})));
  EXPECT_EQ(error_of(ledger, posting("none", {})), "commerce.limit");
  EXPECT_EQ(
      error_of(ledger, posting("many", std::vector<Leg>(kPostingLegsMax + 1, sale(euros(1))))),
      "commerce.limit");
  EXPECT_TRUE(post(ledger, posting("some", std::vector<Leg>(kPostingLegsMax, sale(euros(1))))));
  EXPECT_EQ(error_of(ledger, posting("much", {sale(euros(kMinorMax))})), "commerce.limit");
  EXPECT_EQ(error_of(ledger, posting("more", {sale(euros(kMinorMax + 1))})), "commerce.amount");
  const std::int64_t left = kMinorMax - static_cast<std::int64_t>(kPostingLegsMax) - 1;
  EXPECT_TRUE(post(ledger, posting("all", {sale(euros(left))})));
}

TEST(Ledger, NamesEveryAccountReasonAndPhase) {
  expect_names<AccountKind>(kAccountKindCount);
  expect_names<TransferReason>(kTransferReasonCount);
  expect_names<TransferPhase>(kTransferPhaseCount);
  expect_names<PendingState>(kPendingStateCount);
}

// What a store does: it reads what needs_of() names, posts, and writes that back.
Ledger slice_of(const Ledger& whole, const Posting& next) {
  Ledger slice;
  if (whole.postings.contains(next.key)) slice.postings[next.key] = whole.postings.at(next.key);
  const LedgerNeeds needs = needs_of(next);
  for (const std::string& key : needs.pendings) {
    if (whole.pendings.contains(key)) slice.pendings[key] = whole.pendings.at(key);
  }
  for (const Account& account : needs.accounts) {
    slice.balances[account] = balance_of(whole, account);
  }
  return slice;
}

Posting random_posting(std::mt19937_64& random) {
  const auto pick = [&](std::uint64_t below) { return random() % below; };
  std::vector<Leg> legs;
  for (std::uint64_t count = 1 + pick(3); count > 0; --count) {
    Leg leg;
    leg.phase = static_cast<TransferPhase>(pick(kTransferPhaseCount));
    leg.debit = static_cast<AccountKind>(pick(2));
    leg.credit = static_cast<AccountKind>(2 + pick(2));
    leg.amount = pick(2) == 0 ? euros(1 + static_cast<std::int64_t>(pick(4)))
                              : yen(1 + static_cast<std::int64_t>(pick(4)));
    const bool settles = leg.phase == TransferPhase::kPost || leg.phase == TransferPhase::kVoid;
    if (settles) leg.pending = fmt::format("{}/{}", pick(60), pick(2));
    legs.push_back(leg);
  }
  return posting(fmt::format("{}", pick(60)), legs);
}

TEST(LedgerWalk, BalancesAfterEveryStepAndASliceDoesWhatTheWholeDoes) {
  std::mt19937_64 random(1);
  std::map<std::string_view, int> outcomes;
  for (int walk = 0; walk < 200; ++walk) {
    Ledger whole;
    std::set<std::string> keys;
    for (int i = 0; i < 500; ++i) {
      const Posting next = random_posting(random);
      Ledger slice = slice_of(whole, next);
      const auto from_slice = post(slice, next);
      const auto transfers = post(whole, next);
      ASSERT_EQ(transfers.has_value(), from_slice.has_value());
      ++outcomes[transfers ? (transfers->empty() ? "again" : "written")
                           : transfers.error().code.name];
      if (!transfers) continue;
      ASSERT_EQ(transfers->size(), from_slice->size());
      for (const Transfer& transfer : *transfers) ASSERT_TRUE(keys.insert(transfer.key).second);
      for (const auto& [account, balance] : slice.balances) {
        ASSERT_EQ(balance, balance_of(whole, account));
      }
      ASSERT_TRUE(is_balanced(whole));
    }
    std::int64_t pending = 0;
    for (const auto& [currency, total] : totals_of(whole)) pending += total.debits_pending;
    ASSERT_EQ(pending, open_pending_minor(whole, id_of<PaymentId>(1)));
  }
  for (const auto* seen : {"written", "commerce.amount", "commerce.unknown", "commerce.transition",
                           "commerce.duplicate", "commerce.invalid"}) {
    EXPECT_GT(outcomes[seen], 0) << seen;
  }
}

}  // namespace
}  // namespace tally::commerce
