#include "base/instant.hpp"

#include <gtest/gtest.h>

namespace tally {
namespace {

using std::chrono::milliseconds;

TEST(Instant, IsWrittenInUtcWithMilliseconds) {
  EXPECT_EQ(to_string(Instant{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_string(Instant{milliseconds{1'795'446'245'123}}), "2026-11-23T15:04:05.123Z");
}

TEST(Instant, IsReadBack) {
  for (const std::int64_t ms :
       {0LL, 1LL, 951'782'400'000LL, 1'795'446'245'123LL, 4'102'444'799'999LL}) {
    const Instant instant{milliseconds{ms}};
    EXPECT_EQ(parse_instant(to_string(instant)), instant);
  }
}

TEST(Instant, OtherFormsOfRfc3339AreTaken) {
  const Instant instant{milliseconds{1'795'446'245'000}};
  EXPECT_EQ(parse_instant("2026-11-23T15:04:05Z"), instant);
  EXPECT_EQ(parse_instant("2026-11-23T17:04:05+02:00"), instant);
  EXPECT_EQ(parse_instant("2026-11-23 09:34:05-05:30"), instant);
  EXPECT_EQ(parse_instant("2026-11-23t15:04:05.5z"), instant + milliseconds{500});
  EXPECT_EQ(parse_instant("2026-11-23T15:04:05.123999999Z"), instant + milliseconds{123});
}

TEST(Instant, WhatIsNoneIsRefused) {
  for (const char* wrong :
       {"", "2026-11-23", "2026-11-23T15:04:05", "2026-11-23T15:04Z", "2026-02-29T00:00:00Z",
        "2026-11-31T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-23T24:00:00Z",
        "2026-11-23T23:59:60Z", "2026-11-23T15:04:05.Z", "2026-11-23T15:04:05.1234567890Z",
        "2026-11-23T15:04:05+0200", "2026-11-23T15:04:05Zx", "1969-12-31T23:59:59Z"}) {
    EXPECT_FALSE(parse_instant(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace tally
