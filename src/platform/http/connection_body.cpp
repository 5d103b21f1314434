#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>

#include <algorithm>
#include <vector>

#include "platform/http/connection.hpp"
#include "platform/http/wire.hpp"

namespace tally::http {
namespace {

constexpr std::size_t kChunkBytes = 64U << 10U;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// Before a connection is closed whose client may still be sending: closing at once could destroy
// the answer on its way (RFC 9112, 9.6).
constexpr std::uint64_t kLingerBytesMax = 4U << 20U;
constexpr auto kLingerTime = std::chrono::seconds(2);

}  // namespace

asio::awaitable<Connection::BodyEnd> Connection::read_body(Turn& turn, std::uint64_t bytes_max,
                                                           Take take) {
  if (parser_->is_done()) co_return BodyEnd::kWhole;
  if (parser_->content_length() && *parser_->content_length() > bytes_max) {
    co_return BodyEnd::kTooLarge;
  }
  const ServerLimits& limits = shared_.options.limits;
  const auto began = steady_clock::now();
  if (expects_continue(turn.request) && buffer_.size() == 0) {
    if (!co_await send(kContinue)) co_return BodyEnd::kLost;
  }
  const std::uint64_t length = parser_->content_length().value_or(kChunkBytes);
  std::vector<char> chunk(static_cast<std::size_t>(std::min<std::uint64_t>(length, kChunkBytes)));
  auto& body = parser_->get().body();
  while (!parser_->is_done()) {
    body.data = chunk.data();
    body.size = chunk.size();
    // Fills the chunk unless little comes: what came is handed on at the body's pace.
    while (body.size > 0 && !parser_->is_done()) {
      const std::size_t before = body.size;
      stream_.expires_at(began +
                         body_time(limits, turn.exchange.request_bytes + chunk.size() - before));
      auto [error, bytes] = co_await wire::async_read_some(stream_, buffer_, *parser_, kAwait);
      if (error == wire::error::need_buffer) break;
      if (error == beast::error::timeout) ++shared_.timeouts;
      if (error) {
        co_return is_malformed(error) ? BodyEnd::kMalformed : BodyEnd::kLost;
      }
    }
    const std::size_t filled = chunk.size() - body.size;
    turn.exchange.request_bytes += filled;
    if (turn.exchange.request_bytes > bytes_max) co_return BodyEnd::kTooLarge;
    if (filled > 0 && !co_await take({chunk.data(), filled})) co_return BodyEnd::kNotStored;
  }
  turn.body_read = true;
  co_return BodyEnd::kWhole;
}

asio::awaitable<void> Connection::linger() {
  error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  stream_.expires_after(kLingerTime);
  buffer_.clear();
  for (std::uint64_t total = 0; total < kLingerBytesMax;) {
    const auto [error, bytes] =
        co_await stream_.async_read_some(buffer_.prepare(kChunkBytes / 4), kAwait);
    if (error) break;
    total += bytes;
  }
}

}  // namespace tally::http
