// From a method and a path to the number of a route and the path's parameters.
//
// A pattern is "/v1/sessions/{id}": segments that stand for themselves, and names in braces that
// stand for any one segment that is not empty. A last segment "{name*}" stands for all that remain,
// one or more, joined by "/". Where several patterns match, the one whose first different segment
// is literal wins: "/v1/users/me" before "/v1/users/{id}". HEAD finds the routes of GET.
//
// Pure. Thread-safety: match() may run on any threads once all routes are added.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "platform/http/http.hpp"

namespace tally::http {

inline constexpr std::size_t kRoutesMax = 1024;

struct RouteMatch {
  std::size_t route = 0;                      // As given to add().
  std::vector<NamedValues::Pair> parameters;  // Decoded, in the pattern's order.

  // The pattern has this parameter, or this is a bug of the caller and aborts.
  [[nodiscard]] const std::string& parameter(std::string_view name) const;
};
struct RouteNotFound {};
struct RouteNotAllowed {
  std::string allow;  // For the Allow header: "GET, HEAD, POST".
};
using RouteAnswer = std::variant<RouteMatch, RouteNotFound, RouteNotAllowed>;

class Router {
 public:
  // Errors, meant for the start of a program: HttpError::kMalformed for what is no pattern,
  // kConflict if another route of this method matches just the same paths, kTooLarge beyond the
  // limit.
  Result<void> add(Method method, std::string_view pattern, std::size_t route);

  [[nodiscard]] RouteAnswer match(Method method, const Target& target) const;
  [[nodiscard]] std::size_t size() const { return routes_.size(); }

 private:
  enum class SegmentKind : std::uint8_t { kLiteral, kParameter, kRest };  // In order of precedence.
  struct Segment {
    SegmentKind kind;
    std::string text;  // What it stands for, or the parameter's name.
  };
  struct Route {
    Method method;
    std::vector<Segment> segments;
    std::size_t number;
  };
  static Result<std::vector<Segment>> parse_pattern(std::string_view pattern);
  static Result<Segment> parse_segment(std::string_view text, bool last);
  static bool same_paths(std::span<const Segment> a, std::span<const Segment> b);
  static bool precedes(const Route& a, const Route& b);
  static bool fits(const Route& route, const Target& target);

  std::vector<Route> routes_;  // The first that fits wins.
};

// The problems of a request that no route answers: 404, or 405 with Allow.
[[nodiscard]] Response response_of(const RouteNotFound& answer, const Request& request);
[[nodiscard]] Response response_of(const RouteNotAllowed& answer, const Request& request);

}  // namespace tally::http
