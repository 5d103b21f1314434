// One session being watched. Used by watcher.cpp alone.
//
// Thread-safety: one thread.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "server/pipeline/watcher.hpp"

namespace tally::pipeline {

class Watcher::Watch {
 public:
  Watch(Watcher& watcher, Slot& slot, platform::Job job, SessionId session)
      : watcher_(watcher),
        slot_(slot),
        job_(std::move(job)),
        session_(std::move(session)),
        keeper_(watcher.office_, job_.lease) {}
  ~Watch();

  // To the cart, or until there is nothing to be watched. Errors: the store's (StoreError::kStale
  // where the lease was lost), those of perception.
  Result<void> run();

 private:
  struct View;
  Result<View> look();
  Result<bool> begin(const View& view);
  Result<void> feed(const View& view);
  Result<void> wait_for_cart();
  Result<void> finish();
  Result<void> end_without_cart(std::string_view why);
  Result<std::string> keep_evidence(const cart::ProcessOutcome& outcome,
                                    std::vector<std::pair<std::string, std::string>>& clips);

  Watcher& watcher_;
  Slot& slot_;
  platform::Job job_;
  SessionId session_;
  std::filesystem::path folder_;
  cart::Layout layout_;
  std::shared_ptr<const identify::Gallery> gallery_;
  std::unique_ptr<server::LiveSession> live_;
  std::map<std::string, int> fed_;
  std::int64_t frames_at_close_ = -1;
  LeaseKeeper keeper_;
  std::chrono::steady_clock::time_point last_fed_ = std::chrono::steady_clock::now();
};

}  // namespace tally::pipeline
