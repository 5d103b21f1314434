// The public API's operations: what openapi.yaml says of each, for the program.
//
// api/openapi.yaml comes first. operations_test.cpp holds this table to it, in both directions:
// operation ids, methods, paths, roles, idempotency, query parameters, limits of rate.
//
// Thread-safety: constant data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "platform/http/http.hpp"
#include "server/api/roles.hpp"

namespace tally::api {

enum class RouteKind : std::uint8_t {
  kPlain,
  kUpload,  // The body goes into a sink as it comes.
  kWebSocket,
  kStream,  // Answers with server-sent events.
};
// Whether an Idempotency-Key is read (x-idempotent).
enum class KeyUse : std::uint8_t { kNone, kOptional, kRequired };
// Whether tries are counted (x-rate-limit: sign_in).
enum class Rate : std::uint8_t { kFree, kSignIn };

inline constexpr std::size_t kJsonBodyBytesMax = 256U << 10U;

struct Operation {
  std::string_view id;  // operationId: "create_product".
  http::Method method = http::Method::kGet;
  std::string_view pattern;  // "/v1/products/{id}"
  Roles roles = {};
  KeyUse key = KeyUse::kNone;
  RouteKind kind = RouteKind::kPlain;
  std::string_view query = "";  // Names of query parameters, apart by blanks; others are refused.
  Rate rate = Rate::kFree;
  bool body = false;  // Takes a JSON object. Without, a body is refused.
};

[[nodiscard]] std::span<const Operation> operations();
// Null where there is none of this id.
[[nodiscard]] const Operation* find_operation(std::string_view id);

}  // namespace tally::api
