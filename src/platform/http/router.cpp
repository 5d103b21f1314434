#include "platform/http/router.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/assert.hpp"
#include "platform/http/http_error.hpp"
#include "platform/http/text.hpp"

namespace tally::http {

const std::string& RouteMatch::parameter(std::string_view name) const {
  const auto found = std::ranges::find(parameters, name, &NamedValues::Pair::first);
  TALLY_ASSERT(found != parameters.end());
  return found->second;
}

Result<Router::Segment> Router::parse_segment(std::string_view text, bool last) {
  const bool braces = text.starts_with('{') && text.ends_with('}') && text.size() > 2;
  if (!braces) {
    if (text.empty() || text.find_first_of("{}%?#") != std::string_view::npos) {
      return fail(HttpError::kMalformed, fmt::format("\"{}\" is no segment of a pattern", text));
    }
    return Segment{SegmentKind::kLiteral, std::string(text)};
  }
  std::string_view name = text.substr(1, text.size() - 2);
  const bool rest = name.ends_with('*');
  if (rest) name.remove_suffix(1);
  const bool named = !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (!named || (rest && !last)) {
    return fail(
        HttpError::kMalformed,
        fmt::format("\"{}\" is no parameter: write {{name}}, or {{name*}} at the end", text));
  }
  return Segment{rest ? SegmentKind::kRest : SegmentKind::kParameter, std::string(name)};
}

Result<std::vector<Router::Segment>> Router::parse_pattern(std::string_view pattern) {
  if (!pattern.starts_with('/')) {
    return fail(HttpError::kMalformed, fmt::format("\"{}\" does not begin with \"/\"", pattern));
  }
  std::vector<Segment> segments;
  std::string_view rest = pattern == "/" ? "" : pattern;
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::size_t end = std::min(rest.find('/'), rest.size());
    auto segment = parse_segment(rest.substr(0, end), end == rest.size());
    if (!segment) return fail_within(pattern, std::move(segment.error()));
    const bool twice =
        segment->kind != SegmentKind::kLiteral && std::ranges::any_of(segments, [&](const auto& s) {
          return s.kind != SegmentKind::kLiteral && s.text == segment->text;
        });
    if (twice || segments.size() == kPathSegmentsMax) {
      return fail(HttpError::kMalformed, fmt::format("{}: a name twice, or more than {} segments",
                                                     pattern, kPathSegmentsMax));
    }
    segments.push_back(std::move(*segment));
    rest.remove_prefix(end);
  }
  return segments;
}

bool Router::same_paths(std::span<const Segment> a, std::span<const Segment> b) {
  return std::ranges::equal(a, b, [](const Segment& x, const Segment& y) {
    return x.kind == y.kind && (x.kind != SegmentKind::kLiteral || x.text == y.text);
  });
}

bool Router::precedes(const Route& a, const Route& b) {
  return std::ranges::lexicographical_compare(a.segments, b.segments, {}, &Segment::kind,
                                              &Segment::kind);
}

Result<void> Router::add(Method method, std::string_view pattern, std::size_t route) {
  auto segments = parse_pattern(pattern);
  if (!segments) return std::unexpected(std::move(segments.error()));
  if (routes_.size() == kRoutesMax) {
    return fail(HttpError::kTooLarge, fmt::format("more than {} routes", kRoutesMax));
  }
  for (const Route& other : routes_) {
    if (other.method == method && same_paths(other.segments, *segments)) {
      return fail(HttpError::kConflict,
                  fmt::format("{} {}: another route has the same paths", name_of(method), pattern));
    }
  }
  Route added{method, std::move(*segments), route};
  const auto place = std::ranges::upper_bound(routes_, added, &Router::precedes);
  routes_.insert(place, std::move(added));
  return {};
}

bool Router::fits(const Route& route, const Target& target) {
  const auto& pattern = route.segments;
  const auto& path = target.segments;
  const bool rest = !pattern.empty() && pattern.back().kind == SegmentKind::kRest;
  if (rest ? path.size() < pattern.size() : path.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const Segment& segment = pattern[std::min(i, pattern.size() - 1)];
    switch (segment.kind) {
      case SegmentKind::kLiteral:
        if (segment.text != path[i]) return false;
        break;
      case SegmentKind::kParameter:
        if (path[i].empty()) return false;
        break;
      case SegmentKind::kRest:  // An encoded "/" would be taken for a segment's end.
        if (path[i].empty() || path[i].contains('/')) return false;
        break;
    }
  }
  return true;
}

RouteAnswer Router::match(Method method, const Target& target) const {
  const Method wanted = method == Method::kHead ? Method::kGet : method;
  std::array<bool, kMethodCount> allowed{};
  for (const Route& route : routes_) {
    if (!fits(route, target)) continue;
    allowed.at(static_cast<std::size_t>(route.method)) = true;
    if (route.method != wanted) continue;
    RouteMatch match{route.number, {}};
    for (std::size_t i = 0; i < route.segments.size(); ++i) {
      const Segment& segment = route.segments[i];
      if (segment.kind == SegmentKind::kLiteral) continue;
      std::string value = target.segments[i];
      if (segment.kind == SegmentKind::kRest) {
        for (std::size_t j = i + 1; j < target.segments.size(); ++j) {
          value.append("/").append(target.segments[j]);
        }
      }
      match.parameters.emplace_back(segment.text, std::move(value));
    }
    return match;
  }
  allowed[static_cast<std::size_t>(Method::kHead)] |=
      allowed[static_cast<std::size_t>(Method::kGet)];
  std::string allow;
  for (std::size_t i = 0; i < kMethodCount; ++i) {
    if (!allowed.at(i)) continue;
    if (!allow.empty()) allow += ", ";
    allow += name_of(static_cast<Method>(i));
  }
  if (allow.empty()) return RouteNotFound{};
  return RouteNotAllowed{std::move(allow)};
}

Response response_of(const RouteNotFound& /*answer*/, const Request& request) {
  return problem({.status = 404,
                  .code = "route_unknown",
                  .message = fmt::format("There is nothing at {} {}.", name_of(request.method),
                                         request.target.path)},
                 request.id);
}

Response response_of(const RouteNotAllowed& answer, const Request& request) {
  Response response = problem({.status = 405,
                               .code = "method_not_allowed",
                               .message = fmt::format("{} takes {}, not {}.", request.target.path,
                                                      answer.allow, name_of(request.method))},
                              request.id);
  response.headers.add("Allow", answer.allow);
  return response;
}

}  // namespace tally::http
