#include "platform/http/http.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>

#include "platform/http/http_error.hpp"
#include "platform/http/text.hpp"

namespace tally::http {
namespace {

constexpr std::array<std::string_view, kMethodCount> kMethods{"GET",   "HEAD",   "POST",   "PUT",
                                                              "PATCH", "DELETE", "OPTIONS"};

constexpr std::pair<int, std::string_view> kReasons[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {507, "Insufficient Storage"},
};

std::string_view type_for(int status) {
  if (status == 401 || status == 403) return "authentication_error";
  if (status == 402) return "card_error";
  if (status == 429) return "rate_limit_error";
  return status >= 500 ? "api_error" : "invalid_request_error";
}

std::unexpected<Error> malformed(std::string_view what) {
  return fail(HttpError::kMalformed, fmt::format("the request's target {}", what));
}

// "http://host/a" becomes "/a": a server takes both (RFC 9112, 3.2.2).
std::string_view without_authority(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(std::min(target.find_first_of("/?", scheme.size()), target.size()));
    return target.empty() ? "/" : target;
  }
  return target;
}

Result<std::vector<std::string>> parse_segments(std::string_view path) {
  std::vector<std::string> segments;
  if (path == "/") return segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // The "/" that every segment begins with.
    const std::size_t end = std::min(path.find('/'), path.size());
    auto segment = percent_decode(path.substr(0, end), Plus::kItself);
    if (!segment) return malformed("is not percent-encoded UTF-8");
    if (*segment == "." || *segment == "..") return malformed("has a segment \".\" or \"..\"");
    if (segments.size() == kPathSegmentsMax) {
      return fail(HttpError::kTooLarge,
                  fmt::format("the path has more than {} segments", kPathSegmentsMax));
    }
    segments.push_back(std::move(*segment));
    path.remove_prefix(end);
  }
  return segments;
}

}  // namespace

std::string_view name_of(Method method) { return kMethods.at(static_cast<std::size_t>(method)); }

std::optional<Method> parse_method(std::string_view text) {
  const auto* found = std::ranges::find(kMethods, text);
  if (found == kMethods.end()) return std::nullopt;
  return static_cast<Method>(found - kMethods.begin());
}

void NamedValues::add(std::string_view name, std::string_view value) {
  pairs_.emplace_back(name, value);
}

void NamedValues::set(std::string_view name, std::string_view value) {
  erase(name);
  add(name, value);
}

void NamedValues::erase(std::string_view name) {
  std::erase_if(pairs_, [&](const Pair& pair) { return equal_ignoring_case(pair.first, name); });
}

std::optional<std::string_view> NamedValues::find(std::string_view name) const {
  for (const auto& [key, value] : pairs_) {
    if (equal_ignoring_case(key, name)) return value;
  }
  return std::nullopt;
}

std::size_t NamedValues::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      pairs_, [&](const Pair& pair) { return equal_ignoring_case(pair.first, name); }));
}

std::optional<std::string_view> Target::parameter(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

Result<Target> parse_target(std::string_view target) {
  if (target.size() > kTargetBytesMax) {
    return fail(HttpError::kTooLarge,
                fmt::format("the request's target has {} bytes; at most {} are taken",
                            target.size(), kTargetBytesMax));
  }
  target = without_authority(target);
  if (!std::ranges::all_of(target, [](char c) { return c > 0x20 && c < 0x7F; })) {
    return malformed("has characters that must be percent-encoded");
  }
  target = target.substr(0, target.find('#'));
  const std::size_t mark = std::min(target.find('?'), target.size());
  const std::string_view path = target.substr(0, mark);
  if (!path.starts_with('/')) return malformed("does not begin with \"/\"");
  auto segments = parse_segments(path);
  if (!segments) return std::unexpected(std::move(segments.error()));
  auto query = parse_query(target.substr(std::min(mark + 1, target.size())));
  if (!query) return std::unexpected(std::move(query.error()));
  return Target{std::string(path), std::move(*segments), std::move(*query)};
}

Result<std::vector<NamedValues::Pair>> parse_query(std::string_view query) {
  std::vector<NamedValues::Pair> pairs;
  while (!query.empty()) {
    const std::string_view item = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(item.size() + 1, query.size()));
    if (item.empty()) continue;
    if (pairs.size() == kQueryParametersMax) {
      return fail(HttpError::kTooLarge,
                  fmt::format("the query has more than {} parameters", kQueryParametersMax));
    }
    const std::size_t equals = std::min(item.find('='), item.size());
    auto name = percent_decode(item.substr(0, equals), Plus::kSpace);
    auto value = percent_decode(item.substr(std::min(equals + 1, item.size())), Plus::kSpace);
    if (!name || !value) {
      return fail(HttpError::kMalformed, "the query is not percent-encoded UTF-8");
    }
    pairs.emplace_back(std::move(*name), std::move(*value));
  }
  return pairs;
}

std::string_view reason_of(int status) {
  const auto* found = std::ranges::find(kReasons, status, &std::pair<int, std::string_view>::first);
  return found == std::end(kReasons) ? "" : found->second;
}

Response json_response(int status, std::string json) {
  Response response{status, {}, std::move(json)};
  response.headers.add("Content-Type", "application/json");
  return response;
}

Response problem(const Problem& problem, std::string_view request_id) {
  nlohmann::ordered_json body{
      {"type", problem.type.empty() ? type_for(problem.status) : problem.type},
      {"title", reason_of(problem.status)},
      {"status", problem.status},
      {"detail", problem.message},
      {"code", problem.code},
      {"message", problem.message}};
  if (!problem.param.empty()) body["param"] = problem.param;
  if (!problem.decline_code.empty()) body["decline_code"] = problem.decline_code;
  if (!problem.doc_url.empty()) body["doc_url"] = problem.doc_url;
  body["request_id"] = request_id;
  using Json = nlohmann::ordered_json;
  Response response{problem.status, {}, body.dump(-1, ' ', false, Json::error_handler_t::replace)};
  response.headers.add("Content-Type", "application/problem+json");
  return response;
}

std::string http_date(Instant instant) {
  static constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed",
                                                         "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> kMonths{
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(instant - day));
  return fmt::format(
      "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays.at(std::chrono::weekday(day).c_encoding()),
      static_cast<unsigned>(date.day()), kMonths.at(static_cast<unsigned>(date.month()) - 1),
      static_cast<int>(date.year()), time.hours().count(), time.minutes().count(),
      time.seconds().count());
}

}  // namespace tally::http
