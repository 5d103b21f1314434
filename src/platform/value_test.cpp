#include "platform/value.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "platform/dialect.hpp"
#include "platform/postgres_value.hpp"
#include "platform/store_error.hpp"

namespace tally::platform {
namespace {

bool is_storable(std::string_view text) {
  const std::vector<Value> values{std::string(text)};
  return check_values(values).has_value();
}

TEST(Value, TakesUtf8AndNothingElse) {
  for (const std::string_view good : {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80",
                                      "\xED\x9F\xBF", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_storable(good)) << good;
  }
  for (const std::string_view bad :
       {std::string_view("\0", 1), std::string_view("\x80"), std::string_view("\xC0\x80"),
        std::string_view("\xC1\xBF"), std::string_view("\xE0\x9F\xBF"),
        std::string_view("\xED\xA0\x80"), std::string_view("\xF0\x8F\xBF\xBF"),
        std::string_view("\xF4\x90\x80\x80"), std::string_view("\xF8\x88\x80\x80\x80"),
        std::string_view("a\xC3"), std::string_view("\xE2\x82"), std::string_view("\xC3(")}) {
    EXPECT_FALSE(is_storable(bad));
  }
}

TEST(Value, OthersTextIsMadeStorable) {
  EXPECT_EQ(storable_text(std::string_view("no\0\xFF way", 8), 100), "no?? way");
  EXPECT_EQ(storable_text("a\xC3\xA4z", 100), "a\xC3\xA4z");
  EXPECT_EQ(storable_text("a\xC3\xA4z", 2), "a");  // No half of a character.
  EXPECT_EQ(storable_text("a\xC3\xA4z", 3), "a\xC3\xA4");
}

TEST(Value, EndsAtItsLimits) {
  const auto check = [](Value value) { return check_values(std::vector<Value>{std::move(value)}); };
  EXPECT_TRUE(check(Blob{std::string(kValueBytesMax, '\xFF')}));
  EXPECT_TRUE(is(check(Blob{std::string(kValueBytesMax + 1, 'a')}).error(), StoreError::kLimit));
  EXPECT_TRUE(is(check(INFINITY).error(), StoreError::kValue));
  EXPECT_TRUE(check_body(std::string(kBodyBytesMax, 'a')));
  EXPECT_TRUE(is(check_body(std::string(kBodyBytesMax + 1, 'a')).error(), StoreError::kLimit));
}

TEST(Dialect, TurnsParametersAndLeavesWhatIsQuoted) {
  EXPECT_EQ(sqlite_of("SELECT $1, $12 WHERE a = $2"), "SELECT ?1, ?12 WHERE a = ?2");
  EXPECT_EQ(sqlite_of("'$1' || 'it''s $2' || \"$3\" || $4"), "'$1' || 'it''s $2' || \"$3\" || ?4");
  EXPECT_EQ(sqlite_of("$1 -- $2\n$3 /* $4 */ $5"), "?1 -- $2\n?3 /* $4 */ ?5");
  EXPECT_EQ(sqlite_of("'$1"), "'$1");
  EXPECT_EQ(sqlite_of("/* $1"), "/* $1");
  EXPECT_EQ(sqlite_of("$"), "$");
  EXPECT_EQ(sqlite_of("$a"), "$a");
}

TEST(Dialect, CountsParametersOutsideOfQuotes) {
  EXPECT_EQ(parameters_in("SELECT 1"), 0U);
  EXPECT_EQ(parameters_in("SELECT $2, $1, '$9' -- $8"), 2U);
  EXPECT_EQ(parameters_in("$10"), 10U);
}

TEST(PostgresValue, ReadsSignedNumbersOfEverySize) {
  EXPECT_EQ(postgres_column(kPostgresInt2, "\xFF\xFE"), Value(std::int64_t{-2}));
  EXPECT_EQ(postgres_column(kPostgresInt4, "\xFF\xFF\xFF\xFE"), Value(std::int64_t{-2}));
  EXPECT_EQ(postgres_column(kPostgresInt8, postgres_parameter(Value(std::int64_t{-2})).bytes),
            Value(std::int64_t{-2}));
  EXPECT_EQ(postgres_column(kPostgresFloat8, postgres_parameter(Value(-0.1)).bytes), Value(-0.1));
}

TEST(PostgresValue, RefusesTypesThatSqliteHasNot) {
  constexpr unsigned kNumeric = 1700;
  EXPECT_TRUE(is(postgres_column(kNumeric, "").error(), StoreError::kStatement));
  EXPECT_TRUE(is(postgres_column(kPostgresInt8, "abc").error(), StoreError::kStatement));
}

}  // namespace
}  // namespace tally::platform
