// Debts that turn out to be none, through the public API and on both stores.
#include <map>

#include "server/routes/testing_business.hpp"

namespace tally::routes::testing {
namespace {

class DebtRoutes : public BusinessTest {};
TALLY_ON_BOTH_STORES(DebtRoutes);

TEST_P(DebtRoutes, GiveBackWhatWasPaidThoughTheRestWasGivenUp) {
  set_up_shop();
  const SessionId session = shop();
  see(session, 4, sure());
  tell(core::payment_id(session, 1),
       commerce::PaymentEvent(payment_event::CaptureRefused{world_.now(), "expired"}));
  call(200, owner_, "PATCH", "/v1/sites/" + site_, {{"time_zone", "Europe/Madrid"}});
  const json owes = get(owner_, "/v1/debts").at("data").at(0);
  EXPECT_EQ(owes.at("debts").at(0).at("time_zone"), "Europe/Madrid");
  EXPECT_EQ(get(sam_, "/v1/debts").at("data").at(0), owes);
  const PaymentId paid = *PaymentId::parse(
      post(sam_, "/v1/debts/payments", {{"payment_method", method_}, {"currency", "EUR"}})
          .at("id")
          .get<std::string>());
  place_hold(paid, 400);
  tell(paid, commerce::PaymentEvent(payment_event::CaptureDone{world_.now(), euros(400)}));
  call(200, owner_, "POST", "/v1/debts/" + owes.at("shopper").get<std::string>() + "/write_off",
       {{"debt", owes.at("debts").at(0).at("key")}, {"reason", "The card was stolen"}});
  EXPECT_EQ(books().at("debt_written_off"), 600);

  call(200, owner_, "PATCH", "/v1/markets/" + market_,
       {{"dispute_grant_max", {{"minor", 500}, {"currency", "EUR"}}}});
  const std::string receipt = get(sam_, path_of(session)).at("receipt");
  const json line = {{"sku", "water"}, {"quantity", 2}};
  EXPECT_EQ(post(sam_, "/v1/receipts/" + receipt + "/disputes",
                 {{"words", "I took fewer"}, {"lines", json::array({line})}})
                .at("state"),
            "granted");
  const json back = get(sam_, "/v1/payments/" + paid.text()).at("refunds").at(0);
  EXPECT_EQ(back.at("amount").at("minor"), 400);
  tell(paid, commerce::PaymentEvent(payment_event::RefundDone{
                 world_.now(), *RefundId::parse(back.at("id").get<std::string>())}));
  EXPECT_EQ(books(), (std::map<std::string, std::int64_t>{{"debt_receivable", 0},
                                                          {"debt_written_off", 600},
                                                          {"provider_clearing", 0},
                                                          {"refunds_given", 336},
                                                          {"sales_revenue", -840},
                                                          {"shopper_receivable", 0},
                                                          {"tax_payable", -96}}));

  // Of the rest nothing was paid: it is found to be wrong, and nobody gets anything.
  const json last =
      post(sam_, "/v1/receipts/" + receipt + "/disputes",
           {{"words", "None"}, {"lines", json::array({{{"sku", "water"}, {"quantity", 0}}})}});
  EXPECT_EQ(
      call(200, owner_, "POST", "/v1/disputes/" + last.at("id").get<std::string>() + "/decide",
           {{"lines", json::array({{{"sku", "water"}, {"quantity", 0}}})}})
          .at("state"),
      "granted");
  EXPECT_EQ(get(sam_, "/v1/payments/" + paid.text()).at("refunds").size(), 1U);
  EXPECT_EQ(books().at("debt_receivable"), 0);
}

}  // namespace
}  // namespace tally::routes::testing
