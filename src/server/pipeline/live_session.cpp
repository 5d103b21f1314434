#include "server/pipeline/live_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/assert.hpp"
#include "perception/media/video_reader.hpp"

namespace tally::server {
namespace {
namespace fs = std::filesystem;

// The pipeline drops its readers when it is done with them; bytes may still come after that.
class SharedReader final : public media::VideoReader {
 public:
  explicit SharedReader(std::shared_ptr<media::GrowingReader> reader)
      : reader_(std::move(reader)) {}
  [[nodiscard]] const media::VideoInfo& info() const override { return reader_->info(); }
  Result<std::optional<media::Frame>> next() override { return reader_->next(); }

 private:
  std::shared_ptr<media::GrowingReader> reader_;
};

// Their names become files' names.
Result<void> check_cameras(const LivePlan& plan) {
  for (const LiveCamera& camera : plan.cameras) {
    const bool known =
        std::ranges::count(plan.layout->cameras, camera.id, &cart::LayoutCamera::id) == 1;
    if (known && std::ranges::count(plan.cameras, camera.id, &LiveCamera::id) == 1) continue;
    return fail(
        LiveError::kCamera,
        fmt::format("camera {} is there twice, or the cabinet's layout has none such", camera.id));
  }
  return {};
}

}  // namespace

struct LiveSession::Camera {
  fs::path path;
  std::ofstream file;
  std::int64_t bytes = 0;
  bool ended = false;
  std::shared_ptr<media::GrowingReader> reader;  // Once the pipeline has opened it.

  void tell() const {
    if (reader == nullptr) return;
    if (ended) {
      reader->finish(bytes);
    } else {
      reader->grow(bytes);
    }
  }
};

ErrorCode code_of(LiveError error) {
  switch (error) {
    case LiveError::kCamera:
      return {"live.camera", ErrorKind::kNotFound};
    case LiveError::kEnded:
      return {"live.ended", ErrorKind::kConflict};
    case LiveError::kDisk:
      return {"live.disk", ErrorKind::kUnavailable};
    case LiveError::kCancelled:
      return {"live.cancelled", ErrorKind::kFailed};
  }
  std::abort();
}

LiveSession::LiveSession(Begun, LivePlan plan) : plan_(std::move(plan)) {
  for (const LiveCamera& camera : plan_.cameras) {
    session_.videos.push_back({.camera = camera.id,
                               .file = plan_.folder / (camera.id + ".mp4"),
                               .start = std::chrono::milliseconds(camera.start_ms)});
  }
}

LiveSession::~LiveSession() {
  cancel();
  if (thread_.joinable()) thread_.join();
}

Result<std::unique_ptr<LiveSession>> LiveSession::begin(LivePlan plan) {
  TALLY_ASSERT(plan.layout != nullptr && !plan.cameras.empty());
  if (auto known = check_cameras(plan); !known) return std::unexpected(std::move(known.error()));
  auto session = std::make_unique<LiveSession>(Begun{}, std::move(plan));
  if (auto made = session->make_files(); !made) return std::unexpected(std::move(made.error()));
  session->thread_ = std::thread([live = session.get()] { live->watch(); });
  return session;
}

Result<void> LiveSession::make_files() {
  std::error_code failed;
  fs::create_directories(plan_.folder, failed);
  for (const cart::SessionVideo& video : session_.videos) {
    auto camera = std::make_unique<Camera>();
    camera->path = video.file;
    camera->file.open(video.file, std::ios::binary | std::ios::trunc);
    if (!camera->file.good()) {
      return fail(LiveError::kDisk,
                  fmt::format("{}: can't be written; check the folder's permissions and free space",
                              video.file.string()));
    }
    cameras_.emplace(video.camera, std::move(camera));
  }
  return {};
}

void LiveSession::watch() {
  cart::ProcessOptions options = plan_.options;
  options.open_video = [this](const cart::SessionVideo& video) { return open(video); };
  options.on_progress = [this](const cart::Progress& progress) {
    const std::lock_guard lock(mutex_);
    frames_ = progress.frames_done;
    changed_.notify_all();
  };
  options.cancelled = [this] {
    const std::lock_guard lock(mutex_);
    return cancelled_;
  };
  auto outcome = cabinet::process_cabinet(session_, *plan_.layout, plan_.models, options);
  const std::lock_guard lock(mutex_);
  outcome_ = std::move(outcome);
  changed_.notify_all();
}

Result<std::unique_ptr<media::VideoReader>> LiveSession::open(const cart::SessionVideo& video) {
  auto reader = media::GrowingReader::open(video.file, plan_.options.reader);
  if (!reader) return std::unexpected(std::move(reader.error()));
  const std::lock_guard lock(mutex_);
  Camera& camera = *cameras_.find(video.camera)->second;
  camera.reader = std::move(*reader);
  camera.tell();
  return std::make_unique<SharedReader>(camera.reader);
}

Result<void> LiveSession::append(std::string_view id, std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  const auto found = cameras_.find(id);
  if (found == cameras_.end()) {
    return fail(LiveError::kCamera, fmt::format("this session has no camera {}", id));
  }
  Camera& camera = *found->second;
  if (camera.ended) {
    return fail(LiveError::kEnded, fmt::format("the video of camera {} has ended", id));
  }
  camera.file.clear();
  camera.file.seekp(camera.bytes);  // After a failure, part of it may lie there.
  camera.file.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush();
  if (!camera.file.good()) {
    return fail(LiveError::kDisk,
                fmt::format("{}: can't be written; free some space", camera.path.string()));
  }
  camera.bytes += static_cast<std::int64_t>(bytes.size());
  camera.tell();
  return {};
}

Result<void> LiveSession::end(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = cameras_.find(id);
  if (found == cameras_.end()) {
    return fail(LiveError::kCamera, fmt::format("this session has no camera {}", id));
  }
  found->second->ended = true;
  found->second->tell();
  return {};
}

std::int64_t LiveSession::frames_watched() const {
  const std::lock_guard lock(mutex_);
  return frames_;
}

std::int64_t LiveSession::wait_for_frames(std::int64_t frames) const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return frames_ >= frames || outcome_; });
  return frames_;
}

bool LiveSession::wait_until_done(Duration time) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, time, [&] { return outcome_.has_value(); });
}

Result<cart::ProcessOutcome> LiveSession::finish() {
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  if (cancelled_) return fail(LiveError::kCancelled, "the session was given up before its end");
  return *std::move(outcome_);
}

void LiveSession::cancel() {
  const std::lock_guard lock(mutex_);
  if (!outcome_) cancelled_ = true;
  for (const auto& [id, camera] : cameras_) {
    camera->ended = true;
    camera->tell();
  }
}

}  // namespace tally::server
