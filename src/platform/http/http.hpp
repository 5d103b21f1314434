// Requests and responses as values, and errors as bodies.
//
// Standards: RFC 9110 (semantics), RFC 9112 (HTTP/1.1), RFC 9457 (application/problem+json), with
// the fields that Stripe's errors have: type, code, message, param, request_id.
//
// Ownership: values own all they hold, but the streams that a body may be, which are shared with
// whoever writes them. Thread-safety: values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/instant.hpp"

namespace tally::http {

class BodySink;
class EventStream;

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };
inline constexpr std::size_t kMethodCount = 7;
[[nodiscard]] std::string_view name_of(Method method);
// Nothing for methods that no route can have (501): TRACE, CONNECT, inventions.
[[nodiscard]] std::optional<Method> parse_method(std::string_view text);

// Names and values in their order. Names compare without regard to case.
class NamedValues {
 public:
  using Pair = std::pair<std::string, std::string>;

  void add(std::string_view name, std::string_view value);
  void set(std::string_view name, std::string_view value);  // In place of all of this name.
  void erase(std::string_view name);
  // The first of this name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] std::size_t size() const { return pairs_.size(); }
  [[nodiscard]] auto begin() const { return pairs_.begin(); }
  [[nodiscard]] auto end() const { return pairs_.end(); }

 private:
  std::vector<Pair> pairs_;
};
using Headers = NamedValues;

inline constexpr std::size_t kTargetBytesMax = 8192;     // Path and query as sent; more is 414.
inline constexpr std::size_t kPathSegmentsMax = 32;      // Of a path; more is 404.
inline constexpr std::size_t kQueryParametersMax = 128;  // Of a query; more is 400.

// What a request is about. Decoded texts are UTF-8 without zero bytes. Names of query parameters
// keep their case and compare exactly, unlike those of headers.
struct Target {
  std::string path;                   // As sent, percent-encoded: "/v1/products/caf%C3%A9".
  std::vector<std::string> segments;  // Decoded: {"v1", "products", "café"}; none for "/".
  std::vector<NamedValues::Pair> query;

  // The first parameter of this name.
  [[nodiscard]] std::optional<std::string_view> parameter(std::string_view name) const;
};

// Reads a target in origin form ("/a?b=c") or absolute form ("http://host/a"). Refused, as
// HttpError::kMalformed: no path, wrong percent-encoding, what is no UTF-8, segments "." and "..",
// control characters; as kTooLarge: more than the limits above.
Result<Target> parse_target(std::string_view target);

// "a=1&b=2" of a query or a form, "+" being a space. Errors as above.
Result<std::vector<NamedValues::Pair>> parse_query(std::string_view query);

struct Request {
  std::string id;  // Names this request in the response's Request-Id and in logs.
  Method method = Method::kGet;
  Target target;
  Headers headers;
  std::string body;                // Empty where it went to `upload`.
  std::string remote_address;      // Of the peer, without its port: "192.0.2.7", "::1".
  bool wants_websocket = false;    // Asks for an upgrade to WebSocket (RFC 6455).
  std::uint64_t upload_bytes = 0;  // How much of the body went to `upload`.
  std::shared_ptr<BodySink> upload;
  std::shared_ptr<const void> context;  // What Handler::admit() found out: who asks, which route.
};

// A file to be sent as a body. A request's Range is served from it (206, 416) if the status is 200.
struct FileBody {
  std::filesystem::path path;
};

// The stream ends the connection when it ends; it sets Content-Type and Cache-Control itself.
using Body = std::variant<std::string, FileBody, std::shared_ptr<EventStream>>;

struct Response {
  int status = 200;
  Headers headers = {};
  Body body = {};
};

[[nodiscard]] std::string_view reason_of(int status);  // "Not Found"; "" if it has none.
[[nodiscard]] Response json_response(int status, std::string json);

// An error as told to clients. `type` follows the status where it is empty: authentication_error
// (401, 403), card_error (402), rate_limit_error (429), api_error (5xx), else
// invalid_request_error.
struct Problem {
  int status = 500;
  std::string code = {};     // For programs: "parameter_missing". Stable.
  std::string message = {};  // For people: what happened and what to do.
  std::string param = {};
  std::string type = {};
  std::string decline_code = {};
  std::string doc_url = {};
};
// {"type", "title", "status", "detail" (= message), "code", "message", "request_id", and what else
// is not empty}, as application/problem+json.
[[nodiscard]] Response problem(const Problem& problem, std::string_view request_id);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7).
[[nodiscard]] std::string http_date(Instant instant);

}  // namespace tally::http
