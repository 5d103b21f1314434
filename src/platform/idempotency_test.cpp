#include "platform/idempotency.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "platform/aggregates.hpp"
#include "platform/store_test_support.hpp"

namespace tally::platform {
namespace {

using testing::at;
using testing::id_of;
using testing::outcome_of;

const TenantId kTenant = id_of<TenantKind>(1);
const IdempotentRequest kRequest{kTenant, "cus_1", "key", "POST /v1/sessions", "aa"};
const Reply kReply{201, "Location: /v1/sessions/1", std::string("{\"a\":\0\xFF}", 8)};

class IdempotencyTest : public testing::StoreTest {
 protected:
  Result<Begun> begin(const IdempotentRequest& request, Instant now = at(0)) {
    return write(
        [&](Transaction& transaction) { return begin_request(transaction, request, now); });
  }
  Result<void> finish(const IdempotentRequest& request, const GoOn& mine,
                      const Reply& reply = kReply) {
    return write([&](Transaction& transaction) {
      return finish_request(transaction, request, mine, reply);
    });
  }
};
TALLY_ON_BOTH_STORES(IdempotencyTest);

TEST_P(IdempotencyTest, GivesTheFirstReplyAgainByteForByte) {
  const GoOn mine = std::get<GoOn>(begin(kRequest).value());
  ASSERT_TRUE(finish(kRequest, mine));
  EXPECT_EQ(std::get<Reply>(begin(kRequest, at(5)).value()), kReply);
  EXPECT_EQ(std::get<Reply>(begin(kRequest, at(0) + std::chrono::days(29)).value()), kReply);
}

TEST_P(IdempotencyTest, KeepsFailuresToo) {
  const GoOn mine = std::get<GoOn>(begin(kRequest).value());
  ASSERT_TRUE(finish(kRequest, mine, {500, "", ""}));
  EXPECT_EQ(std::get<Reply>(begin(kRequest).value()), (Reply{500, "", ""}));
}

TEST_P(IdempotencyTest, TellsThatTheFirstIsBeingWorkedOn) {
  ASSERT_TRUE(begin(kRequest));
  EXPECT_EQ(outcome_of(begin(kRequest, at(0) + kInFlightMax - Duration(1))),
            "idempotency.in_flight");
}

TEST_P(IdempotencyTest, TellsThatAKeyWasUsedForSomethingElse) {
  IdempotentRequest other = kRequest;
  other.sha256 = "bb";
  IdempotentRequest elsewhere = kRequest;
  elsewhere.route = "POST /v1/refunds";
  const GoOn mine = std::get<GoOn>(begin(kRequest).value());
  EXPECT_EQ(outcome_of(begin(other)), "idempotency.reused");  // Also while it is in flight.
  ASSERT_TRUE(finish(kRequest, mine));
  EXPECT_EQ(outcome_of(begin(other)), "idempotency.reused");
  EXPECT_EQ(outcome_of(begin(elsewhere)), "idempotency.reused");
}

TEST_P(IdempotencyTest, GivesNobodyAnothersReply) {
  ASSERT_TRUE(finish(kRequest, std::get<GoOn>(begin(kRequest).value())));
  IdempotentRequest neighbour = kRequest;
  neighbour.principal = "cus_2";
  EXPECT_TRUE(std::holds_alternative<GoOn>(begin(neighbour).value()));
  IdempotentRequest tenant = kRequest;
  tenant.tenant = id_of<TenantKind>(2);
  EXPECT_TRUE(std::holds_alternative<GoOn>(begin(tenant).value()));
}

TEST_P(IdempotencyTest, LetsAKeyBeTriedAnewWhenTheFirstNeverEnded) {
  const GoOn slow = std::get<GoOn>(begin(kRequest).value());
  const GoOn next = std::get<GoOn>(begin(kRequest, at(0) + kInFlightMax).value());
  EXPECT_EQ(outcome_of(begin(kRequest, at(0) + kInFlightMax)), "idempotency.in_flight");
  // The slow one's work goes with its reply.
  const auto late = write([&](Transaction& transaction) -> Result<void> {
    EXPECT_TRUE(insert_aggregate(transaction, {kTenant, "session", "s", 0, "", "", {}, {}}, at(9)));
    return finish_request(transaction, kRequest, slow, kReply);
  });
  EXPECT_EQ(outcome_of(late), "idempotency.lost");
  EXPECT_FALSE(read([](Transaction& transaction) {
                 return find_aggregate(transaction, kTenant, "session", "s");
               }).value());
  EXPECT_TRUE(finish(kRequest, next));
  EXPECT_EQ(outcome_of(finish(kRequest, next)), "idempotency.lost");
}

TEST_P(IdempotencyTest, ForgetsWhatWasRefusedBeforeAnyWork) {
  const GoOn mine = std::get<GoOn>(begin(kRequest).value());
  const auto forget = [&] {
    return outcome_of(write(
        [&](Transaction& transaction) { return forget_request(transaction, kRequest, mine); }));
  };
  EXPECT_EQ(forget(), "");
  EXPECT_EQ(forget(), "idempotency.lost");
  IdempotentRequest mended = kRequest;
  mended.sha256 = "bb";
  EXPECT_TRUE(begin(mended));
}

TEST_P(IdempotencyTest, HoldsKeysToTheirLimits) {
  IdempotentRequest request = kRequest;
  request.key = "";
  EXPECT_EQ(outcome_of(begin(request)), "idempotency.key");
  request.key = std::string(kKeyBytesMax + 1, 'k');
  EXPECT_EQ(outcome_of(begin(request)), "idempotency.key");
  request.key.pop_back();
  const GoOn mine = std::get<GoOn>(begin(request).value());
  EXPECT_EQ(outcome_of(finish(request, mine, {200, "", std::string(kBodyBytesMax + 1, 'a')})),
            "store.limit");
}

TEST_P(IdempotencyTest, ForgetsAfterThirtyDays) {
  ASSERT_TRUE(finish(kRequest, std::get<GoOn>(begin(kRequest).value())));
  const auto purge = [&](Instant now) {
    return write([&](Transaction& transaction) { return purge_requests(transaction, now); });
  };
  EXPECT_EQ(purge(at(0) + kRequestKept - Duration(1)), 0);
  EXPECT_EQ(purge(at(0) + kRequestKept), 1);
  EXPECT_TRUE(std::holds_alternative<GoOn>(begin(kRequest).value()));
}

// A request from before its key was forgotten, or purged, finishes nobody else's.
TEST_P(IdempotencyTest, NeverGivesAKeyTheSameTokenAgain) {
  const GoOn first = std::get<GoOn>(begin(kRequest).value());
  ASSERT_TRUE(write(
      [&](Transaction& transaction) { return forget_request(transaction, kRequest, first); }));
  const GoOn second = std::get<GoOn>(begin(kRequest).value());
  EXPECT_EQ(outcome_of(finish(kRequest, first)), "idempotency.lost");
  EXPECT_EQ(outcome_of(begin(kRequest)), "idempotency.in_flight");
  const Instant month = at(0) + kRequestKept;
  ASSERT_EQ(write([&](Transaction& transaction) { return purge_requests(transaction, month); }), 1);
  const GoOn third = std::get<GoOn>(begin(kRequest, month).value());
  for (const GoOn& old : {first, second}) {
    EXPECT_EQ(outcome_of(finish(kRequest, old)), "idempotency.lost");
  }
  EXPECT_TRUE(finish(kRequest, third));
  EXPECT_EQ(std::get<Reply>(begin(kRequest, month).value()), kReply);
}

// A key that was forgotten and used again is kept from then on.
TEST_P(IdempotencyTest, KeepsWhatCameAfterAForgottenRequest) {
  const GoOn first = std::get<GoOn>(begin(kRequest).value());
  ASSERT_TRUE(write(
      [&](Transaction& transaction) { return forget_request(transaction, kRequest, first); }));
  ASSERT_TRUE(finish(kRequest, std::get<GoOn>(begin(kRequest, at(9)).value())));
  const Instant month = at(0) + kRequestKept;
  EXPECT_EQ(write([&](Transaction& transaction) { return purge_requests(transaction, month); }), 0);
  EXPECT_EQ(std::get<Reply>(begin(kRequest, month).value()), kReply);
}

TEST_P(IdempotencyTest, LetsOneOfManyEqualRequestsThrough) {
  for (int burst = 0; burst < 10; ++burst) {
    IdempotentRequest request = kRequest;
    request.key = fmt::format("burst {}", burst);
    std::atomic<int> first{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, connection = connect_again()] {
        const auto begun = connection->write(
            [&](Transaction& transaction) { return begin_request(transaction, request, at(0)); });
        if (begun) {
          ++first;
        } else {
          EXPECT_EQ(outcome_of(begun), "idempotency.in_flight") << begun.error().message;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(first, 1);
  }
}

}  // namespace
}  // namespace tally::platform
