// From an error of any room to what a client is told: one table, so that no room knows of HTTP and
// no status is decided twice.
//
// The table tells by the error's code. Messages of errors that a client can mend are passed on;
// those of errors that it can't (500, 503) are for logs and are replaced, since they may name
// files, statements or hosts. An error that the table does not know is a 500.
//
// Pure; thread-safety: constant data.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "platform/http/http.hpp"

namespace tally::api {

struct ProblemRow {
  std::string_view error;  // "commerce.transition"
  int status = 500;
  std::string_view code;  // For programs: "invalid_state".
};
[[nodiscard]] std::span<const ProblemRow> problem_table();

// `param` is the field that the message names first ("body: name: …", "product.sku: …"), if it
// does.
[[nodiscard]] http::Problem problem_of(const Error& error);

// With Retry-After (429, 503, and 409 for what is in flight) and WWW-Authenticate (401).
[[nodiscard]] http::Response problem_response(const Error& error, std::string_view request_id);

// Whether the same request can go otherwise next time without anything else having changed: then
// its Idempotency-Key is free again. What was decided (402, 409) stays decided.
[[nodiscard]] bool forgets_key(const Error& error);

}  // namespace tally::api
