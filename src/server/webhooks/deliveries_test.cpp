#include "server/webhooks/deliveries.hpp"

#include <gmock/gmock.h>

#include <random>

#include "platform/aggregates.hpp"
#include "platform/store_error.hpp"
#include "server/webhooks/testing_webhooks.hpp"

namespace tally::webhooks::testing {
namespace {

using platform::Transaction;
using std::chrono::hours;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Duration kLease = seconds(45);

class Deliveries : public WebhooksTest {
 protected:
  void plan(Instant now = kStart) {
    const auto behind = done(endpoints_behind);
    for (const Behind& one : behind) {
      done([&](Transaction& transaction) { return plan_deliveries(transaction, one, now); });
    }
  }
  std::vector<WebhookDelivery> claim(Instant now = kStart, std::int64_t count = 100) {
    return done([&](Transaction& transaction) {
      return claim_deliveries(transaction, count, kLease, now);
    });
  }
  std::vector<std::int64_t> claimed(Instant now = kStart, std::int64_t count = 100) {
    std::vector<std::int64_t> sequences;
    for (const auto& one : claim(now, count)) sequences.push_back(one.lease.sequence);
    return sequences;
  }
  void take(const WebhookDelivery& delivery, Instant now = kStart) {
    done([&](Transaction& transaction) { return delivered(transaction, delivery.lease, now); });
  }
  void refuse(const WebhookDelivery& delivery, Instant now = kStart, std::uint64_t random = 0) {
    done([&](Transaction& transaction) {
      return failed_delivery(transaction, delivery.lease, "was answered 500", random, now);
    });
  }
  // When the only endpoint gets its only delivery again.
  Instant next_due() {
    const auto row = done([](Transaction& transaction) {
      return transaction.query_one<Instant, Instant>(
          "SELECT d.due_at, c.paused_until FROM webhook_deliveries AS d "
          "JOIN webhook_cursors AS c ON c.endpoint = d.endpoint");
    });
    EXPECT_TRUE(row);
    return std::max(std::get<0>(*row), std::get<1>(*row));
  }
  // Takes all that is due, as often as there is some.
  std::vector<std::int64_t> drain(Instant now = kStart) {
    std::vector<std::int64_t> taken;
    for (auto some = claim(now); !some.empty(); some = claim(now)) {
      for (const auto& one : some) {
        taken.push_back(one.lease.sequence);
        take(one, now);
      }
    }
    return taken;
  }
};
TALLY_ON_BOTH_STORES(Deliveries);

TEST_P(Deliveries, AreOfWhatHappenedAfterTheEndpointWasMade) {
  happen(2);
  add_endpoint(1);
  happen(1);
  happen(3, "session.settled", kOthers);
  happen(1);
  plan();
  EXPECT_THAT(drain(), ElementsAre(3, 4));
  plan();
  EXPECT_THAT(drain(), IsEmpty());
}

TEST_P(Deliveries, AreOfTheTypesThatTheEndpointWants) {
  add_endpoint(1, "https://example.com/", {"payment.captured"});
  happen(1, "session.settled");
  happen(1, "payment.captured");
  plan();
  EXPECT_THAT(drain(), ElementsAre(2));
}

TEST_P(Deliveries, OfAnEndpointFromBeforeTheirTablesBeginWithThem) {
  done([](Transaction& transaction) {
    return transaction.run_script(
        "DROP TABLE webhook_cursors; DROP TABLE webhook_deliveries; DROP TABLE webhook_delivered;"
        "DELETE FROM migrations WHERE room = 'webhooks'");
  });
  happen(2);
  done([](Transaction& transaction) {
    return platform::insert_aggregate(
        transaction,
        {kOurs,
         "webhook_endpoint",
         platform::testing::id_of<WebhookEndpointKind>(1).text(),
         0,
         "enabled",
         R"({"url": "https://example.com/", "types": [], "secret": "whsec_1"})",
         {},
         {}},
        kStart);
  });
  ASSERT_TRUE(migrate(*connection_, "webhooks", webhook_migrations(), kStart));
  happen(1);
  plan();
  EXPECT_THAT(drain(), ElementsAre(3));
}

TEST_P(Deliveries, AreTriedForThreeDaysAndAreDeadThen) {
  const WebhookEndpoint endpoint = add_endpoint(1);
  happen(1);
  plan();
  std::mt19937_64 random(7);
  std::vector<Duration> tries;
  Instant now = kStart;
  for (auto some = claim(now); !some.empty() && tries.size() < 100; some = claim(now)) {
    EXPECT_EQ(some.at(0).event.id, platform::testing::id_of<EventNameKind>(1));
    tries.push_back(now - kStart);
    refuse(some.at(0), now, random());
    const Instant due = next_due();
    EXPECT_THAT(claim(due - Duration(1)), IsEmpty());
    now = due;
  }
  ASSERT_GE(tries.size(), 18U);
  EXPECT_LE(tries.size(), 40U);
  EXPECT_LE(tries[1], seconds(10));
  for (std::size_t i = 1; i < tries.size(); ++i) EXPECT_LE(tries[i] - tries[i - 1], hours(6));
  EXPECT_EQ(tries.back(), kDeliverFor);
  EXPECT_EQ(health(endpoint).dead, 1);
  EXPECT_EQ(health(endpoint).waiting, 0);
  EXPECT_EQ(health(endpoint).last_error, "was answered 500");
  EXPECT_EQ(done(count_deliveries).dead, 1);
}

TEST_P(Deliveries, ThatDiedAreForgottenAMonthLater) {
  add_endpoint(1);
  happen(1);
  plan();
  const Instant end = kStart + kDeliverFor;
  refuse(claim(end).at(0), end);
  const auto purged = [&](Instant now) {
    return done([&](Transaction& transaction) { return purge_deliveries(transaction, now); });
  };
  EXPECT_EQ(purged(end + kDeadKept - Duration(1)), 0);
  EXPECT_EQ(purged(end + kDeadKept), 1);
}

TEST_P(Deliveries, WhoseSenderWasKilledAreSentAgainWithTheSameId) {
  add_endpoint(1);
  happen(1);
  plan();
  const auto first = claim();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_THAT(claim(kStart + kLease - Duration(1)), IsEmpty());
  const auto second = claim(kStart + kLease);
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].event.id, first[0].event.id);
  // The one who lost the lease was not killed after all: its failure is no news, its success is.
  refuse(first[0], kStart + kLease);
  EXPECT_FALSE(done([](Transaction& transaction) {
                 return endpoint_health(transaction,
                                        platform::testing::id_of<WebhookEndpointKind>(1));
               }).failed_at);
  take(first[0], kStart + kLease);
  refuse(second[0], kStart + kLease);
  EXPECT_THAT(claim(kStart + hours(1)), IsEmpty());
}

TEST_P(Deliveries, GoWithTheirEndpoint) {
  const WebhookEndpoint endpoint = add_endpoint(1);
  happen(2);
  plan();
  const auto under_way = claim(kStart, 1);
  done([&](Transaction& transaction) { return remove_webhook_endpoint(transaction, endpoint); });
  EXPECT_THAT(claim(kStart + hours(1)), IsEmpty());
  EXPECT_EQ(done(count_deliveries).waiting, 0);
  refuse(under_way.at(0));
  take(under_way.at(0));
  happen(1);
  EXPECT_THAT(done(endpoints_behind), IsEmpty());
}

TEST_P(Deliveries, WaitWhileTheirEndpointIsDisabled) {
  WebhookEndpoint endpoint = add_endpoint(1);
  happen(1);
  plan();
  endpoint.disabled = true;
  save(endpoint);
  EXPECT_THAT(claim(), IsEmpty());
  happen(1);
  plan();
  endpoint.disabled = false;
  save(endpoint);
  happen(1);
  plan();
  EXPECT_THAT(drain(), ElementsAre(1, 3));
}

TEST_P(Deliveries, AreOnlySoManyAtATimeForOneEndpoint) {
  add_endpoint(1);
  happen(10);
  plan();
  const auto first = claim();
  EXPECT_EQ(std::ssize(first), kInFlightOfEndpoint);
  EXPECT_EQ(first.back().lease.sequence, kInFlightOfEndpoint);
  EXPECT_THAT(claim(), IsEmpty());
  take(first[1]);
  EXPECT_THAT(claimed(), ElementsAre(kInFlightOfEndpoint + 1));
}

TEST_P(Deliveries, OfAnEndpointThatFailsAreOneAtATimeAndDelayNoOther) {
  add_endpoint(1);
  add_endpoint(2);
  happen(6);
  plan();
  for (const auto& one : claim()) {
    if (one.endpoint.secret == "whsec_1") refuse(one);
    if (one.endpoint.secret == "whsec_2") take(one);
  }
  const auto next = claim();
  EXPECT_EQ(next.size(), 2U);  // The rest of the second's; the first has a pause.
  for (const auto& one : next) {
    EXPECT_EQ(one.endpoint.secret, "whsec_2");
    EXPECT_TRUE(one.proven);
    take(one);
  }
  const Instant later = kStart + kEndpointPause.longest;
  const auto probe = claim(later);
  ASSERT_EQ(probe.size(), 1U);
  EXPECT_FALSE(probe[0].proven);
  EXPECT_THAT(claim(later), IsEmpty());
  take(probe[0], later);
  EXPECT_EQ(std::ssize(claim(later)), kInFlightOfEndpoint);
}

TEST_P(Deliveries, BeyondTheirLimitWaitBehindTheCursor) {
  const WebhookEndpoint endpoint = add_endpoint(1);
  const int all = static_cast<int>(kWaitingMax) + 50;
  happen(all);
  for (std::int64_t i = 0; i <= kWaitingMax / platform::kEventsPageMax; ++i) plan();
  EXPECT_EQ(health(endpoint).waiting, kWaitingMax);
  done([](Transaction& transaction) {
    return transaction.execute("DELETE FROM webhook_deliveries WHERE sequence <= 900");
  });
  plan();
  EXPECT_EQ(health(endpoint).waiting, all - 900);
}

TEST_P(Deliveries, ThatNobodySentInTimeAreDead) {
  WebhookEndpoint endpoint = add_endpoint(1);
  happen(1);
  plan();
  endpoint.disabled = true;
  save(endpoint);
  EXPECT_THAT(claim(kStart + kDeliverFor + kDeliverForLeast), IsEmpty());
  EXPECT_EQ(health(endpoint).dead, 1);
}

TEST_P(Deliveries, PlannedLateAreTriedForAnHourStill) {
  const WebhookEndpoint endpoint = add_endpoint(1);
  happen(1);
  const Instant late = kStart + hours(24) * 30;
  plan(late);
  refuse(claim(late).at(0), late);
  refuse(claim(late + kDeliverForLeast).at(0), late + kDeliverForLeast);
  EXPECT_EQ(health(endpoint).dead, 1);
}

}  // namespace
}  // namespace tally::webhooks::testing
