#include "cli/suggest.hpp"

#include <gtest/gtest.h>

namespace tally::cli {
namespace {

const std::vector<std::string> kCommands{"process", "detect", "compile", "bench", "doctor"};

TEST(EditDistance, CountsInsertionsDeletionsReplacementsAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("bench", "bnech"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), edit_distance("sitting", "kitten"));
}

TEST(Suggest, ASlipOfTheFingerFindsItsWord) {
  EXPECT_EQ(nearest("proces", kCommands), "process");
  EXPECT_EQ(nearest("dcotor", kCommands), "doctor");
  EXPECT_EQ(nearest("comp", kCommands), "compile");
  EXPECT_EQ(did_you_mean("benhc", kCommands), "; did you mean 'bench'?");
}

TEST(Suggest, WhatIsFarFromEveryWordFindsNone) {
  EXPECT_EQ(nearest("serve", kCommands), std::nullopt);
  EXPECT_EQ(nearest("", kCommands), std::nullopt);
  EXPECT_EQ(nearest(std::string(100, 'p'), kCommands), std::nullopt);
  EXPECT_EQ(nearest("process", {}), std::nullopt);
  EXPECT_EQ(did_you_mean("xyz", kCommands), "");
}

}  // namespace
}  // namespace tally::cli
