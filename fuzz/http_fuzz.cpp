// Any bytes are a target, a query, a URL, a range or an error, never a crash; what was read holds
// its limits and promises.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/assert.hpp"
#include "platform/http/event_stream.hpp"
#include "platform/http/request_head.hpp"
#include "platform/http/response_head.hpp"
#include "platform/http/router.hpp"
#include "platform/http/text.hpp"
#include "platform/http/url.hpp"

namespace {

using namespace tally::http;

const Router& router() {
  static const Router made = [] {
    Router routes;
    std::size_t number = 0;
    for (const auto* pattern :
         {"/", "/v1/users/{id}", "/v1/users/me", "/v1/{thing}/me/parts", "/assets/{path*}"}) {
      TALLY_ASSERT(routes.add(Method::kGet, pattern, number++));
    }
    return routes;
  }();
  return made;
}

void check_texts(std::string_view text) {
  const auto decoded = percent_decode(text, Plus::kSpace);
  TALLY_ASSERT(!decoded || (is_text(*decoded) && decoded->size() <= text.size()));
  if (is_text(text)) TALLY_ASSERT(percent_decode(percent_encode(text), Plus::kItself) == text);
  const std::string event = event_text({.data = std::string(text), .id = std::string(text)});
  TALLY_ASSERT(event.ends_with("\n\n") && event.find("\n\n") == event.size() - 2);
}

void check_target(std::string_view text) {
  const auto target = parse_target(text);
  if (!target) {
    TALLY_ASSERT(!target.error().message.empty());
    return;
  }
  TALLY_ASSERT(target->segments.size() <= kPathSegmentsMax);
  TALLY_ASSERT(target->query.size() <= kQueryParametersMax);
  for (const auto& segment : target->segments) {
    TALLY_ASSERT(is_text(segment) && segment != "." && segment != "..");
  }
  const RouteAnswer answer = router().match(Method::kGet, *target);
  if (const auto* match = std::get_if<RouteMatch>(&answer)) {
    for (const auto& [name, value] : match->parameters) {
      TALLY_ASSERT(!value.empty() && match->parameter(name) == value);
    }
  }
}

void check_head(std::string_view text) {
  const std::size_t line = text.find('\n');
  RawHead head{.method = "GET", .target = std::string(text.substr(0, line))};
  head.headers.add("Host", text.substr(line == std::string_view::npos ? text.size() : line));
  const auto request = read_head(head, "req_1", "::1");
  if (!request) TALLY_ASSERT(request.error().status >= 400 && request.error().status < 600);
  Response response{.status = 200};
  response.headers.add("X-Any", text);
  const auto written = response_head(response, {});
  TALLY_ASSERT(!written || written->find("\r\n\r\n") == written->size() - 4);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_texts(text);
  check_target(text);
  check_head(text);
  if (const auto url = parse_url(text)) {
    TALLY_ASSERT(!url->host.empty() && url->port != 0 && url->target.starts_with('/'));
    TALLY_ASSERT(is_header_value(url->authority()) && is_header_value(url->target));
  }
  const RangeAnswer range = parse_range(text, 1000);
  if (const auto* part = std::get_if<ByteRange>(&range)) {
    TALLY_ASSERT(part->length > 0 && part->first + part->length <= 1000);
  }
  Router any;
  if (const auto added = any.add(Method::kGet, text, 0); !added) {
    TALLY_ASSERT(!added.error().message.empty());
  }
  return 0;
}
