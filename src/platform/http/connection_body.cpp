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
// the answer on its way (RFC 9112, 9.6). Clients that write all before they read are common.
constexpr std::uint64_t kLingerBytesMax = 64U << 20U;
constexpr auto kLingerTime = std::chrono::seconds(10);
constexpr auto kLingerSilence = std::chrono::seconds(2);

}  // namespace

asio::awaitable<Connection::BodyEnd> Connection::read_body(Turn& turn, std::uint64_t bytes_max,
                                                           Take take) {
  if (parser_->is_done()) co_return BodyEnd::kWhole;
  if (parser_->content_length() && *parser_->content_length() > bytes_max) {
    co_return BodyEnd::kTooLarge;
  }
  const ServerLimits& limits = shared_.options.limits;
  auto began = steady_clock::now();
  const std::uint64_t length = parser_->content_length().value_or(kChunkBytes);
  const auto chunk_bytes = static_cast<std::size_t>(std::min<std::uint64_t>(length, kChunkBytes));
  BodyMemory::Share share(shared_.bodies);
  if (!share.grow(chunk_bytes)) co_return BodyEnd::kNoRoom;
  std::vector<char> chunk(chunk_bytes);
  if (expects_continue(turn.request) && buffer_.size() == 0) {
    if (!co_await send(kContinue)) co_return BodyEnd::kLost;
  }
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
    if (filled == 0) continue;
    const auto took = steady_clock::now();
    if (const BodyEnd end = co_await take({chunk.data(), filled}); end != BodyEnd::kWhole) {
      co_return end;
    }
    began += steady_clock::now() - took;  // A slow disk is not the client's fault.
  }
  turn.body_read = true;
  co_return BodyEnd::kWhole;
}

asio::awaitable<void> Connection::linger() {
  error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  const auto until = steady_clock::now() +
                     (shared_.draining ? steady_clock::duration(kLingerSilence) : kLingerTime);
  buffer_.clear();
  for (std::uint64_t total = 0; total < kLingerBytesMax && !cut_;) {
    stream_.expires_at(std::min(until, steady_clock::now() + kLingerSilence));
    const auto [error, bytes] =
        co_await stream_.async_read_some(buffer_.prepare(kChunkBytes / 4), kAwait);
    if (error) break;
    total += bytes;
  }
}

}  // namespace tally::http
