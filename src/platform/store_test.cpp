#include "platform/store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <thread>

#include "platform/store_test_support.hpp"

namespace tally::platform {
namespace {

using testing::outcome_of;

class StoreThreadsTest : public testing::EmptyStoreTest {
 protected:
  void SetUp() override {
    EmptyStoreTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_TRUE(connection_->write([](Transaction& transaction) {
      return transaction.run_script("CREATE TABLE numbers (number BIGINT PRIMARY KEY)");
    }));
  }

  std::unique_ptr<Store> open(int threads = 2, std::size_t queued_max = kQueuedMax) {
    options_.threads = threads;
    options_.queued_max = queued_max;
    auto store = Store::open(options_);
    EXPECT_TRUE(store) << store.error().message;
    return std::move(*store);
  }
  static auto insert(std::int64_t number) {
    return [number](Transaction& transaction) {
      return transaction.execute("INSERT INTO numbers (number) VALUES ($1)", number);
    };
  }
  static Result<std::int64_t> count(Transaction& transaction) {
    const auto row = transaction.query_one<std::int64_t>("SELECT COUNT(*) FROM numbers");
    if (!row) return std::unexpected(row.error());
    return std::get<0>(row->value());
  }
};
TALLY_ON_BOTH_STORES(StoreThreadsTest);

TEST_P(StoreThreadsTest, HandsOutcomesToCallbacksOnItsOwnThreads) {
  const auto store = open();
  EXPECT_EQ(store->engine(), GetParam());
  std::promise<std::thread::id> done;
  store->write(insert(1), [&](Result<std::int64_t> changed) {
    EXPECT_EQ(changed, 1);
    done.set_value(std::this_thread::get_id());
  });
  EXPECT_NE(done.get_future().get(), std::this_thread::get_id());
  EXPECT_EQ(store->read_and_wait(count), 1);
  EXPECT_EQ(outcome_of(store->write_and_wait(insert(1))), "store.duplicate");
}

TEST_P(StoreThreadsTest, DoesNotHoldItsCallerUp) {
  const auto store = open(1);
  std::promise<void> gate;
  const std::shared_future<void> opened = gate.get_future().share();
  std::promise<void> first;
  const auto held = [opened, &first](Transaction& transaction) -> Result<std::int64_t> {
    first.set_value();
    opened.wait();
    return count(transaction);
  };
  std::atomic<int> called{0};
  std::latch all(4);
  const auto done = [&](const Result<std::int64_t>&) {
    ++called;
    all.count_down();
  };
  store->write(held, done);
  first.get_future().wait();
  for (int number = 0; number < 3; ++number) store->write(insert(number), done);
  EXPECT_EQ(called, 0);  // All given, none done.
  EXPECT_EQ(store->queued(), 3U);
  gate.set_value();
  all.wait();
  EXPECT_EQ(store->read_and_wait(count), 3);
}

TEST_P(StoreThreadsTest, RefusesMoreThanItsQueueHolds) {
  const auto store = open(1, 2);
  std::promise<void> gate;
  const std::shared_future<void> opened = gate.get_future().share();
  std::promise<void> first;
  store->write(
      [opened, &first](Transaction& transaction) {
        first.set_value();
        opened.wait();
        return count(transaction);
      },
      [](const Result<std::int64_t>&) {});
  first.get_future().wait();
  std::latch two(2);
  for (int number = 0; number < 2; ++number) {
    store->write(insert(number), [&](const Result<std::int64_t>& done) {
      EXPECT_TRUE(done);
      two.count_down();
    });
  }
  std::string refused;
  store->write(insert(9), [&](const Result<std::int64_t>& done) { refused = outcome_of(done); });
  EXPECT_EQ(refused, "store.busy");  // Said at once.
  gate.set_value();
  two.wait();
  EXPECT_EQ(store->read_and_wait(count), 2);
}

TEST_P(StoreThreadsTest, EndsWhatItWasGivenBeforeItCloses) {
  std::atomic<int> done{0};
  {
    const auto store = open(2);
    for (int number = 0; number < 50; ++number) {
      store->write(insert(number),
                   [&](const Result<std::int64_t>& changed) { done += changed ? 1 : 0; });
    }
  }
  EXPECT_EQ(done, 50);
}

TEST_P(StoreThreadsTest, WritesFromManyThreadsAllArrive) {
  const auto store = open(3);
  std::vector<std::thread> threads;
  std::atomic<int> failed{0};
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int number = 0; number < 25; ++number) {
        failed += store->write_and_wait(insert(thread * 100 + number)) ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(store->read_and_wait(count), 100);
}

TEST_P(StoreThreadsTest, RunsInTheCallWithoutThreads) {
  const auto store = Store::on(connect_again());
  EXPECT_EQ(store->engine(), GetParam());
  std::thread::id where;
  store->write(insert(1), [&](const Result<std::int64_t>&) { where = std::this_thread::get_id(); });
  EXPECT_EQ(where, std::this_thread::get_id());
  EXPECT_EQ(store->read_and_wait(count), 1);
}

TEST_P(StoreThreadsTest, WithoutThreadsRunsWhatACallbackGivesAfterIt) {
  const auto store = Store::on(connect_again());
  std::vector<std::string> order;
  store->write(
      [&](Transaction& transaction) {
        store->write(insert(2), [&](const Result<std::int64_t>&) { order.emplace_back("second"); });
        return insert(1)(transaction);
      },
      [&](const Result<std::int64_t>& done) {
        EXPECT_TRUE(done);
        store->read(count, [&](Result<std::int64_t> numbers) {
          EXPECT_EQ(numbers, 2);
          order.emplace_back("third");
          store->write(insert(3), [&](const Result<std::int64_t>&) { order.emplace_back("last"); });
        });
        order.emplace_back("first");
      });
  EXPECT_THAT(order, ::testing::ElementsAre("first", "second", "third", "last"));
  EXPECT_EQ(store->read_and_wait(count), 3);
  EXPECT_EQ(store->queued(), 0U);
}

TEST_P(StoreThreadsTest, WithoutThreadsServesOneThreadAfterAnother) {
  const auto store = Store::on(connect_again());
  std::vector<std::thread> threads;
  std::atomic<int> done{0};
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      for (int number = 0; number < 10; ++number) {
        store->write(insert(thread * 100 + number), [&](const Result<std::int64_t>&) {
          store->read(count, [&](const Result<std::int64_t>& read) { done += read ? 1 : 0; });
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done, 40);
  EXPECT_EQ(store->read_and_wait(count), 40);
}

TEST_P(StoreThreadsTest, RefusesWhatItsOwnWorkGivesItWhileItCloses) {
  std::promise<void> gate;
  std::promise<void> running;
  std::promise<std::string> nested_read;
  std::promise<std::string> nested_write;
  auto store = open();
  Store& open_store = *store;
  store->write(
      [&, opened = gate.get_future().share()](Transaction& transaction) {
        running.set_value();
        opened.wait();
        return count(transaction);
      },
      [&](const Result<std::int64_t>& done) {
        EXPECT_TRUE(done);
        open_store.read(count, [&](const Result<std::int64_t>& read) {
          nested_read.set_value(outcome_of(read));
        });
        open_store.write(insert(1), [&](const Result<std::int64_t>& written) {
          nested_write.set_value(outcome_of(written));
        });
      });
  running.get_future().wait();
  // Once the closing store refuses reads, the writer goes on.
  std::thread opener([&] {
    Result<std::int64_t> read = 0;
    while (read) read = open_store.read_and_wait(count);
    EXPECT_EQ(outcome_of(read), "store.unavailable");
    gate.set_value();
  });
  store.reset();
  opener.join();
  EXPECT_EQ(nested_read.get_future().get(), "store.unavailable");
  EXPECT_EQ(nested_write.get_future().get(), "store.unavailable");
}

TEST_P(StoreThreadsTest, RefusesAnImpossibleNumberOfThreads) {
  for (const int threads : {0, kStoreThreadsMax + 1}) {
    options_.threads = threads;
    EXPECT_EQ(outcome_of(Store::open(options_)), "store.limit");
  }
}

}  // namespace
}  // namespace tally::platform
