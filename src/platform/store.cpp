#include "platform/store.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace tally::platform {

// A queue, and the threads that empty it, each with a connection of its own.
class Store::Lane {
 public:
  Lane(std::vector<std::unique_ptr<Connection>> connections, std::size_t queued_max)
      : connections_(std::move(connections)), queued_max_(queued_max) {}
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  ~Lane() { TALLY_ASSERT(threads_.empty()); }

  // Takes nothing more; what was given before still runs.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    changed_.notify_all();
  }
  void join() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  void start() {
    has_threads_ = true;
    for (const auto& connection : connections_) {
      threads_.emplace_back([this, &connection] { work_off(*connection); });
    }
  }

  // Without threads: one at a time, here and now, and then what was given meanwhile by the task
  // itself. Other threads wait for their turn.
  void run(Task& task) {
    const std::lock_guard turn(turn_);
    runner_ = std::this_thread::get_id();
    task(connections_.front().get());
    while (std::optional<Task> next = pop()) (*next)(connections_.front().get());
    runner_ = std::thread::id();
  }
  [[nodiscard]] bool runs_here() const { return runner_ == std::this_thread::get_id(); }
  [[nodiscard]] bool has_threads() const { return has_threads_; }

  // What is wrong with giving it one more; the task was taken if nothing is.
  Result<void> push(Task& task) {
    {
      const std::lock_guard lock(mutex_);
      if (closing_) return fail(StoreError::kUnavailable, "the store is closing");
      if (queue_.size() >= queued_max_) {
        return fail(StoreError::kBusy,
                    fmt::format("{} transactions wait for the store already; try again later",
                                queued_max_));
      }
      queue_.push_back(std::move(task));
    }
    changed_.notify_one();
    return {};
  }

  [[nodiscard]] std::size_t queued() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
  }

 private:
  std::optional<Task> pop() {
    const std::lock_guard lock(mutex_);
    if (queue_.empty()) return std::nullopt;
    Task task = std::move(queue_.front());
    queue_.pop_front();
    return task;
  }

  void work_off(Connection& connection) {
    for (;;) {
      Task task;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return closing_ || !queue_.empty(); });
        if (queue_.empty()) return;
        task = std::move(queue_.front());
        queue_.pop_front();
      }
      task(&connection);
    }
  }

  std::vector<std::unique_ptr<Connection>> connections_;
  const std::size_t queued_max_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> queue_;
  bool closing_ = false;
  bool has_threads_ = false;
  std::vector<std::thread> threads_;
  std::mutex turn_;  // Whose holder runs tasks, where there are no threads.
  std::atomic<std::thread::id> runner_;
};

Result<std::unique_ptr<Connection>> connect(const StoreOptions& options) {
  if (const auto* sqlite = std::get_if<SqliteOptions>(&options.database)) {
    return connect_sqlite(*sqlite);
  }
  return connect_postgres(std::get<PostgresOptions>(options.database));
}

Store::Store(Key) {}

// The work of one lane may give the other more: first both refuse, then both end.
Store::~Store() {
  for (Lane* lane : {writing_.get(), reading_.get()}) {
    if (lane != nullptr) lane->close();
  }
  for (Lane* lane : {writing_.get(), reading_.get()}) {
    if (lane != nullptr) lane->join();
  }
}

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options) {
  if (options.threads < 1 || options.threads > kStoreThreadsMax) {
    return fail(StoreError::kLimit, fmt::format("{} threads for the store; choose 1 to {}",
                                                options.threads, kStoreThreadsMax));
  }
  const bool sqlite = std::holds_alternative<SqliteOptions>(options.database);
  std::vector<std::unique_ptr<Connection>> connections;
  for (int thread = 0; thread < options.threads + (sqlite ? 1 : 0); ++thread) {
    auto connection = connect(options);
    if (!connection) return std::unexpected(connection.error());
    connections.push_back(std::move(*connection));
  }
  auto store = std::make_unique<Store>(Key{});
  store->engine_ = sqlite ? Engine::kSqlite : Engine::kPostgres;
  if (sqlite) {
    std::vector<std::unique_ptr<Connection>> writer;
    writer.push_back(std::move(connections.back()));
    connections.pop_back();
    store->reading_ = std::make_unique<Lane>(std::move(connections), options.queued_max);
    store->reading_->start();
    connections = std::move(writer);
  }
  store->writing_ = std::make_unique<Lane>(std::move(connections), options.queued_max);
  store->writing_->start();
  return store;
}

std::unique_ptr<Store> Store::on(std::unique_ptr<Connection> connection) {
  auto store = std::make_unique<Store>(Key{});
  store->engine_ = connection->engine();
  std::vector<std::unique_ptr<Connection>> connections;
  connections.push_back(std::move(connection));
  store->writing_ = std::make_unique<Lane>(std::move(connections), kQueuedMax);
  return store;
}

void Store::post(Access access, Task task) {
  Lane& lane = access == Access::kRead && reading_ ? *reading_ : *writing_;
  if (!lane.has_threads() && !lane.runs_here()) return lane.run(task);
  if (const auto pushed = lane.push(task); !pushed) task(std::unexpected(pushed.error()));
}

bool Store::would_wait_for_itself() const { return writing_->runs_here(); }

Engine Store::engine() const { return engine_; }

std::size_t Store::queued() const {
  return writing_->queued() + (reading_ ? reading_->queued() : 0);
}

}  // namespace tally::platform
