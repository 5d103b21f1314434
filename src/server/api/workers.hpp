// A few threads for work that is slow and belongs neither to an event loop nor into a transaction:
// passwords, files, pictures.
//
// Thread-safety: all functions may be called from any thread. The destructor runs what was given
// before it. Limits: kWorkQueueMax.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace tally::api {

inline constexpr std::size_t kWorkQueueMax = 256;

class Workers {
 public:
  using Task = std::move_only_function<void()>;  // Must not throw.

  explicit Workers(std::size_t threads = 2, std::size_t queue_max = kWorkQueueMax);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers();

  // False, and it will not be run, if too many wait.
  [[nodiscard]] bool post(Task task);

 private:
  void run();

  std::size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  bool closing_ = false;
  std::vector<std::jthread> threads_;  // Last: they use all of the above.
};

}  // namespace tally::api
