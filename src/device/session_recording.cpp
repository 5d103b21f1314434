#include "device/session_recording.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "device/segment_cutter.hpp"

namespace tally::device {
namespace {

constexpr Duration kBeginTimeMax{3'000};

}  // namespace

// One camera's part. The cutter and the number are the camera's thread's, the rest the loop's.
struct SessionRecording::Track {
  std::string camera;
  std::int64_t next_number = 1;
  std::unique_ptr<SegmentCutter> cutter;
  std::optional<std::int64_t> start_ms;
  bool ended = false;
  std::unique_ptr<Recording> recording;  // Last: its thread uses the others.
};

SessionRecording::SessionRecording(Loop& loop, SessionRecordingPlan plan,
                                   SessionRecordingEvents events)
    : loop_(loop), plan_(std::move(plan)), events_(std::move(events)) {}

SessionRecording::~SessionRecording() {
  *alive_ = false;
  for (const auto& track : tracks_) track->recording.reset();
}

void SessionRecording::start(const std::vector<std::unique_ptr<Camera>>& cameras) {
  for (const auto& camera : cameras) start_camera(*camera);
  loop_.after(kBeginTimeMax, [this, alive = alive_] {
    if (*alive) look_whether_begun(true);
  });
  // Not at once: who starts this hears of its end later only.
  tell([this] {
    look_whether_begun(false);
    look_whether_ended();
  });
}

void SessionRecording::start_camera(Camera& camera) {
  auto track = std::make_shared<Track>();
  track->camera = camera.id();
  track->next_number = plan_.first_segment;
  Track* raw = track.get();
  track->cutter = std::make_unique<SegmentCutter>(
      plan_.segment_length, loop_.now(), [this, raw](std::string bytes) {
        const std::int64_t number = raw->next_number++;
        const auto most = static_cast<std::int64_t>(link::kSegmentsMax);
        if (number > most) return;
        // The last one that a manifest holds stands for all that follows, and is not there.
        auto segment = number == most ? Result<Segment>(Segment{})
                                      : write_segment(plan_.file_of(raw->camera, number), bytes);
        std::string problem = segment ? "" : segment.error().message;
        tell([this, raw, kept = segment.value_or(Segment{}), problem = std::move(problem)] {
          events_.on_segment(raw->camera, kept);
          if (!problem.empty()) events_.on_problem(raw->camera, problem);
        });
      });
  tracks_.push_back(track);
  auto recording = camera.record(plan_.clip, events_for(track));
  if (recording) {
    track->recording = std::move(*recording);
    return;
  }
  track->ended = true;
  events_.on_segment(track->camera, Segment{});
  events_.on_problem(track->camera, recording.error().message);
}

RecordingEvents SessionRecording::events_for(const std::shared_ptr<Track>& track) {
  Track* raw = track.get();
  return {
      .on_start =
          [this, raw](std::int64_t start_ms) {
            tell([this, raw, start_ms] {
              raw->start_ms = start_ms;
              look_whether_begun(false);
            });
          },
      .on_bytes =
          [this, raw](std::span<const std::byte> bytes) { raw->cutter->feed(bytes, loop_.now()); },
      .on_stats =
          [this, raw](const CameraStats& stats) {
            tell([this, raw, stats] { events_.on_stats(raw->camera, stats); });
          },
      .on_end =
          [this, raw](std::string problem) {
            raw->cutter->finish();
            tell([this, raw, problem = std::move(problem)] {
              raw->ended = true;
              if (!problem.empty()) {
                events_.on_segment(raw->camera, Segment{});
                events_.on_problem(raw->camera, problem);
              }
              look_whether_begun(false);
              look_whether_ended();
            });
          }};
}

void SessionRecording::tell(std::function<void()> what) {
  loop_.post([alive = alive_, what = std::move(what)] {
    if (*alive) what();
  });
}

void SessionRecording::look_whether_begun(bool waited) {
  const bool all = std::ranges::all_of(
      tracks_, [](const auto& track) { return track->start_ms || track->ended; });
  if (told_begun_ || (!all && !waited)) return;
  told_begun_ = true;
  std::vector<link::CameraStart> starts;
  for (const auto& track : tracks_) {
    if (track->start_ms) starts.push_back({track->camera, *track->start_ms});
  }
  events_.on_begun(std::move(starts));
}

void SessionRecording::look_whether_ended() {
  const bool all = std::ranges::all_of(tracks_, [](const auto& track) { return track->ended; });
  if (ended_ || !all) return;
  ended_ = true;
  events_.on_all_ended();
}

void SessionRecording::stop() {
  for (const auto& track : tracks_) {
    if (track->recording && !track->ended) track->recording->stop();
  }
}

}  // namespace tally::device
