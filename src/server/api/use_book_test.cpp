#include "server/api/use_book.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "platform/store_error.hpp"
#include "platform/store_test_support.hpp"

namespace tally::api {
namespace {

class UseBookTest : public platform::testing::StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    options_.threads = 1;
    auto store = platform::Store::open(options_);
    ASSERT_TRUE(store) << store.error().message;
    store_ = *std::move(store);
  }
  // What the store is given from now on waits until it is opened.
  void shut_store() {
    std::promise<void> begun;
    store_->write(
        [this, &begun](platform::Transaction&) -> Result<void> {
          begun.set_value();
          opened_.get_future().wait();
          return {};
        },
        [](const Result<void>&) {});
    begun.get_future().wait();
  }
  void open_store() { opened_.set_value(); }

  std::unique_ptr<platform::Store> store_;
  std::promise<void> opened_;
};
TALLY_ON_BOTH_STORES(UseBookTest);

identity::Authenticated used(int number, bool note = true) {
  return {{}, "key_" + std::to_string(number), note};
}

TEST_P(UseBookTest, UsesOfThousandsTakeOnePlaceInTheQueue) {
  constexpr int kMany = 3 * static_cast<int>(kUsesAtATime);
  std::atomic<int> noted = 0;
  const auto note = [&noted](platform::Transaction&, const identity::Authenticated&,
                             Instant) -> Result<void> {
    ++noted;
    return {};
  };
  const auto book = std::make_shared<UseBook>(*store_, server::real_world(), note);
  shut_store();
  for (int i = 0; i < kMany; ++i) book->note(used(i));
  for (int i = 0; i < kMany; ++i) book->note(used(i));
  book->note(used(kMany, false));
  EXPECT_EQ(store_->queued(), 1U);
  open_store();
  // The first one alone and twice, since the second came while it was on its way.
  while (noted < kMany + 1) std::this_thread::yield();
  store_.reset();
  EXPECT_EQ(noted, kMany + 1);
}

TEST_P(UseBookTest, WhatTheStoreWouldNotNoteIsNotedTheNextTime) {
  std::atomic<int> tries = 0;
  const auto note = [&tries](platform::Transaction&, const identity::Authenticated&,
                             Instant) -> Result<void> {
    if (++tries == 1) return fail(platform::StoreError::kFull, "the disk is full");
    return {};
  };
  const auto book = std::make_shared<UseBook>(*store_, server::real_world(), note);
  book->note(used(1));
  while (tries < 1 || store_->queued() > 0) std::this_thread::yield();
  const auto after = store_->write_and_wait([](platform::Transaction&) { return Result<void>{}; });
  ASSERT_TRUE(after);
  EXPECT_EQ(tries, 1);
  book->note(used(1));
  while (tries < 2) std::this_thread::yield();
  store_.reset();
}

}  // namespace
}  // namespace tally::api
