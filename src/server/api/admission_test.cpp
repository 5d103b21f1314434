#include "server/api/admission.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "server/api/api.hpp"
#include "server/api/rate_limit.hpp"
#include "server/api/workers.hpp"

namespace tally::api {
namespace {

http::Headers headers(std::initializer_list<http::NamedValues::Pair> pairs) {
  http::Headers all;
  for (const auto& [name, value] : pairs) all.add(name, value);
  return all;
}

constexpr Roles kStaff = {identity::Role::kViewer};
constexpr Roles kBoth = {identity::Role::kShopper, identity::Role::kViewer};

std::string secret_in(const http::Headers& from, const Roles& roles = kBoth) {
  const auto credential = credential_of(from, roles);
  if (!credential) return "refused";
  return *credential ? (*credential)->secret : "none";
}

TEST(Credentials, AreABearerTokenOrTheCookie) {
  EXPECT_EQ(secret_in(headers({})), "none");
  EXPECT_EQ(secret_in(headers({{"Authorization", "Bearer abc"}})), "abc");
  EXPECT_EQ(secret_in(headers({{"Authorization", "bearer abc"}})), "abc");
  EXPECT_EQ(secret_in(headers({{"Authorization", "Basic abc"}})), "refused");
  EXPECT_EQ(secret_in(headers({{"Authorization", "Bearer "}})), "refused");
  EXPECT_EQ(secret_in(headers({{"Authorization", "Bearer a b"}})), "refused");
  EXPECT_EQ(secret_in(headers({{"Authorization", "Bearer " + std::string(600, 'a')}})), "refused");
  EXPECT_EQ(secret_in(headers({{"Cookie", "a=b; tally_wallet=xyz; c=d"}})), "xyz");
  EXPECT_EQ(secret_in(headers({{"Cookie", "not_tally_wallet=xyz"}})), "none");
  EXPECT_EQ(secret_in(headers({{"Authorization", "Bearer abc"}, {"Cookie", "tally_wallet=x"}})),
            "abc");
}

TEST(Credentials, AreOfThePageThatAsks) {
  const auto named = [](const std::string& page, const std::string& cookies) {
    return secret_in(headers({{std::string(kPageHeader), page}, {"Cookie", cookies}}), kBoth);
  };
  const std::string all = "tally_session=o; tally_console=c; tally_wallet=w";
  EXPECT_EQ(named("wallet", all), "w");
  EXPECT_EQ(named("console", all), "c");
  EXPECT_EQ(named("console", "tally_wallet=w"), "none");
  EXPECT_EQ(named("wallet", "tally_console=c"), "none");
  EXPECT_EQ(named("wallet", "tally_console=c; tally_session=o"), "o");
}

TEST(Credentials, OfATagAreTheShoppersWhereAShopperMay) {
  const auto tag = [](const Roles& roles, const std::string& cookies) {
    return secret_in(headers({{"Cookie", cookies}}), roles);
  };
  const std::string all = "tally_session=o; tally_console=c; tally_wallet=w";
  EXPECT_EQ(tag(kBoth, all), "w");
  EXPECT_EQ(tag(kStaff, all), "c");
  EXPECT_EQ(tag(kBoth, "tally_console=c"), "c");
  EXPECT_EQ(tag(kStaff, "tally_session=o"), "o");
}

TEST(Credentials, OfShoppersOpenTheWalletAndThoseOfOthersTheConsole) {
  EXPECT_TRUE(is_of_page(Page::kWallet, identity::Role::kShopper));
  EXPECT_FALSE(is_of_page(Page::kWallet, identity::Role::kOwner));
  EXPECT_TRUE(is_of_page(Page::kConsole, identity::Role::kViewer));
  EXPECT_FALSE(is_of_page(Page::kConsole, identity::Role::kShopper));
}

TEST(Csrf, IsAskedOfWhateverChangesSomethingWithACookie) {
  http::Request request;
  request.method = http::Method::kGet;
  EXPECT_TRUE(check_csrf(request, "secret"));
  request.method = http::Method::kPost;
  EXPECT_FALSE(check_csrf(request, "secret"));
  request.headers.set(kCsrfHeader, csrf_token("another"));
  EXPECT_FALSE(check_csrf(request, "secret"));
  request.headers.set(kCsrfHeader, csrf_token("secret"));
  EXPECT_TRUE(check_csrf(request, "secret"));
  request.headers.erase(kCsrfHeader);
  request.method = http::Method::kGet;
  request.wants_websocket = true;
  EXPECT_FALSE(check_csrf(request, "secret"));
}

TEST(ClientAddress, IsThePeersUnlessAProxyStandsInFront) {
  http::Request request;
  request.remote_address = "10.0.0.1";
  request.headers.add("X-Forwarded-For", "1.2.3.4, 5.6.7.8");
  EXPECT_EQ(client_address(request, false), "10.0.0.1");
  EXPECT_EQ(client_address(request, true), "5.6.7.8");
  request.headers.set("X-Forwarded-For", "");
  EXPECT_EQ(client_address(request, true), "10.0.0.1");
}

Instant at_ms(std::int64_t ms) { return Instant(Duration(ms)); }

TEST(RateLimits, GiveABurstAndThenATokenATime) {
  RateLimiter limiter({.burst = 3, .refill = std::chrono::seconds(1)});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.take("a", at_ms(0)));
  EXPECT_FALSE(limiter.take("a", at_ms(0)));
  EXPECT_TRUE(limiter.take("b", at_ms(0)));
  EXPECT_FALSE(limiter.take("a", at_ms(999)));
  EXPECT_TRUE(limiter.take("a", at_ms(1000)));
  EXPECT_FALSE(limiter.take("a", at_ms(1000)));
  EXPECT_FALSE(limiter.take("a", at_ms(0)));  // The clock went back.
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limiter.take("a", at_ms(100'000)));
}

TEST(RateLimits, ForgetWhoHasWaitedAndRefuseWhatIsTooMany) {
  RateLimiter limiter({.burst = 1, .refill = std::chrono::seconds(1)}, 2);
  EXPECT_TRUE(limiter.take("a", at_ms(0)));
  EXPECT_TRUE(limiter.take("b", at_ms(500)));
  EXPECT_FALSE(limiter.take("c", at_ms(900)));
  EXPECT_TRUE(limiter.take("c", at_ms(1000)));
  EXPECT_EQ(limiter.size(), 2U);
}

TEST(WorkersOfTheApi, RunWhatTheyWereGivenAndRefuseWhatIsTooMuch) {
  std::atomic<int> done = 0;
  std::promise<void> begun;
  std::promise<void> go;
  {
    Workers workers(1, 2);
    EXPECT_TRUE(workers.post([&] {
      begun.set_value();
      go.get_future().wait();
      ++done;
    }));
    begun.get_future().wait();
    EXPECT_TRUE(workers.post([&] { ++done; }));
    EXPECT_TRUE(workers.post([&] { ++done; }));
    EXPECT_FALSE(workers.post([&] { ++done; }));
    go.set_value();
  }
  EXPECT_EQ(done, 3);
}

}  // namespace
}  // namespace tally::api
