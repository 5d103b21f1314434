// The watcher: takes sessions whose door was opened, watches their video while it arrives, and says
// what was taken when the last of it is in.
//
// A session is a job (queue "pipeline"), leased to one watcher: if that one dies, another begins
// anew with the same segments and gets the same cart. What the watcher knows of a session it reads
// from the store; hints only make it look sooner.
//
// Ownership: borrows office, blobs and galleries. One thread for each slot, joined by the
// destructor, which gives up what is being watched (its lease runs out, or is given back).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "platform/blobs.hpp"
#include "platform/jobs.hpp"
#include "server/core/office.hpp"
#include "server/log.hpp"
#include "server/pipeline/enroller.hpp"
#include "server/pipeline/lease_keeper.hpp"
#include "server/pipeline/live_session.hpp"
#include "server/pipeline/models.hpp"

namespace tally::pipeline {

inline constexpr Duration kLookLongest = std::chrono::milliseconds(500);

// How a session went, for the metrics.
struct Watched {
  SessionId session;
  std::int64_t frames = 0;
  double share_at_close = 0;   // Of the frames, watched when the door's closing was known.
  double seconds_to_cart = 0;  // From the last segment's arrival to the cart.
};

struct WatcherOptions {
  std::string name = "watcher";  // Whose jobs are released where it died.
  std::filesystem::path folder;  // For sessions that are being watched; emptied at start.
  int slots = 1;
  ModelPaths models;
  cart::ReviewPolicy review;
  std::function<void(const Watched&)> observe;
};

class Watcher {
  struct Begun {};  // Only start() has one.

 public:
  // Opens the models. Errors: those of model packages and engines.
  static Result<std::unique_ptr<Watcher>> start(core::Office& office,
                                                const platform::BlobFiles& blobs,
                                                WatcherOptions options, server::Log log);
  Watcher(Begun, core::Office& office, const platform::BlobFiles& blobs, WatcherOptions options,
          server::Log log);
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;
  ~Watcher();

 private:
  class Watch;  // Of one session.
  void run(Slot& slot);
  void give_up(const platform::JobLease& lease, const Error& why);

  core::Office& office_;
  const platform::BlobFiles& blobs_;
  WatcherOptions options_;
  server::Log log_;
  Galleries galleries_;
  std::unique_ptr<Enroller> enroller_;
  std::vector<Slot> slots_;
  std::vector<std::thread> threads_;
};

}  // namespace tally::pipeline
