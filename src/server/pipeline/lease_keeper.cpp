#include "server/pipeline/lease_keeper.hpp"

#include <utility>

namespace tally::pipeline {

LeaseKeeper::LeaseKeeper(core::Office& office, platform::JobLease lease, Duration every)
    : office_(office),
      lease_(std::move(lease)),
      every_(every),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

std::optional<Error> LeaseKeeper::lost() const {
  const std::lock_guard lock(mutex_);
  return lost_;
}

void LeaseKeeper::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!lost_) {
    stopped_.wait_for(lock, stop, every_, [] { return false; });
    if (stop.stop_requested()) return;
    lock.unlock();
    const auto kept = office_.store().write_and_wait([this](platform::Transaction& transaction) {
      return platform::heartbeat_job(transaction, lease_, office_.world().now(), kWatchLease);
    });
    lock.lock();
    // A store that is busy or away is asked again; a lease that lapsed meanwhile says so then.
    const auto stale = code_of(platform::StoreError::kStale);
    if (!kept && kept.error().code.name == stale.name) lost_ = kept.error();
  }
}

}  // namespace tally::pipeline
