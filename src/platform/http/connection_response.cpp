#include <boost/asio/write.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "platform/http/connection.hpp"
#include "platform/http/contain.hpp"

namespace tally::http {
namespace {

constexpr std::size_t kSliceBytes = 64U << 10U;  // What write_time is for.
constexpr std::string_view kComment = ":\n\n";   // Of an event stream: says nothing.
constexpr std::string_view kLastChunk = "0\r\n\r\n";

bool has_no_body(int status) { return status == 204 || status == 304; }

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

// The size of a regular file, or nothing.
std::optional<std::uint64_t> size_of(int descriptor) {
  struct stat status{};
  if (descriptor < 0 || ::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(status.st_size);
}

// Fills `slice` from `offset` on; false if the file has no such bytes any more.
bool read_slice(int descriptor, std::uint64_t offset, std::string& slice) {
  std::size_t filled = 0;
  while (filled < slice.size()) {
    const ssize_t read = ::pread(descriptor, slice.data() + filled, slice.size() - filled,
                                 static_cast<off_t>(offset + filled));
    if (read < 0 && errno == EINTR) continue;
    if (read <= 0) return false;
    filled += static_cast<std::size_t>(read);
  }
  return true;
}

}  // namespace

asio::awaitable<bool> Connection::respond(Turn& turn, Response response) {
  turn.keep_alive = turn.keep_alive && turn.body_read && !shared_.draining;
  bool complete = false;
  if (std::holds_alternative<std::string>(response.body)) {
    complete = co_await respond_text(turn, response);
  } else if (std::holds_alternative<FileBody>(response.body)) {
    complete = co_await respond_file(turn, response);
  } else {
    complete = co_await respond_stream(turn, response);
  }
  finish(turn, complete);
  if (!complete || cut_) co_return false;
  if (turn.keep_alive) co_return true;
  error_code ignored;
  const bool unread = buffer_.size() > 0 || stream_.socket().available(ignored) > 0;
  if (!unread && turn.body_read) co_return false;
  lane_.mark_silent(place);  // It makes room before others do.
  co_await linger();
  co_return false;
}

// Sends the head, or in its place, if the response can't be sent, a problem that says so.
asio::awaitable<bool> Connection::send_head(Turn& turn, Response& response, Framing framing,
                                            std::string_view body) {
  const std::string date = shared_.date();
  auto head = response_head(response, {.request_id = turn.request.id,
                                       .date = date,
                                       .framing = framing,
                                       .keep_alive = turn.keep_alive});
  if (!head) {
    response =
        problem({.status = 500, .code = "response_malformed", .message = "The server failed."},
                turn.request.id);
    co_await respond_text(turn, response);
    co_return false;
  }
  turn.exchange.status = response.status;
  co_return co_await send(head->append(body));
}

asio::awaitable<bool> Connection::respond_text(Turn& turn, Response& response) {
  const std::string body = std::move(std::get<std::string>(response.body));
  response.body = std::string();
  Framing framing = KnownLength{body.size()};
  if (has_no_body(response.status)) framing = NoBody{};
  if (has_no_body(response.status) || turn.request.method == Method::kHead) {
    co_return co_await send_head(turn, response, framing);
  }
  const bool together = body.size() <= kSliceBytes;  // In one packet, if it fits.
  if (!co_await send_head(turn, response, framing, together ? body : "")) co_return false;
  if (!together && !co_await send(body)) co_return false;
  turn.exchange.response_bytes = body.size();
  co_return true;
}

asio::awaitable<bool> Connection::respond_file(Turn& turn, Response& response) {
  const auto path = std::get<FileBody>(response.body).path;
  response.body = std::string();
  std::optional<std::uint64_t> bytes;
  const File file(co_await run_on(shared_.disk, [&] {
    const int opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bytes = size_of(opened);
    return opened;
  }));
  if (!bytes) {
    response = problem(
        {.status = 404, .code = "file_missing", .message = "What was here is no longer stored."},
        turn.request.id);
    co_return co_await respond_text(turn, response);
  }
  const auto wanted = turn.request.headers.find("Range");
  const RangeAnswer range =
      wanted && response.status == 200 ? parse_range(*wanted, *bytes) : RangeAnswer(WholeFile{});
  ByteRange part{0, *bytes};
  response.headers.set("Accept-Ranges", "bytes");
  if (std::holds_alternative<UnsatisfiableRange>(range)) {
    response = problem({.status = 416,
                        .code = "range_unsatisfiable",
                        .message = fmt::format("The file has {} bytes.", *bytes)},
                       turn.request.id);
    response.headers.set("Content-Range", fmt::format("bytes */{}", *bytes));
    co_return co_await respond_text(turn, response);
  }
  if (const auto* found = std::get_if<ByteRange>(&range)) {
    part = *found;
    response.status = 206;
    response.headers.set("Content-Range", fmt::format("bytes {}-{}/{}", part.first,
                                                      part.first + part.length - 1, *bytes));
  }
  if (!co_await send_head(turn, response, KnownLength{part.length})) co_return false;
  if (turn.request.method == Method::kHead) co_return true;
  co_return co_await send_file_part(turn, file.get(), part);
}

asio::awaitable<bool> Connection::send_file_part(Turn& turn, int file, ByteRange range) {
  std::string slice;
  while (range.length > 0) {
    slice.resize(static_cast<std::size_t>(std::min<std::uint64_t>(range.length, kSliceBytes)));
    const bool read =
        co_await run_on(shared_.disk, [&] { return read_slice(file, range.first, slice); });
    if (!read || !co_await send(slice)) co_return false;
    range.first += slice.size();
    range.length -= slice.size();
    turn.exchange.response_bytes += slice.size();
  }
  co_return true;
}

asio::awaitable<bool> Connection::respond_stream(Turn& turn, Response& response) {
  const auto stream = std::get<std::shared_ptr<EventStream>>(response.body);
  response.body = std::string();
  SendQueue& queue = stream->queue();
  const auto ended = [&] {
    queue.detach();
    drain_stream_ = nullptr;
    if (!stream->options().on_close) return;
    contain(shared_.handler_failures, [&] { stream->options().on_close(); });
  };
  turn.keep_alive = false;
  response.headers.set("Content-Type", "text/event-stream");
  response.headers.set("Cache-Control", "no-store");
  const bool chunked = turn.chunks_understood;
  const Framing framing = chunked ? Framing(Chunked{}) : Framing(UntilClosed{});
  if (!co_await send_head(turn, response, framing) || turn.request.method == Method::kHead) {
    ended();
    co_return true;
  }
  queue.attach(waker_of(weak_from_this(), stream_.get_executor()));
  drain_stream_ = [stream] { stream->close(); };
  if (shared_.draining) stream->close();
  watch_for_end();
  bool sent = true;
  auto comment_at = steady_clock::now() + stream->options().comment_every;
  while (sent && !cut_ && !peer_ended_ && !queue.finished()) {
    auto text = queue.pop();
    if (!text && steady_clock::now() >= comment_at) text = std::string(kComment);
    if (!text) {
      co_await signal_.wait_until(comment_at);
      continue;
    }
    turn.exchange.response_bytes += text->size();
    if (chunked) text = fmt::format("{:x}\r\n{}\r\n", text->size(), *text);
    sent = co_await send(*text);
    comment_at = steady_clock::now() + stream->options().comment_every;
  }
  if (sent && chunked && !cut_ && !peer_ended_) sent = co_await send(kLastChunk);
  ended();
  co_return sent && !peer_ended_;
}

// A client that closes its end while a stream goes on is noticed without sending.
void Connection::watch_for_end() {
  stream_.socket().async_wait(tcp::socket::wait_read,
                              [weak = weak_from_this()](const error_code& error) {
                                const auto self = weak.lock();
                                if (!self || error) return;
                                error_code failure;
                                if (self->stream_.socket().available(failure) > 0) return;
                                self->peer_ended_ = true;
                                self->notify();
                              });
}

asio::awaitable<bool> Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view slice = bytes.substr(0, kSliceBytes);
    stream_.expires_after(shared_.options.limits.write_time);
    const auto [error, sent] =
        co_await asio::async_write(stream_, asio::buffer(slice.data(), slice.size()), kAwait);
    if (error == beast::error::timeout) ++shared_.timeouts;
    if (error) co_return false;
    bytes.remove_prefix(slice.size());
  }
  stream_.expires_never();
  co_return true;
}

}  // namespace tally::http
