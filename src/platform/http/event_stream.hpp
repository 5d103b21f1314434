// Server-sent events (WHATWG HTML, "Server-sent events"): a response that goes on, for live pages.
//
// Make one, put it into a Response's body, keep it and send. A page that lost its connection comes
// back by itself and tells in Last-Event-ID what it has seen.
//
// Ownership: shared; holding one does not keep the connection open. Thread-safety: all functions
// may be called from any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/instant.hpp"
#include "platform/http/send_queue.hpp"

namespace tally::http {

struct ServerEvent {
  std::string data;        // Any lines of text.
  std::string event = {};  // Its type; "message" where empty. One line.
  std::string id = {};     // One line.
};
// As on the wire. Line ends within `event` and `id` are taken out.
[[nodiscard]] std::string event_text(const ServerEvent& event);

struct EventStreamOptions {
  SendQueue::Limits queue = {.bytes_max = 256U << 10U, .messages_max = 256};
  // A comment is sent when nothing else was for so long: proxies keep the connection, and one that
  // is dead gets noticed.
  Duration comment_every = std::chrono::seconds(15);
  // The client went away, or close() was called and all is sent. Once, on an I/O thread; not if no
  // connection ever had the stream.
  std::function<void()> on_close = {};
};

class EventStream {
 public:
  explicit EventStream(EventStreamOptions options)
      : options_(std::move(options)), queue_(options_.queue) {}

  // False, and it is not queued, if the stream is closed or the queue full; close it then, and the
  // page comes back and catches up.
  bool send(const ServerEvent& event) { return queue_.push(event_text(event)); }
  void close() { queue_.close(); }

  // For the server.
  [[nodiscard]] const EventStreamOptions& options() const { return options_; }
  [[nodiscard]] SendQueue& queue() { return queue_; }

 private:
  EventStreamOptions options_;
  SendQueue queue_;
};

}  // namespace tally::http
