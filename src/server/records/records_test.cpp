#include "server/records/records.hpp"

#include <gtest/gtest.h>

#include "commerce/catalog.hpp"
#include "commerce/debt.hpp"
#include "commerce/fleet.hpp"
#include "commerce/footage.hpp"
#include "commerce/payment.hpp"
#include "commerce/planogram.hpp"
#include "commerce/receipt.hpp"
#include "commerce/session.hpp"
#include "server/records/session_detail.hpp"

namespace tally::records {
namespace {

template <typename SomeId>
SomeId id_of(std::uint8_t number) {
  IdBits bits{};
  bits.fill(number);
  return SomeId::from_bits(bits);
}
const Currency kEuro = *Currency::parse("EUR");
Instant at(std::int64_t ms) { return Instant(Duration(ms)); }

// What is written, read and written again is the same text.
template <typename T>
void expect_round_trip(const T& value) {
  const std::string text = to_text(value);
  const auto again = parse<T>(text);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_text(*again), text);
}

commerce::Payment full_payment() {
  commerce::Payment payment;
  payment.id = id_of<PaymentId>(1);
  payment.tenant = id_of<TenantId>(2);
  payment.shopper = id_of<ShopperId>(3);
  payment.session = id_of<SessionId>(4);
  payment.purpose = commerce::PaymentPurpose::kDebt;
  payment.method = "pm_card_visa";
  payment.state = commerce::PaymentState::kExpired;
  payment.currency = kEuro;
  payment.asked_minor = 1;
  payment.placed_minor = 2;
  payment.captured_minor = 3;
  payment.released_minor = 4;
  payment.wanted_minor = 5;
  payment.tax_minor = 6;
  payment.debt_minor = 7;
  payment.reference = "pi_1";
  payment.action_url = "https://bank.example/1";
  payment.code = "insufficient_funds";
  payment.held_at = at(1'000);
  payment.capture_before = at(2'000);
  payment.attempt = 8;
  payment.expiry_alarmed = payment.held_long_alarmed = payment.release_refused = true;
  payment.refunds.push_back({.id = id_of<RefundId>(5),
                             .state = commerce::RefundState::kRefused,
                             .amount_minor = 9,
                             .tax_minor = 10,
                             .reason = "spoilt \"milk\"\n",
                             .code = "expired",
                             .wanted_at = at(3'000),
                             .attempt = 11});
  return payment;
}

TEST(Records, APaymentComesBackAsItWas) {
  const commerce::Payment payment = full_payment();
  const auto again = parse<commerce::Payment>(to_text(payment));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, payment);
}

TEST(Records, DebtsAndPlanogramsComeBackAsTheyWere) {
  commerce::Debts debts;
  debts.tenant = id_of<TenantId>(1);
  debts.shopper = id_of<ShopperId>(2);
  debts.standing = commerce::Standing::kLockedOut;
  debts.debts.push_back({.key = "k",
                         .payment = id_of<PaymentId>(1),
                         .session = id_of<SessionId>(1),
                         .made_at = at(5),
                         .currency = kEuro,
                         .amount_minor = 100,
                         .tax_minor = 19,
                         .corrected_minor = 3,
                         .corrected_tax_minor = 1,
                         .written_off_minor = 2,
                         .paid = {{id_of<PaymentId>(2), 5}}});
  debts.acts.push_back({.key = "k",
                        .kind = commerce::DebtEventKind::kCorrected,
                        .debt = "k",
                        .payment = id_of<PaymentId>(1),
                        .gross = {{100, kEuro}, 19}});
  const auto debts_again = parse<commerce::Debts>(to_text(debts));
  ASSERT_TRUE(debts_again);
  EXPECT_EQ(*debts_again, debts);

  commerce::Planogram planogram;
  planogram.id = id_of<LayoutId>(1);
  planogram.cabinet = id_of<CabinetId>(1);
  planogram.version = 3;
  planogram.camera_layout = std::string(64, 'a');
  planogram.shelves = {{"s0", {{"f0", id_of<ProductId>(1), 5, 2}, {"f1", {}, 1, 0}}}};
  planogram.state = commerce::PlanogramState::kReplaced;
  planogram.published_at = at(1);
  planogram.applied_at = at(2);
  planogram.ended_at = at(3);
  const auto planogram_again = parse<commerce::Planogram>(to_text(planogram));
  ASSERT_TRUE(planogram_again);
  EXPECT_EQ(*planogram_again, planogram);
}

TEST(Records, ACartOfAnOlderProgramNamesTheModelThatDetects) {
  const auto detail =
      parse<SessionDetail>(R"({"cart": "ab", "model_name": "detector", "model_sha256": "cd"})");
  ASSERT_TRUE(detail) << detail.error().message;
  ASSERT_EQ(detail->models.size(), 1U);
  EXPECT_EQ(detail->models[0], (CartModel{"detect", "detector", "cd"}));
  SessionDetail two;
  two.models = {{"detect", "detector", "cd"}, {"embed", "embedder", "ef"}};
  EXPECT_EQ(parse<SessionDetail>(to_text(two))->models, two.models);
  EXPECT_TRUE(parse<SessionDetail>("{}")->models.empty());
}

TEST(Records, AllStatesOfASessionHaveTheirName) {
  for (int state = 0; state < commerce::kSessionStates; ++state) {
    for (int level = 1; level <= 5; ++level) {
      commerce::Session session;
      session.state = static_cast<commerce::SessionState>(state);
      session.hold = static_cast<commerce::HoldStatus>(state % 5);
      session.review.level = static_cast<commerce::ReviewLevel>(level);
      session.notes = {"a", "b"};
      session.due = at(state);
      expect_round_trip(session);
      EXPECT_EQ(parse<commerce::Session>(to_text(session))->state, session.state);
    }
  }
}

TEST(Records, MapsAndSetsAndBarcodesComeBack) {
  commerce::Footage footage;
  footage.cameras.push_back({"cam0", 12, {{0, {"aa", 5}}, {12, {"bb", 6}}}, 1});
  footage.manifest = {{"cam0", {"aa", ""}}};
  expect_round_trip(footage);
  EXPECT_EQ(parse<commerce::Footage>(to_text(footage))->cameras[0].segments.at(12).bytes, 6);

  commerce::Market market;
  market.id = id_of<MarketId>(1);
  market.currency = kEuro;
  market.hold = {2'000, kEuro};
  market.prices[id_of<ProductId>(1)] = {{150, kEuro}, 1900};
  expect_round_trip(market);
  EXPECT_EQ(parse<commerce::Market>(to_text(market))->prices.size(), 1U);

  commerce::CabinetHealth health;
  health.celsius = 4.25;
  health.alerts = {commerce::CabinetAlert::kOffline, commerce::CabinetAlert::kDoorForced};
  expect_round_trip(health);
  EXPECT_EQ(parse<commerce::CabinetHealth>(to_text(health))->alerts, health.alerts);

  commerce::Product product;
  product.gtin = *commerce::Gtin::parse("04006381333931");
  expect_round_trip(product);
  EXPECT_EQ(parse<commerce::Product>(to_text(product))->gtin, product.gtin);
}

TEST(Records, WhatIsMissingKeepsItsDefaultAndWhatIsWrongIsNamed) {
  EXPECT_EQ(parse<commerce::Session>("{}")->policy.grace, commerce::SessionPolicy{}.grace);
  const auto wrong = parse<commerce::Payment>(R"({"refunds": [{"amount_minor": "12"}]})");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code.name, "record.corrupt");
  EXPECT_NE(wrong.error().message.find("record.refunds[0].amount_minor"), std::string::npos);
  for (const char* text :
       {"", "[]", R"({"state": "melted"})", R"({"id": "ses_1"})", R"({"attempt": 5000000000})"}) {
    EXPECT_FALSE(parse<commerce::Payment>(text)) << text;
  }
}

}  // namespace
}  // namespace tally::records
