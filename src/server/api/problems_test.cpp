#include "server/api/problems.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/id.hpp"
#include "server/api/error.hpp"

namespace tally::api {
namespace {

using testing::HasSubstr;
using testing::Not;

Error error(std::string_view code, std::string message = "words") {
  return {{code, ErrorKind::kFailed}, std::move(message)};
}

TEST(Problems, HaveOneRowForEachErrorWithAStatusThatIsOne) {
  std::set<std::string_view> seen;
  for (const ProblemRow& row : problem_table()) {
    EXPECT_TRUE(seen.insert(row.error).second) << row.error;
    EXPECT_FALSE(http::reason_of(row.status).empty()) << row.status;
    EXPECT_FALSE(row.code.empty());
  }
  for (int i = 0; i <= static_cast<int>(ApiError::kUpload); ++i) {
    EXPECT_TRUE(seen.contains(code_of(static_cast<ApiError>(i)).name)) << i;
  }
}

TEST(Problems, OfErrorsThatNobodyKnowsTellNothing) {
  const auto problem = problem_of(error("store.statement", "SELECT secret FROM /var/lib"));
  EXPECT_EQ(problem.status, 500);
  EXPECT_EQ(problem.code, "internal_error");
  EXPECT_THAT(problem.message, Not(HasSubstr("SELECT")));
  EXPECT_THAT(problem_of(error("store.unavailable", "host=db.internal")).message,
              Not(HasSubstr("db.internal")));
}

TEST(Problems, NameTheFieldThatIsWrong) {
  EXPECT_EQ(problem_of(error("api.parameter_invalid", "body: lines[2].sku: is missing")).param,
            "lines[2].sku");
  EXPECT_EQ(problem_of(error("commerce.invalid", "product.sku: must be a text")).param, "sku");
  EXPECT_EQ(problem_of(error("commerce.transition", "it is open: can't cancel")).param, "");
}

TEST(Problems, NameNoFieldWhereAnIdStandsBeforeTheMessage) {
  const std::string id = SessionId::from_bits({}).text();
  EXPECT_EQ(problem_of(error("commerce.transition", id + ": can't be cancelled")).param, "");
  EXPECT_EQ(problem_of(error("commerce.invalid", id + ": refund.reason: is too long")).param,
            "reason");
}

TEST(Problems, SayWhenToComeBackAndHowToSignIn) {
  EXPECT_TRUE(problem_response(error("api.busy"), "req_1").headers.find("Retry-After"));
  EXPECT_TRUE(
      problem_response(error("idempotency.in_flight"), "req_1").headers.find("Retry-After"));
  EXPECT_TRUE(
      problem_response(error("api.unauthenticated"), "req_1").headers.find("WWW-Authenticate"));
  EXPECT_FALSE(problem_response(error("idempotency.reused"), "req_1").headers.find("Retry-After"));
}

TEST(Problems, KeepTheKeysOfWhatWasDecided) {
  EXPECT_FALSE(forgets_key(error("commerce.transition")));
  EXPECT_FALSE(forgets_key(error("api.payment_required")));
  EXPECT_TRUE(forgets_key(error("api.parameter_missing")));
  EXPECT_TRUE(forgets_key(error("store.busy")));
}

}  // namespace
}  // namespace tally::api
