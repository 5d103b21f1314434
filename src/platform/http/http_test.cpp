#include "platform/http/http.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "platform/http/one_shot.hpp"
#include "platform/http/request_head.hpp"
#include "platform/http/response_head.hpp"
#include "platform/http/text.hpp"

namespace tally::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

TEST(PercentDecode, TakesUtf8AndRefusesTheRest) {
  EXPECT_EQ(percent_decode("caf%C3%a9+x%2B", Plus::kItself), "café+x+");
  EXPECT_EQ(percent_decode("caf%C3%A9+x%2B", Plus::kSpace), "café x+");
  for (const auto* wrong :
       {"%", "%4", "%zz", "a%0", "%00", "%ff", "%C0%AF", "%ED%A0%80", "%F4%90%80%80", "%E2%82"}) {
    EXPECT_FALSE(percent_decode(wrong, Plus::kItself)) << wrong;
  }
  EXPECT_EQ(percent_decode("%F0%9F%8D%8E", Plus::kItself), "\xF0\x9F\x8D\x8E");
}

TEST(PercentEncode, IsUndoneByDecoding) {
  std::string all;
  for (char c = 1; c < 127; ++c) all += c;
  all += "é€\xF0\x9F\x8D\x8E";
  EXPECT_EQ(percent_decode(percent_encode(all), Plus::kSpace), all);
  EXPECT_EQ(percent_encode("a b/é"), "a%20b%2F%C3%A9");
}

TEST(HeaderTexts, HoldNoLineEnds) {
  EXPECT_TRUE(is_header_value("a b\tc é"));
  EXPECT_FALSE(is_header_value("a\r\nb"));
  EXPECT_FALSE(is_header_value(std::string_view("a\0b", 3)));
  EXPECT_TRUE(is_token("X-Key_1"));
  EXPECT_FALSE(is_token(""));
  EXPECT_FALSE(is_token("a b"));
  EXPECT_TRUE(list_has("keep-alive , Upgrade", "upgrade"));
  EXPECT_FALSE(list_has("keep-alive, upgraded", "upgrade"));
}

TEST(Headers, CompareNamesWithoutCase) {
  Headers headers;
  headers.add("X-One", "1");
  headers.add("x-one", "2");
  EXPECT_EQ(headers.find("X-ONE"), "1");
  EXPECT_EQ(headers.count("X-one"), 2U);
  headers.set("x-One", "3");
  EXPECT_EQ(headers.size(), 1U);
  EXPECT_FALSE(headers.find("X-Two"));
}

TEST(Target, IsDecodedInItsParts) {
  const auto target = parse_target("/v1/caf%C3%A9/a%2Fb?x=1&y=a+b%26&x=2&&flag#part");
  ASSERT_TRUE(target) << target.error().message;
  EXPECT_EQ(target->path, "/v1/caf%C3%A9/a%2Fb");
  EXPECT_THAT(target->segments, ElementsAre("v1", "café", "a/b"));
  EXPECT_THAT(target->query,
              ElementsAre(Pair("x", "1"), Pair("y", "a b&"), Pair("x", "2"), Pair("flag", "")));
  EXPECT_EQ(target->parameter("x"), "1");
  EXPECT_FALSE(target->parameter("X"));
  EXPECT_EQ(parse_target("http://host:1?a=b").error().code.name, "http.malformed");
  EXPECT_THAT(parse_target("HTTP://host:1/c?a=b")->segments, ElementsAre("c"));
  EXPECT_TRUE(parse_target("/")->segments.empty());
}

TEST(Target, RefusesWhatIsNone) {
  for (const auto* wrong : {"", "*", "a", "host:80", "/a b", "/\x7f", "/é", "/.", "/a/..",
                            "/%2e%2E/x", "/%", "/?%", "/?a=%ff", "/%00"}) {
    const auto target = parse_target(wrong);
    ASSERT_FALSE(target) << wrong;
    EXPECT_EQ(target.error().code.name, "http.malformed") << wrong;
  }
}

TEST(Target, HasLimits) {
  std::string path = "/";
  path.append(kTargetBytesMax - 1, 'a');
  EXPECT_TRUE(parse_target(path));
  EXPECT_FALSE(parse_target(path + "a"));
  std::string deep;
  for (std::size_t i = 0; i < kPathSegmentsMax; ++i) deep += "/a";
  EXPECT_TRUE(parse_target(deep));
  EXPECT_FALSE(parse_target(deep + "/a"));
  std::string query = "/?a";
  for (std::size_t i = 1; i < kQueryParametersMax; ++i) query += "&a";
  EXPECT_TRUE(parse_target(query));
  EXPECT_FALSE(parse_target(query + "&a"));
}

TEST(Problem, IsJsonWithBothStandardsFields) {
  const Response response = problem({.status = 422,
                                     .code = "parameter_invalid",
                                     .message = "\"name\" is not \xff UTF-8",
                                     .param = "name"},
                                    "req_1");
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.headers.find("content-type"), "application/problem+json");
  const auto body = nlohmann::json::parse(std::get<std::string>(response.body));
  EXPECT_EQ(body["type"], "invalid_request_error");
  EXPECT_EQ(body["title"], "Unprocessable Content");
  EXPECT_EQ(body["status"], 422);
  EXPECT_EQ(body["code"], "parameter_invalid");
  EXPECT_EQ(body["param"], "name");
  EXPECT_EQ(body["message"], body["detail"]);
  EXPECT_EQ(body["request_id"], "req_1");
  EXPECT_FALSE(body.contains("decline_code"));
}

TEST(Problem, TypesFollowTheStatus) {
  const std::pair<int, std::string> cases[] = {{400, "invalid_request_error"},
                                               {401, "authentication_error"},
                                               {402, "card_error"},
                                               {429, "rate_limit_error"},
                                               {503, "api_error"}};
  for (const auto& [status, type] : cases) {
    const Response response = problem({.status = status}, "");
    EXPECT_EQ(nlohmann::json::parse(std::get<std::string>(response.body))["type"], type);
  }
}

TEST(HttpDate, IsWrittenAsTheStandardSays) {
  EXPECT_EQ(http_date(*parse_instant("1994-11-06T08:49:37.999Z")), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(ResponseHead, LeavesToTheServerWhatIsTheServers) {
  Response response{200, {}, {}};
  response.headers.add("X-One", "1");
  response.headers.add("content-length", "9");
  response.headers.add("Connection", "upgrade");
  EXPECT_EQ(response_head(response, {.request_id = "req_1", .date = "", .framing = KnownLength{2}}),
            "HTTP/1.1 200 OK\r\nX-One: 1\r\nRequest-Id: req_1\r\nContent-Length: 2\r\n"
            "Connection: keep-alive\r\n\r\n");
  EXPECT_THAT(*response_head(response, {.framing = Chunked{}}),
              HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(*response_head(response, {.framing = NoBody{}}), Not(HasSubstr("Content-Length")));
}

TEST(ResponseHead, RefusesWhatWouldSplitIt) {
  for (const auto& [name, value] : {std::pair("X-A", "b\r\nc: d"), std::pair("X A", "b"),
                                    std::pair("", "b"), std::pair("X:A", "b")}) {
    Response response{200, {}, {}};
    response.headers.add(name, value);
    EXPECT_FALSE(response_head(response, {.framing = NoBody{}})) << name;
  }
  EXPECT_FALSE(response_head({101, {}, {}}, {.framing = NoBody{}}));
  EXPECT_FALSE(response_head({600, {}, {}}, {.framing = NoBody{}}));
}

std::string range_text(std::string_view header, std::uint64_t bytes) {
  const RangeAnswer answer = parse_range(header, bytes);
  if (const auto* range = std::get_if<ByteRange>(&answer)) {
    return std::to_string(range->first) + "+" + std::to_string(range->length);
  }
  return std::holds_alternative<WholeFile>(answer) ? "whole" : "unsatisfiable";
}

TEST(Range, IsReadOrIgnored) {
  EXPECT_EQ(range_text("bytes=0-0", 10), "0+1");
  EXPECT_EQ(range_text("bytes=2-", 10), "2+8");
  EXPECT_EQ(range_text("bytes=-3", 10), "7+3");
  EXPECT_EQ(range_text("bytes=-30", 10), "0+10");
  EXPECT_EQ(range_text("bytes=5-99999999999999", 10), "5+5");
  EXPECT_EQ(range_text("bytes=10-", 10), "unsatisfiable");
  EXPECT_EQ(range_text("bytes=-0", 10), "unsatisfiable");
  EXPECT_EQ(range_text("bytes=0-", 0), "unsatisfiable");
  for (const auto* ignored : {"", "bytes", "bytes=", "bytes=-", "bytes=3-1", "bytes=1-2,4-5",
                              "bytes=x-1", "lines=0-1", "bytes=0-99999999999999999999999"}) {
    EXPECT_EQ(range_text(ignored, 10), "whole") << ignored;
  }
}

RawHead raw(std::string method, std::string target) {
  RawHead head{.method = std::move(method), .target = std::move(target), .headers = {}};
  head.headers.add("Host", "test");
  return head;
}

TEST(RequestHead, BecomesARequest) {
  RawHead head = raw("GET", "/ws?x=1");
  head.headers.add("Connection", "keep-alive, Upgrade");
  head.headers.add("Upgrade", "WebSocket");
  const auto request = read_head(head, "req_1", "192.0.2.7");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->id, "req_1");
  EXPECT_EQ(request->remote_address, "192.0.2.7");
  EXPECT_TRUE(request->wants_websocket);
  head.version = 10;
  EXPECT_FALSE(read_head(head, "", "")->wants_websocket);
}

TEST(RequestHead, IsRefusedForWhatIsWrongWithIt) {
  EXPECT_EQ(read_head(raw("TRACE", "/"), "", "").error().status, 501);
  EXPECT_EQ(read_head(raw("GET", "x"), "", "").error().status, 400);
  EXPECT_EQ(read_head(raw("GET", std::string(kTargetBytesMax + 1, '/')), "", "").error().status,
            414);
  RawHead old = raw("GET", "/");
  old.version = 9;
  EXPECT_EQ(read_head(old, "", "").error().status, 505);
  RawHead binary = raw("GET", "/");
  binary.headers.add("X-Name", "\xff");
  EXPECT_EQ(read_head(binary, "", "").error().status, 400);
}

TEST(OneShot, TellsWhenItIsDroppedAndOnlyThen) {
  int called = 0;
  int dropped = 0;
  const auto make = [&] {
    return OneShot<int>([&](std::optional<int> value) { ++(value ? called : dropped); });
  };
  {
    const auto unused = make();
  }
  EXPECT_EQ(dropped, 1);
  auto used = make();
  used(3);
  EXPECT_EQ(called, 1);
  auto moved = make();
  auto target = make();
  target = std::move(moved);
  EXPECT_EQ(dropped, 2);
  target(4);
  EXPECT_EQ(called, 2);
  EXPECT_EQ(dropped, 2);
}

TEST(Framing, IsClearOrTheRequestIsNone) {
  struct Case {
    bool clear;
    unsigned version;
    std::vector<std::pair<std::string, std::string>> headers;
  };
  const Case cases[] = {
      {true, 11, {}},
      {true, 10, {{"Content-Length", "3"}}},
      {true, 11, {{"Transfer-Encoding", "Chunked"}}},
      {false, 10, {{"Transfer-Encoding", "chunked"}}},
      {false, 11, {{"Transfer-Encoding", "chunked"}, {"Content-Length", "3"}}},
      {false, 11, {{"Transfer-Encoding", "chunked"}, {"Transfer-Encoding", "chunked"}}},
      {false, 11, {{"Transfer-Encoding", "gzip, chunked"}}},
      {false, 11, {{"Transfer-Encoding", "chunked, identity"}}},
      {false, 11, {{"Transfer-Encoding", "xchunked"}}},
      {false, 11, {{"Transfer-Encoding", ""}}},
      {false, 11, {{"Content-Length", "3"}, {"Content-Length", "3"}}},
  };
  for (const Case& one : cases) {
    RawHead head = raw("POST", "/");
    head.version = one.version;
    for (const auto& [name, value] : one.headers) head.headers.add(name, value);
    EXPECT_EQ(has_clear_framing(head), one.clear)
        << (one.headers.empty() ? "" : one.headers.back().second);
  }
}

}  // namespace
}  // namespace tally::http
