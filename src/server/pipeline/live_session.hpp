// A session whose video is watched while it is recorded: segments go in as they arrive, and when
// the last one is in, nearly all of the work is done.
//
// Each camera's bytes are kept in one file of the session's folder, which the pipeline reads while
// it grows; the files stay, are what the cart names by digest, and give the same cart when they are
// processed again (cabinet::process_cabinet).
//
// Ownership: borrows layout and models, which no one else may use until finish() or the destructor
// has returned; the destructor cancels. One thread of its own. Thread-safety: append(), end(),
// cancel() and the waits on any thread; finish() on one, once.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/instant.hpp"
#include "perception/cabinet/process.hpp"
#include "perception/cart/process.hpp"

namespace tally::server {

enum class LiveError : std::uint8_t {
  kCamera,     // The session has no such camera.
  kEnded,      // That camera's video has ended; nothing can follow.
  kDisk,       // A segment can't be written: free some space, and send it again.
  kCancelled,  // cancel() was called before the end.
};
[[nodiscard]] ErrorCode code_of(LiveError error);

struct LiveCamera {
  std::string id;
  std::int64_t start_ms = 0;  // Of its first frame on the session's clock.
};

struct LivePlan {
  std::filesystem::path folder;  // Of this session alone; made if it is not there.
  std::vector<LiveCamera> cameras;
  const cart::Layout* layout = nullptr;
  cabinet::CabinetModels models;
  cart::ProcessOptions options;  // open_video, on_progress and cancelled are the session's own.
};

class LiveSession {
  struct Begun {};  // Only begin() has one.

 public:
  // Makes the cameras' files and starts to watch. Errors: LiveError::kDisk; kCamera for one that
  // the layout does not have, or that is there twice.
  static Result<std::unique_ptr<LiveSession>> begin(LivePlan plan);
  LiveSession(Begun, LivePlan plan);
  LiveSession(const LiveSession&) = delete;
  LiveSession& operator=(const LiveSession&) = delete;
  ~LiveSession();

  // The next bytes of a camera's stream: fragmented MP4, its index first. Errors: LiveError; after
  // kDisk the same bytes may be given again.
  Result<void> append(std::string_view camera, std::string_view bytes);
  // No more will come of it. A camera of which nothing came is a camera less. Idempotent.
  Result<void> end(std::string_view camera);

  // Frames of all cameras that have been watched so far; waits until there are so many, or the
  // pipeline has ended.
  [[nodiscard]] std::int64_t frames_watched() const;
  std::int64_t wait_for_frames(std::int64_t frames) const;

  // Whether the cart, or what went wrong, is there; waits so long for it.
  bool wait_until_done(Duration time) const;
  // Blocks until the cart is there, which takes the end() of every camera. Errors: those of
  // process_cabinet; LiveError::kCancelled.
  Result<cart::ProcessOutcome> finish();
  void cancel();

 private:
  struct Camera;
  Result<void> make_files();
  void watch();
  Result<std::unique_ptr<media::VideoReader>> open(const cart::SessionVideo& video);

  LivePlan plan_;
  cart::SessionFile session_;
  mutable std::mutex mutex_;  // Guards all below but the thread.
  mutable std::condition_variable changed_;
  std::map<std::string, std::unique_ptr<Camera>, std::less<>> cameras_;
  std::int64_t frames_ = 0;
  bool cancelled_ = false;
  std::optional<Result<cart::ProcessOutcome>> outcome_;
  std::thread thread_;
};

}  // namespace tally::server
