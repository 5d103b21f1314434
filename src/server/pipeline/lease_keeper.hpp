// Keeps a job's lease while its work goes on, however long one step of it takes.
//
// Ownership: borrows the office; owns one thread, joined by the destructor. Thread-safety: lost()
// from any thread.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "platform/jobs.hpp"
#include "server/core/office.hpp"

namespace tally::pipeline {

// Short, so that what a process that died has watched is soon watched by another.
inline constexpr Duration kWatchLease = std::chrono::seconds(15);
inline constexpr Duration kWatchHeartbeat = std::chrono::seconds(4);

class LeaseKeeper {
 public:
  LeaseKeeper(core::Office& office, platform::JobLease lease, Duration every = kWatchHeartbeat);
  LeaseKeeper(const LeaseKeeper&) = delete;
  LeaseKeeper& operator=(const LeaseKeeper&) = delete;
  ~LeaseKeeper() = default;

  // The lease is another's now (StoreError::kStale): what was worked out counts no more.
  [[nodiscard]] std::optional<Error> lost() const;

 private:
  void run(const std::stop_token& stop);

  core::Office& office_;
  const platform::JobLease lease_;
  const Duration every_;
  mutable std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::optional<Error> lost_;
  std::jthread thread_;
};

}  // namespace tally::pipeline
