#include "platform/http/request_head.hpp"

#include <fmt/format.h>

#include <utility>

#include "platform/http/http_error.hpp"
#include "platform/http/text.hpp"

namespace tally::http {
namespace {

bool asks_for_websocket(const Request& request, unsigned version) {
  return version == 11 && request.method == Method::kGet &&
         list_has(request.headers.find("Connection").value_or(""), "upgrade") &&
         list_has(request.headers.find("Upgrade").value_or(""), "websocket");
}

}  // namespace

bool has_clear_framing(const RawHead& head) {
  const std::size_t lengths = head.headers.count("Content-Length");
  const std::size_t encodings = head.headers.count("Transfer-Encoding");
  if (encodings == 0) return lengths <= 1;
  const std::string_view encoding = head.headers.find("Transfer-Encoding").value_or("");
  return encodings == 1 && lengths == 0 && head.version == 11 &&
         equal_ignoring_case(encoding, "chunked");
}

std::expected<Request, Response> read_head(RawHead head, std::string request_id,
                                           std::string remote_address) {
  const auto refuse = [&](int status, std::string code, std::string message) {
    return std::unexpected(problem(
        {.status = status, .code = std::move(code), .message = std::move(message)}, request_id));
  };
  if (head.version != 10 && head.version != 11) {
    return refuse(505, "version_unsupported", "Speak HTTP/1.1.");
  }
  const auto method = parse_method(head.method);
  if (!method) {
    return refuse(501, "method_unknown", "The request's method is not one of this server's.");
  }
  const std::size_t hosts = head.headers.count("Host");
  if (hosts > 1 || (hosts == 0 && head.version == 11)) {
    return refuse(400, "host_missing", "A request has just one Host header.");
  }
  for (const auto& [name, value] : head.headers) {
    if (!is_text(value) || !is_header_value(value)) {
      return refuse(400, "header_malformed",
                    fmt::format("The value of the header {} is no text.", name));
    }
  }
  auto target = parse_target(head.target);
  if (!target) {
    const bool long_target = head.target.size() > kTargetBytesMax;
    return refuse(long_target ? 414 : 400, long_target ? "target_too_long" : "target_malformed",
                  std::move(target.error().message));
  }
  const auto expectation = head.headers.find("Expect");
  if (expectation && !equal_ignoring_case(*expectation, "100-continue")) {
    return refuse(417, "expectation_unknown", "The only expectation taken is 100-continue.");
  }
  Request request;
  request.id = std::move(request_id);
  request.method = *method;
  request.target = std::move(*target);
  request.headers = std::move(head.headers);
  request.remote_address = std::move(remote_address);
  request.wants_websocket = asks_for_websocket(request, head.version);
  return request;
}

bool expects_continue(const Request& request) { return request.headers.find("Expect").has_value(); }

}  // namespace tally::http
