// Messages on their way from any thread to the one connection that sends them, bounded.
//
// The sending side is attached while the connection lives. Afterwards the queue is closed, and
// pushing to it harmless: whoever holds it need not know whether the connection still exists.
//
// Thread-safety: all functions may be called from any thread.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace tally::http {

class SendQueue {
 public:
  struct Limits {
    std::size_t bytes_max = 1U << 20U;
    std::size_t messages_max = 1024;
  };
  explicit SendQueue(Limits limits) : limits_(limits) {}

  // False, and nothing is queued, if it is closed or one more would pass a limit: the other side
  // reads too slowly, or not at all.
  bool push(std::string message);
  // Nothing more is taken; what is queued will still be sent.
  void close();
  // Closes, and drops what is queued.
  void clear();

  // For the sending side. `wake` is called, on the thread that does it, whenever there may be
  // something to do: at once if there is already. It must be quick and must not call the queue.
  void attach(std::function<void()> wake);
  // Closes; `wake` is not called once this has returned.
  void detach();
  [[nodiscard]] std::optional<std::string> pop();
  [[nodiscard]] bool closed() const;    // Maybe with messages still queued.
  [[nodiscard]] bool finished() const;  // Closed, and nothing is queued.

 private:
  void wake_locked() const;

  Limits limits_;
  mutable std::mutex mutex_;
  std::deque<std::string> messages_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
  std::function<void()> wake_;
};

}  // namespace tally::http
