#include "pages/assets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/digest.hpp"

namespace tally::pages {
namespace {

http::Headers asked(std::string_view encoding, std::string_view tag = "") {
  http::Headers headers;
  if (!encoding.empty()) headers.set("Accept-Encoding", encoding);
  if (!tag.empty()) headers.set("If-None-Match", tag);
  return headers;
}

std::string header(const http::Response& response, std::string_view name) {
  return std::string(response.headers.find(name).value_or(""));
}

const Asset& a_script() {
  const auto all = all_assets();
  const auto found = std::ranges::find_if(all, [](const Asset& one) {
    return one.immutable && one.type.starts_with("text/javascript") && !one.gzip.empty() &&
           !one.brotli.empty();
  });
  EXPECT_NE(found, all.end());
  return *found;
}

TEST(Assets, AreWhatTheyWereBuiltAs) {
  ASSERT_FALSE(all_assets().empty());
  for (const Asset& asset : all_assets()) {
    const std::string content(asset.plain.begin(), asset.plain.end());
    EXPECT_EQ(sha256_hex(content), asset.sha256) << asset.path;
  }
}

TEST(Assets, HaveAPageForEachKindOfPerson) {
  for (const auto* page : {"wallet.html", "wallet.demo.html", "wallet.test.html", "console.html",
                           "console.test.html", "console.demo.html", "cabinet.html"}) {
    ASSERT_NE(find_asset(page), nullptr) << page;
  }
  EXPECT_EQ(find_asset("wallet"), nullptr);
  EXPECT_EQ(find_asset(""), nullptr);
}

TEST(Assets, ArePackedAsTheAskerCanTake) {
  const Asset& script = a_script();
  const auto best = asset_response(script, asked("gzip, deflate, br;q=0.9"));
  EXPECT_EQ(header(best, "Content-Encoding"), "br");
  EXPECT_EQ(std::get<std::string>(best.body).size(), script.brotli.size());
  const auto gzip = asset_response(script, asked("gzip, br;q=0"));
  EXPECT_EQ(header(gzip, "Content-Encoding"), "gzip");
  EXPECT_EQ(std::get<std::string>(gzip.body).size(), script.gzip.size());
  const auto plain = asset_response(script, asked(""));
  EXPECT_EQ(header(plain, "Content-Encoding"), "");
  EXPECT_EQ(std::get<std::string>(plain.body).size(), script.plain.size());
  EXPECT_EQ(header(plain, "Vary"), "Accept-Encoding");
}

TEST(Assets, AreKeptForGoodWhereTheirNameChangesWithThem) {
  EXPECT_EQ(header(asset_response(a_script(), asked("br")), "Cache-Control"),
            "public, max-age=31536000, immutable");
  EXPECT_EQ(header(asset_response(*find_asset("wallet.html"), asked("br")), "Cache-Control"),
            "no-cache");
}

TEST(Assets, AreNotSentAgainToWhoHasThem) {
  const Asset& page = *find_asset("wallet.html");
  const std::string tag = header(asset_response(page, asked("br")), "ETag");
  const auto again = asset_response(page, asked("br", "\"other\", W/" + tag));
  EXPECT_EQ(again.status, 304);
  EXPECT_TRUE(std::get<std::string>(again.body).empty());
  // Packed otherwise it is another thing, as is the demo's page.
  EXPECT_EQ(asset_response(page, asked("gzip", tag)).status, 200);
  EXPECT_EQ(asset_response(*find_asset("wallet.demo.html"), asked("br", tag)).status, 200);
}

TEST(Assets, PagesAllowNoScriptsButTheirOwn) {
  const auto page = asset_response(*find_asset("console.html"), asked(""));
  const std::string policy = header(page, "Content-Security-Policy");
  EXPECT_NE(policy.find("script-src 'self';"), std::string::npos);
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  const std::string text = std::get<std::string>(page.body);
  EXPECT_EQ(text.find("<script>"), std::string::npos);
  EXPECT_EQ(text.find("http:"), std::string::npos);
  EXPECT_EQ(text.find("https:"), std::string::npos);
}

TEST(Assets, TheServiceWorkerMayCallItsServer) {
  const auto worker = asset_response(*find_asset("sw.js"), asked(""));
  EXPECT_NE(header(worker, "Content-Security-Policy").find("connect-src 'self'"),
            std::string::npos);
  EXPECT_EQ(header(worker, "Cache-Control"), "no-cache");
}

TEST(Assets, FilesAreFoundByTheirPathAndPagesAreNot) {
  http::Request request;
  request.target = *http::parse_target("/" + std::string(a_script().path));
  EXPECT_TRUE(file_at(request));
  request.target = *http::parse_target("/sw.js");
  EXPECT_TRUE(file_at(request));
  for (const auto* none : {"/wallet.html", "/", "/assets/", "/assets/none.js"}) {
    request.target = *http::parse_target(none);
    EXPECT_FALSE(file_at(request)) << none;
  }
}

}  // namespace
}  // namespace tally::pages
