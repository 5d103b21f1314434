// For tests: an office on both stores, whose time and chance the test decides, and a session in it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <utility>

#include "platform/store_test_support.hpp"
#include "server/core/office.hpp"
#include "server/core/schema.hpp"

namespace tally::core::testing {

using platform::testing::at;
using platform::testing::id_of;
using platform::testing::outcome_of;

class TestWorld : public server::World {
 public:
  Instant now() override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  void fill_random(std::span<std::uint8_t> bytes) override {
    const std::lock_guard lock(mutex_);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_());
  }
  void pass(Duration time) {
    const std::lock_guard lock(mutex_);
    now_ += time;
  }

 private:
  std::mutex mutex_;
  Instant now_ = at(1'800'000'000'000);
  std::mt19937_64 random_{7};
};

class OfficeTest : public platform::testing::StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const auto migrated = platform::migrate(*connection_, "core", core_migrations(), at(0));
    ASSERT_TRUE(migrated) << migrated.error().message;
    auto store = platform::Store::open(options_);
    ASSERT_TRUE(store) << store.error().message;
    store_ = *std::move(store);
    office_ = std::make_unique<Office>(*store_, world_, board_);
  }
  void TearDown() override {
    board_.stop();
    store_.reset();
  }

  // What must succeed.
  template <typename Work>
  void act(Work work) {
    const auto done = office_->act_and_wait(std::move(work));
    ASSERT_TRUE(done) << done.error().message;
  }
  template <typename T>
  T stored(const std::string& id) {
    const auto row = office_->look_and_wait(
        [&](platform::Transaction& transaction) { return find_row<T>(transaction, tenant_, id); });
    EXPECT_TRUE(row && *row) << id;
    return row && *row ? (*row)->value : T{};
  }
  std::int64_t count_of(std::string_view sql) {
    const auto row = office_->look_and_wait([&](platform::Transaction& transaction) {
      return transaction.query_one<std::int64_t>(sql);
    });
    EXPECT_TRUE(row && *row) << sql;
    return row && *row ? std::get<0>(**row) : -1;
  }

  [[nodiscard]] static Money euros(std::int64_t minor) { return {minor, *Currency::parse("EUR")}; }

  // A shopper's, that waits for its hold; the provider was asked.
  SessionId begin_session(const CabinetId& cabinet) {
    const SessionId id = world_.new_id<SessionId>();
    act([&](Desk& desk) {
      records::SessionDetail detail;
      detail.method = "pm_card";
      detail.provider = "sandbox";
      return desk.begin({.id = id,
                         .tenant = tenant_,
                         .cabinet = cabinet,
                         .shopper = world_.new_id<ShopperId>(),
                         .review = {},
                         .policy = {},
                         .hold_amount = euros(2'000),
                         .at = desk.now()},
                        std::move(detail));
    });
    return id;
  }
  // Its unlock was sent to the cabinet.
  SessionId unlocking(const CabinetId& cabinet) {
    const SessionId id = begin_session(cabinet);
    act([&](Desk& desk) {
      return desk.tell(tenant_, payment_id(id, 1),
                       commerce::PaymentEvent(commerce::payment_event::HoldPlaced{
                           desk.now(), euros(2'000), desk.now() + std::chrono::days(7), "ref"}));
    });
    EXPECT_EQ(stored<commerce::Session>(id.text()).state, commerce::SessionState::kUnlocking);
    return id;
  }

  TestWorld world_;
  HintBoard board_;
  std::unique_ptr<platform::Store> store_;
  std::unique_ptr<Office> office_;
  TenantId tenant_ = id_of<TenantKind>(1);
};

}  // namespace tally::core::testing
