// The store for callers that must not block: transactions run on the store's own threads, and the
// outcome is handed to a callback. One interface for SQLite (one thread writes, some read) and for
// PostgreSQL (a connection for each thread, which reads and writes).
//
//   store.write([=](Transaction& t) { return insert(t, thing); },     // runs on a store's thread
//               [=](Result<Version> outcome) { post(…); });           // so does this: be short
//
// Work is what connection.hpp says: effects through the transaction only. Each callback runs
// exactly once: on a store's thread, or inside of write() or read() itself when the work is refused
// because kQueuedMax others wait (kBusy) or the store is closing (kUnavailable). Neither work nor
// callback may throw, or wait for the store. Writes given to SQLite run in the order they were
// given in; nothing else is in order.
//
// Store::on() has no threads and runs everything inside the call: for simulation and tools. What
// work or a callback gives it meanwhile waits until they have returned, and runs inside of the
// same outermost call.
//
// Thread-safety: all functions may be called from any thread. The destructor refuses new work
// (kUnavailable), runs what was given before it, then waits for the threads.
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/assert.hpp"
#include "platform/connection.hpp"
#include "platform/postgres_connection.hpp"
#include "platform/sqlite_connection.hpp"

namespace tally::platform {

inline constexpr std::size_t kQueuedMax = 10'000;  // For each kind of thread.
inline constexpr int kStoreThreadsMax = 64;

struct StoreOptions {
  std::variant<SqliteOptions, PostgresOptions> database;
  // SQLite: of readers, beside the writer. PostgreSQL: of connections. 1 to kStoreThreadsMax.
  int threads = 4;
  std::size_t queued_max = kQueuedMax;
};

// A connection to the same database, for what happens before there is a store: migrations, tools.
Result<std::unique_ptr<Connection>> connect(const StoreOptions& options);

class Store {
  // Only Store itself can make one.
  struct Key {
    explicit Key() = default;
  };

 public:
  explicit Store(Key);
  // Connects every thread before it gives the store back. Does not change the schema.
  static Result<std::unique_ptr<Store>> open(const StoreOptions& options);
  static std::unique_ptr<Store> on(std::unique_ptr<Connection> connection);
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  ~Store();

  template <typename Work, typename Done>
  void write(Work work, Done done) {
    give(Access::kWrite, std::move(work), std::move(done));
  }
  template <typename Work, typename Done>
  void read(Work work, Done done) {
    give(Access::kRead, std::move(work), std::move(done));
  }

  // The same, waiting for the outcome: never from an event loop, work or a callback.
  template <typename Work>
  auto write_and_wait(Work work) {
    return wait(Access::kWrite, std::move(work));
  }
  template <typename Work>
  auto read_and_wait(Work work) {
    return wait(Access::kRead, std::move(work));
  }

  [[nodiscard]] Engine engine() const;
  // Transactions that wait for a thread: a gauge for /metrics.
  [[nodiscard]] std::size_t queued() const;

 private:
  // Called once, with a connection or with why there is none.
  using Task = std::move_only_function<void(Result<Connection*>)>;
  class Lane;

  void post(Access access, Task task);
  [[nodiscard]] bool would_wait_for_itself() const;

  template <typename Work, typename Done>
  void give(Access access, Work work, Done done) {
    using Outcome = std::invoke_result_t<Work&, Transaction&>;
    post(access, [access, work = std::move(work),
                  done = std::move(done)](Result<Connection*> connection) mutable {
      if (!connection) {
        done(Outcome(std::unexpected(connection.error())));
      } else if (access == Access::kWrite) {
        done((*connection)->write(work));
      } else {
        done((*connection)->read(work));
      }
    });
  }

  template <typename Work>
  auto wait(Access access, Work work) -> std::invoke_result_t<Work&, Transaction&> {
    using Outcome = std::invoke_result_t<Work&, Transaction&>;
    TALLY_ASSERT(!would_wait_for_itself());
    std::promise<Outcome> promise;
    std::future<Outcome> future = promise.get_future();
    give(access, std::move(work),
         [&promise](Outcome outcome) { promise.set_value(std::move(outcome)); });
    return future.get();
  }

  Engine engine_ = Engine::kSqlite;
  std::unique_ptr<Lane> writing_;
  std::unique_ptr<Lane> reading_;  // Empty where the writing lane reads too.
};

}  // namespace tally::platform
