// Names for Asio and Beast, and how coroutines wait for what other threads do. Included by the
// sources that do I/O, and by no header that others include.
//
// Everything here belongs to one io_context that one thread runs; what may be called from other
// threads says so.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace tally::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

// co_await something(…, kAwait) gives a tuple that begins with the error; nothing throws.
inline constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// A coroutine waits, somebody notifies. Waking without a cause is allowed: look, then wait again.
class Signal {
 public:
  explicit Signal(asio::any_io_executor executor) : timer_(std::move(executor)) {}

  void notify() { timer_.cancel(); }
  asio::awaitable<void> wait_until(steady_clock::time_point deadline) {
    timer_.expires_at(deadline);
    co_await timer_.async_wait(kAwait);
  }

 private:
  asio::steady_timer timer_;
};

// What other threads call to notify the signal of an object that may be gone by then; but not
// once its io_context is, so it is to be taken away before.
template <typename Owner>
std::function<void()> waker_of(std::weak_ptr<Owner> weak, asio::any_io_executor executor) {
  return [weak = std::move(weak), executor = std::move(executor)] {
    asio::post(executor, [weak] {
      if (const auto owner = weak.lock()) owner->notify();
    });
  };
}

// Where a OneShot delivers to. All functions may be called from any thread.
template <typename Value>
class Slot {
 public:
  explicit Slot(std::function<void()> wake) : wake_(std::move(wake)) {}

  void fill(std::optional<Value> value) {
    const std::scoped_lock lock(mutex_);
    if (filled_) return;
    filled_ = true;
    value_ = std::move(value);
    if (wake_) wake_();
  }
  [[nodiscard]] bool filled() const {
    const std::scoped_lock lock(mutex_);
    return filled_;
  }
  // What was delivered, if it was. What comes later is dropped, and nobody is woken.
  [[nodiscard]] std::optional<Value> close() {
    const std::scoped_lock lock(mutex_);
    filled_ = true;
    wake_ = nullptr;
    return std::exchange(value_, std::nullopt);
  }

 private:
  mutable std::mutex mutex_;
  std::function<void()> wake_;
  bool filled_ = false;
  std::optional<Value> value_;
};

// Runs a function that may block on a pool's thread, and goes on here with what it gave.
template <typename Function>
asio::awaitable<std::invoke_result_t<Function&>> run_on(asio::thread_pool& pool,
                                                        Function function) {
  using Given = std::invoke_result_t<Function&>;
  auto work = [](Function& run) -> asio::awaitable<std::optional<Given>> { co_return run(); };
  co_return *(co_await asio::co_spawn(pool, work(function), asio::use_awaitable));
}

}  // namespace tally::http
