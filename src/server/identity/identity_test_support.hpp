// For tests of accounts and credentials: a world whose time and chance the test decides, and both
// stores with the tables of this room.
#pragma once

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>

#include "platform/store_test_support.hpp"
#include "server/identity/schema.hpp"
#include "server/identity/tenants.hpp"
#include "server/world.hpp"

namespace tally::identity::testing {

using platform::Transaction;
using platform::testing::at;
using platform::testing::id_of;
using platform::testing::outcome_of;

class TestWorld : public server::World {
 public:
  Instant now() override { return now_; }
  void fill_random(std::span<std::uint8_t> bytes) override {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_());
  }
  void pass(Duration time) { now_ += time; }

 private:
  Instant now_ = at(1'800'000'000'000);
  std::mt19937_64 random_{5};
};

class IdentityTest : public platform::testing::StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    const auto migrated = platform::migrate(*connection_, "identity", identity_migrations(), at(0));
    ASSERT_TRUE(migrated) << migrated.error().message;
  }

  // What must succeed.
  template <typename Work>
  auto made(Work work) {
    auto outcome = write(std::move(work));
    EXPECT_TRUE(outcome) << outcome.error().message;
    return std::move(outcome).value();
  }

  // A user whose hash is `hash`: nothing here waits for scrypt.
  User user(const TenantId& tenant, const std::string& email, Role role,
            const std::string& hash = "hash") {
    return made([&](Transaction& t) {
      return add_user(t, world_, tenant, {email, "Somebody", role, {hash}});
    });
  }

  TestWorld world_;
  TenantId ours_ = id_of<TenantKind>(1);
  TenantId theirs_ = id_of<TenantKind>(2);
};

}  // namespace tally::identity::testing
