#include "platform/http/router.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tally::http {
namespace {

using testing::ElementsAre;
using testing::Pair;

class Routes : public testing::Test {
 protected:
  void add(Method method, std::string_view pattern) {
    const auto added = router_.add(method, pattern, count_++);
    EXPECT_TRUE(added) << added.error().message;
  }
  // "number name=value", "404", or "405 Allow".
  std::string find(Method method, std::string_view target) {
    const RouteAnswer answer = router_.match(method, *parse_target(target));
    if (std::holds_alternative<RouteNotFound>(answer)) return "404";
    if (const auto* not_allowed = std::get_if<RouteNotAllowed>(&answer)) {
      return "405 " + not_allowed->allow;
    }
    const auto& match = std::get<RouteMatch>(answer);
    std::string text = fmt::format("{}", match.route);
    for (const auto& [name, value] : match.parameters) text += fmt::format(" {}={}", name, value);
    return text;
  }

  Router router_;
  std::size_t count_ = 0;
};

TEST_F(Routes, FindParametersAndLiteralsFirst) {
  add(Method::kGet, "/v1/users/{id}");
  add(Method::kGet, "/v1/users/me");
  add(Method::kGet, "/v1/{thing}/me/parts");
  add(Method::kGet, "/v1/users/{id}/parts");
  add(Method::kGet, "/");
  EXPECT_EQ(find(Method::kGet, "/v1/users/usr_1"), "0 id=usr_1");
  EXPECT_EQ(find(Method::kGet, "/v1/users/me"), "1");
  EXPECT_EQ(find(Method::kGet, "/v1/users/me/parts"), "3 id=me");
  EXPECT_EQ(find(Method::kGet, "/v1/things/me/parts"), "2 thing=things");
  EXPECT_EQ(find(Method::kGet, "/v1/users/caf%C3%A9%2Fx?q"), "0 id=café/x");
  EXPECT_EQ(find(Method::kGet, "/"), "4");
  EXPECT_EQ(find(Method::kHead, "/v1/users/me"), "1");
}

TEST_F(Routes, TellNotFoundFromNotAllowed) {
  add(Method::kGet, "/v1/things");
  add(Method::kPost, "/v1/things");
  add(Method::kDelete, "/v1/{kind}");
  add(Method::kPost, "/v1/others");
  EXPECT_EQ(find(Method::kPut, "/v1/things"), "405 GET, HEAD, POST, DELETE");
  EXPECT_EQ(find(Method::kGet, "/v1/others"), "405 POST, DELETE");
  EXPECT_EQ(find(Method::kDelete, "/v1/others"), "2 kind=others");
  for (const auto* target : {"/v1", "/v1/", "/v1/things/", "//things", "/V1/things", "/"}) {
    EXPECT_EQ(find(Method::kGet, target), "404") << target;
  }
}

TEST_F(Routes, TakeTheRestOfAPath) {
  add(Method::kGet, "/assets/{path*}");
  add(Method::kGet, "/assets/{name}");
  EXPECT_EQ(find(Method::kGet, "/assets/a/b.js"), "0 path=a/b.js");
  EXPECT_EQ(find(Method::kGet, "/assets/b.js"), "1 name=b.js");
  EXPECT_EQ(find(Method::kGet, "/assets"), "404");
  EXPECT_EQ(find(Method::kGet, "/assets/a//b"), "404");
  EXPECT_EQ(find(Method::kGet, "/assets/a/b%2Fc"), "404");
}

TEST_F(Routes, RefuseConflictsAndWhatIsNoPattern) {
  add(Method::kGet, "/v1/{id}");
  EXPECT_EQ(router_.add(Method::kGet, "/v1/{name}", 9).error().code.name, "http.conflict");
  EXPECT_TRUE(router_.add(Method::kPut, "/v1/{name}", 9));
  for (const auto* pattern :
       {"", "v1", "/v1/", "//", "/{}", "/{Id}", "/{a*}/b", "/{a}/{a}", "/a{b}", "/%41", "/{*}"}) {
    const auto added = router_.add(Method::kGet, pattern, 1);
    ASSERT_FALSE(added) << pattern;
    EXPECT_EQ(added.error().code.name, "http.malformed") << pattern;
  }
}

TEST_F(Routes, HaveALimit) {
  for (std::size_t i = 0; i < kRoutesMax; ++i) add(Method::kGet, fmt::format("/{}", i));
  EXPECT_EQ(router_.add(Method::kGet, "/more", 1).error().code.name, "http.too_large");
}

TEST(RouteProblems, SayWhatIsThere) {
  Request request;
  request.target = *parse_target("/v1/x");
  EXPECT_EQ(response_of(RouteNotFound{}, request).status, 404);
  const Response response = response_of(RouteNotAllowed{"GET, HEAD"}, request);
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.headers.find("Allow"), "GET, HEAD");
}

}  // namespace
}  // namespace tally::http
