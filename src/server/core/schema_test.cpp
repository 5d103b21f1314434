#include "server/core/schema.hpp"

#include <gtest/gtest.h>

namespace tally::core {
namespace {

// A released migration never changes. When one is added, its line is added here.
TEST(CoreMigrations, AreWhatTheyWereWhenTheyWereReleased) {
  std::vector<std::string> checksums;
  for (const platform::Migration& migration : core_migrations()) {
    checksums.push_back(checksum_of(migration).substr(0, 16));
  }
  EXPECT_EQ(checksums,
            (std::vector<std::string>{"a0ad445f1da6d7f0", "9b7d2afc772a81ac", "3ff482ffe6a875ae",
                                      "47551b57dc1d90b0", "548079d80b595b69", "b80e303a16584e55",
                                      "e2af2925536e6843", "85186a910592d6c2", "3001c734c846b569",
                                      "a57fc9c74add8d50", "c58653c16e26ec37"}));
}

}  // namespace
}  // namespace tally::core
