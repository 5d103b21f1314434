#include "server/identity/schema.hpp"

#include <gtest/gtest.h>

namespace tally::identity {
namespace {

// A released migration never changes. When one is added, its line is added here.
TEST(IdentityMigrations, AreWhatTheyWereWhenTheyWereReleased) {
  std::vector<std::string> checksums;
  for (const platform::Migration& migration : identity_migrations()) {
    checksums.push_back(checksum_of(migration).substr(0, 16));
  }
  EXPECT_EQ(checksums,
            (std::vector<std::string>{"248b50795a3cd3b4", "31955d8c2610aec2", "1cb71aae44743744"}));
}

}  // namespace
}  // namespace tally::identity
