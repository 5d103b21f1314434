#include "cli/density_play.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <utility>

#include "base/cart_json.hpp"
#include "cli/cli_error.hpp"
#include "cli/interrupt.hpp"
#include "device/recorder_camera.hpp"
#include "device/segment_cutter.hpp"
#include "perception/cart/session_file.hpp"
#include "server/pipeline/live_session.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLookEvery{100};
constexpr std::chrono::seconds kSegmentLength{1};  // As a device's, where it is not configured.

Clock::duration seconds(double value) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(value));
}

double seconds_since(Clock::time_point then) {
  return std::chrono::duration<double>(Clock::now() - then).count();
}

std::unexpected<Error> stopped() { return fail(CliError::kInterrupted, "interrupted"); }

// The recordings of all cameras of a session, as they come.
class Recorder {
 public:
  explicit Recorder(PlayedSession& into) : into_(into) {}

  Result<void> record(const fs::path& folder) {
    std::vector<std::unique_ptr<device::Camera>> cameras;
    std::vector<std::unique_ptr<device::Recording>> recordings;
    for (std::size_t i = 0; i < into_.cameras.size(); ++i) {
      cameras.push_back(device::make_camera(
          {.id = into_.cameras[i], .device = {}},
          device::VirtualConfig{.sessions = {folder}, .renderer = {}}, device::recorder_program()));
      auto recording = cameras.back()->record(0, events_of(i));
      if (!recording) return std::unexpected(std::move(recording.error()));
      recordings.push_back(std::move(*recording));
    }
    std::unique_lock lock(mutex_);
    while (ended_ < cameras.size()) {
      changed_.wait_for(lock, kLookEvery);
      if (interrupted()) return stopped();
    }
    if (problem_.empty()) return {};
    return fail(CliError::kSomeFailed, fmt::format("{}: {}", folder.string(), problem_));
  }

 private:
  device::RecordingEvents events_of(std::size_t camera) {
    const auto cutter = std::make_shared<device::SegmentCutter>(
        kSegmentLength, Duration{0}, [this, camera](std::string bytes) {
          const std::lock_guard lock(mutex_);
          into_.segments.push_back({seconds_since(begin_), camera, std::move(bytes)});
        });
    return {.on_start =
                [this, camera](std::int64_t start_ms) {
                  const std::lock_guard lock(mutex_);
                  into_.starts_ms[camera] = start_ms;
                },
            .on_bytes =
                [this, cutter](std::span<const std::byte> bytes) {
                  cutter->feed(bytes, std::chrono::duration_cast<Duration>(Clock::now() - begin_));
                },
            .on_stats = [](const device::CameraStats&) {},
            .on_end =
                [this, cutter](const std::string& problem) {
                  cutter->finish();
                  const std::lock_guard lock(mutex_);
                  if (!problem.empty()) problem_ = problem;
                  ++ended_;
                  changed_.notify_all();
                }};
  }

  PlayedSession& into_;
  Clock::time_point begin_ = Clock::now();
  std::mutex mutex_;  // Guards all below, and what is recorded.
  std::condition_variable changed_;
  std::size_t ended_ = 0;
  std::string problem_;
};

// One level: doors open by the clock, and slots take sessions.
class Level {
 public:
  explicit Level(const DensityPlan& plan) : plan_(plan), total_(plan.at_once * plan.rounds) {
    level_.at_once = plan.at_once;
  }

  Result<DensityLevel> run() {
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < plan_.slots->size(); ++i) {
        threads.emplace_back([this, i] { watch(i); });
      }
      open_doors();
    }
    if (interrupted()) return stopped();
    level_.wall_seconds = seconds_since(begin_);
    return std::move(level_);
  }

 private:
  struct Door {
    int number = 0;
    Clock::time_point opened;
  };

  // Evenly over a session's time, so that what is measured is no accident of all at once.
  void open_doors() {
    const double length = plan_.session->seconds();
    for (int i = 0; i < total_ && !interrupted(); ++i) {
      const Clock::time_point due = begin_ + seconds(length * i / plan_.at_once);
      if (!wait_until(due)) break;
      const std::lock_guard lock(mutex_);
      waiting_.push_back({i, due});
      changed_.notify_all();
    }
    const std::lock_guard lock(mutex_);
    all_open_ = true;
    changed_.notify_all();
  }

  // False where the program was interrupted.
  bool wait_until(Clock::time_point due) {
    std::unique_lock lock(mutex_);
    while (!interrupted() && Clock::now() < due) {
      waits_.wait_until(lock, std::min(due, Clock::now() + kLookEvery));
    }
    return !interrupted();
  }

  std::optional<Door> next() {
    std::unique_lock lock(mutex_);
    while (waiting_.empty() && !all_open_ && !interrupted()) changed_.wait_for(lock, kLookEvery);
    if (waiting_.empty() || interrupted()) return std::nullopt;
    const Door door = waiting_.front();
    waiting_.pop_front();
    return door;
  }

  void watch(std::size_t slot) {
    while (const auto door = next()) {
      auto outcome = watch_one((*plan_.slots)[slot], *door);
      const double late = seconds_since(door->opened) - plan_.session->seconds();
      const std::lock_guard lock(mutex_);
      if (outcome) {
        const std::string cart = to_json(outcome->cart, CartStatsIn::kNo);
        if (cart_.empty()) cart_ = cart;
        level_.carts_agree = level_.carts_agree && cart == cart_;
        level_.frames += outcome->cart.stats.frames_decoded;
        level_.seconds_to_cart.push_back(late);
      } else {
        level_.lost.push_back(outcome.error().message);
      }
      if (plan_.on_cart) plan_.on_cart(++done_, total_);
    }
  }

  Result<cart::ProcessOutcome> watch_one(pipeline::Slot& slot, const Door& door) {
    const PlayedSession& session = *plan_.session;
    server::LivePlan plan{.folder = plan_.scratch / std::to_string(door.number),
                          .cameras = {},
                          .layout = plan_.layout,
                          .models = {.detector = slot.detector.get(),
                                     .close_up = slot.close_up.get(),
                                     .embedder = slot.embedder.get(),
                                     .gallery = plan_.gallery,
                                     .identify = {}},
                          .options = {}};
    plan.options.evidence_folder = plan.folder;
    const fs::path folder = plan.folder;
    for (std::size_t i = 0; i < session.cameras.size(); ++i) {
      plan.cameras.push_back({session.cameras[i], session.starts_ms[i]});
    }
    auto live = server::LiveSession::begin(std::move(plan));
    if (!live) return std::unexpected(std::move(live.error()));
    if (auto fed = feed(**live, door); !fed) return std::unexpected(std::move(fed.error()));
    while (!(*live)->wait_until_done(kLookEvery)) {
      if (interrupted()) return stopped();
    }
    auto outcome = (*live)->finish();
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    return outcome;
  }

  Result<void> feed(server::LiveSession& live, const Door& door) {
    for (const PlayedSegment& segment : plan_.session->segments) {
      if (!wait_until(door.opened + seconds(segment.at))) return stopped();
      auto appended = live.append(plan_.session->cameras[segment.camera], segment.bytes);
      if (!appended) return appended;
    }
    for (const std::string& camera : plan_.session->cameras) {
      if (auto ended = live.end(camera); !ended) return ended;
    }
    return {};
  }

  const DensityPlan& plan_;
  int total_;
  Clock::time_point begin_ = Clock::now();
  std::mutex mutex_;  // Guards all below.
  std::condition_variable changed_;
  std::condition_variable waits_;  // Nobody calls it: the clock alone ends a wait.
  std::deque<Door> waiting_;
  bool all_open_ = false;
  int done_ = 0;
  std::string cart_;
  DensityLevel level_;
};

}  // namespace

Result<PlayedSession> record_session(const fs::path& folder) {
  auto session = cart::load_session(folder);
  if (!session) return std::unexpected(std::move(session.error()));
  PlayedSession played;
  for (const cart::SessionVideo& video : session->videos) {
    if (!video.missing) played.cameras.push_back(video.camera);
  }
  played.starts_ms.resize(played.cameras.size());
  if (auto recorded = Recorder(played).record(folder); !recorded) {
    return std::unexpected(std::move(recorded.error()));
  }
  if (played.segments.empty()) {
    return fail(CliError::kSomeFailed, fmt::format("{}: nothing was recorded", folder.string()));
  }
  std::ranges::stable_sort(played.segments, {}, &PlayedSegment::at);
  return played;
}

Result<DensityLevel> play_level(const DensityPlan& plan) { return Level(plan).run(); }

}  // namespace tally::cli
