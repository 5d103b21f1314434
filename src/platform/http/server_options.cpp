#include "platform/http/server_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "platform/http/http_error.hpp"

namespace tally::http {
namespace {

constexpr std::uint64_t kHeaderBytesMost = 1U << 20U;
constexpr std::uint64_t kConnectionsMost = 1'000'000;
constexpr std::uint64_t kBytesMost = 1ULL << 40U;
constexpr Duration kTimeMost = std::chrono::hours(24);

struct Bound {
  std::string_view name;
  std::uint64_t value;
  std::uint64_t most;
};

}  // namespace

Result<void> check(const ServerOptions& options) {
  const ServerLimits& limits = options.limits;
  const auto ms = [](Duration time) {
    return time.count() > 0 ? static_cast<std::uint64_t>(time.count()) : 0U;
  };
  const std::uint64_t ms_most = ms(kTimeMost);
  const Bound bounds[] = {
      {"threads", options.threads, kThreadsMax},
      {"connections_max", limits.connections_max, kConnectionsMost},
      {"header_bytes_max", limits.header_bytes_max, kHeaderBytesMost},
      {"requests_per_connection_max", limits.requests_per_connection_max, kBytesMost},
      {"header_time", ms(limits.header_time), ms_most},
      {"idle_time", ms(limits.idle_time), ms_most},
      {"body_grace", ms(limits.body_grace), ms_most},
      {"body_bytes_per_second_min", limits.body_bytes_per_second_min, kBytesMost},
      {"bodies_bytes_max", limits.bodies_bytes_max, kBytesMost},
      {"handler_time", ms(limits.handler_time), ms_most},
      {"write_time", ms(limits.write_time), ms_most},
      {"websocket.message_bytes_max", limits.websocket.message_bytes_max, kBytesMost},
      {"websocket.queue_bytes_max", limits.websocket.queue_bytes_max, kBytesMost},
      {"websocket.queue_messages_max", limits.websocket.queue_messages_max, kBytesMost},
      {"websocket.handshake_time", ms(limits.websocket.handshake_time), ms_most},
      {"websocket.write_time", ms(limits.websocket.write_time), ms_most},
      {"websocket.idle_time", ms(limits.websocket.idle_time), ms_most},
  };
  const auto* wrong = std::ranges::find_if(
      bounds, [](const Bound& bound) { return bound.value == 0 || bound.value > bound.most; });
  if (wrong == std::end(bounds)) return {};
  return fail(HttpError::kOptions, fmt::format("the server's {} is {}; it must be 1 to {}",
                                               wrong->name, wrong->value, wrong->most));
}

Duration body_time(const ServerLimits& limits, std::uint64_t bytes) {
  const std::uint64_t seconds =
      std::min(bytes / limits.body_bytes_per_second_min, std::uint64_t{1'000'000});
  return limits.body_grace + std::chrono::seconds(seconds);
}

}  // namespace tally::http
