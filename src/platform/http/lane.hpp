// One I/O thread of a server with its connections. Inside platform/http only.
//
// Connections that wait for a request stand in `silent_`, the longest waiting first; those that
// serve one in `busy_`. Full, a lane closes the first silent one to make room for a new one. If
// none is silent the new one is answered 503, and stands in `leaving_` until it has taken that.
//
// Thread-safety: what the lane's thread alone may call says so; the rest may be called from any.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "platform/http/body_memory.hpp"
#include "platform/http/boost_io.hpp"
#include "platform/http/server.hpp"

namespace tally::http {

class Connection;

// What all connections of a server share; outlives them.
struct ServerShared {
  ServerShared(ServerOptions given, std::shared_ptr<Handler> to)
      : options(std::move(given)),
        handler(std::move(to)),
        bodies(options.limits.bodies_bytes_max),
        disk(1) {}

  [[nodiscard]] std::string next_request_id();
  [[nodiscard]] std::string date();  // For the header; empty if nobody knows.

  const ServerOptions options;
  const std::shared_ptr<Handler> handler;
  BodyMemory bodies;
  asio::thread_pool disk;
  std::atomic<bool> draining = false;
  std::atomic<std::uint64_t> websockets = 0;
  std::atomic<std::uint64_t> accepted = 0;
  std::atomic<std::uint64_t> crowded_out = 0;
  std::atomic<std::uint64_t> turned_away = 0;
  std::atomic<std::uint64_t> accept_pauses = 0;
  std::atomic<std::uint64_t> bodies_refused = 0;
  std::atomic<std::uint64_t> timeouts = 0;
  std::atomic<std::uint64_t> requests = 0;
  std::atomic<std::uint64_t> handler_failures = 0;

  // Connections that live, and waiting until none does.
  std::atomic<std::uint64_t> connections = 0;
  std::mutex ended_mutex;
  std::condition_variable ended;
};

class Lane {
 public:
  explicit Lane(ServerShared& shared, std::size_t connections_max);
  ~Lane();  // All connections must have ended.
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  void start();
  [[nodiscard]] asio::io_context& context() { return context_; }

  // Takes a connection that was accepted, with a socket of context().
  void take(tcp::socket socket);
  // Closes up to so many silent connections, the longest silent first.
  void make_room(std::size_t count);
  void drain();
  void cut();

  // On the lane's thread only.
  using Place = std::list<std::shared_ptr<Connection>>::iterator;
  void mark_silent(Place place);
  void mark_busy(Place place);

 private:
  std::list<std::shared_ptr<Connection>>& silent_or_busy(Place place);
  bool crowd_out();
  void add(tcp::socket socket);
  void turn_away(tcp::socket socket);
  void note_end();

  ServerShared& shared_;
  std::size_t connections_max_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::list<std::shared_ptr<Connection>> silent_;
  std::list<std::shared_ptr<Connection>> busy_;
  std::list<std::shared_ptr<Connection>> leaving_;
  std::jthread thread_;
};

}  // namespace tally::http
