#include "perception/cart/process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/digest.hpp"
#include "perception/cart/events.hpp"
#include "perception/cart/session.hpp"
#include "perception/media/clip_writer.hpp"

namespace tally::cart {
namespace {

// Evidence shows this much before and after an event.
constexpr SessionTime kEvidenceBefore = from_seconds(1.5);
constexpr SessionTime kEvidenceAfter = from_seconds(1.5);
constexpr SessionTime kTimelineStep = from_seconds(0.1);

Result<std::optional<vision::Box>> zone_of(const Layout& layout, const std::string& camera) {
  for (const LayoutCamera& candidate : layout.cameras) {
    if (candidate.id == camera) return candidate.zone;
  }
  if (layout.cameras.empty()) return std::nullopt;
  std::vector<std::string> ids;
  for (const LayoutCamera& candidate : layout.cameras) ids.push_back(candidate.id);
  return fail(LayoutError::kValue,
              fmt::format("the layout has no camera \"{}\"; give --camera one of its own: {}",
                          camera, fmt::join(ids, ", ")));
}

std::optional<std::int64_t> expected_frames(const media::VideoInfo& info) {
  if (!info.duration || info.frames_per_second <= 0) return std::nullopt;
  return static_cast<std::int64_t>(to_seconds(*info.duration) * info.frames_per_second + 0.5);
}

// At most one sample per kTimelineStep: the liveliest frame of it.
std::vector<TimelineSample> thin_out(const std::vector<FrameNote>& notes) {
  std::vector<TimelineSample> samples;
  SessionTime next{0};
  for (const FrameNote& note : notes) {
    if (samples.empty() || note.time >= next) {
      samples.push_back({to_ms(note.time), note.activity, note.detected});
      next = note.time + kTimelineStep;
      continue;
    }
    samples.back().activity = std::max(samples.back().activity, note.activity);
    samples.back().detected = samples.back().detected || note.detected;
  }
  return samples;
}

Result<void> write_evidence(const std::filesystem::path& video, const ProcessOptions& options,
                            std::vector<CartEvent>& events) {
  std::vector<media::Clip> clips;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const SessionTime at = std::chrono::milliseconds(events[i].at_ms);
    events[i].evidence = fmt::format("evidence/{:04}.mp4", i + 1);
    clips.push_back({{at - kEvidenceBefore, at + kEvidenceAfter},
                     options.evidence_folder / events[i].evidence});
  }
  if (clips.empty()) return {};
  return media::cut_clips(video, clips, options.reader);
}

struct Watched {
  std::int64_t frames = 0;
  SessionTime last{0};
  double decode_seconds = 0;
};

Result<Watched> watch(media::VideoReader& reader, CameraSession& session,
                      const ProcessOptions& options) {
  const auto clock = [&] { return options.clock_seconds ? options.clock_seconds() : 0.0; };
  const auto total = expected_frames(reader.info());
  Watched watched;
  while (true) {
    if (options.cancelled && options.cancelled()) {
      return fail(ProcessError::kCancelled, "stopped before the end, as asked");
    }
    const double begin = clock();
    auto frame = reader.next();
    watched.decode_seconds += clock() - begin;
    if (!frame) return std::unexpected(std::move(frame.error()));
    if (!*frame) return watched;
    if (auto pushed = session.push(**frame); !pushed) return std::unexpected(pushed.error());
    ++watched.frames;
    watched.last = (*frame)->time;
    if (options.on_progress) options.on_progress({watched.frames, total});
  }
}

}  // namespace

ErrorCode code_of(ProcessError error) {
  switch (error) {
    case ProcessError::kCancelled:
      return {"cart.cancelled", ErrorKind::kFailed};
    case ProcessError::kChanged:
      return {"cart.changed", ErrorKind::kConflict};
  }
  std::abort();
}

Result<ProcessOutcome> process_video(const std::filesystem::path& video, vision::Detector& detector,
                                     const Layout& layout, const ProcessOptions& options) {
  const auto clock = [&] { return options.clock_seconds ? options.clock_seconds() : 0.0; };
  const double begin = clock();
  auto roles = class_roles(layout, detector.package().class_names);
  if (!roles) return std::unexpected(std::move(roles.error()));
  auto zone = zone_of(layout, options.camera);
  if (!zone) return std::unexpected(std::move(zone.error()));
  // The reader tells better than the digest what is wrong with a file, so it is asked first.
  auto reader = media::VideoReader::open(video, options.reader);
  if (!reader) return std::unexpected(std::move(reader.error()));
  auto digest = sha256_hex_of_file(video);
  if (!digest) return std::unexpected(std::move(digest.error()));
  CameraSession session(detector, std::move(*roles), *zone, options.savings, options.clock_seconds);
  auto watched = watch(**reader, session, options);
  // The detector is left without work, whatever happened to the video.
  auto stock = session.finish();
  if (!watched) return std::unexpected(std::move(watched.error()));
  if (!stock) return std::unexpected(std::move(stock.error()));
  ProcessOutcome outcome;
  Cart& cart = outcome.cart;
  cart.inputs = {.videos = {{options.camera, *digest, watched->frames,
                             to_ms((*reader)->info().duration.value_or(watched->last))}},
                 .model_name = detector.package().name,
                 .model_sha256 = detector.package().sha256,
                 .layout_sha256 = layout.sha256};
  cart.events = merge_into_events(stock->changes, options.camera);
  cart.lines = sum_lines(cart.events);
  cart.decision = decide(cart.lines, stock->doubts);
  const double evidence_begin = clock();
  if (!options.evidence_folder.empty()) {
    if (auto written = write_evidence(video, options, cart.events); !written) {
      return std::unexpected(std::move(written.error()));
    }
  }
  // What was decoded, what the evidence shows and what the digest names must be one file.
  auto digest_after = sha256_hex_of_file(video);
  if (!digest_after || *digest_after != cart.inputs.videos.front().sha256) {
    return fail(ProcessError::kChanged,
                fmt::format("{}: changed while it was read; process it when it is complete",
                            video.string()));
  }
  const StageSeconds& seconds = session.seconds();
  cart.stats = {.frames_decoded = watched->frames,
                .frames_detected = session.looks(),
                .wall_seconds = clock() - begin,
                .stage_seconds = {{"decode", watched->decode_seconds},
                                  {"gate", seconds.gate},
                                  {"detect", seconds.detect},
                                  {"stock", seconds.stock},
                                  {"evidence", clock() - evidence_begin}}};
  outcome.width = (*reader)->info().width;
  outcome.height = (*reader)->info().height;
  outcome.zone = stock->zone;
  outcome.timeline = thin_out(session.notes());
  for (const auto& [time, count] : stock->counts) outcome.stock.push_back({to_ms(time), count});
  return outcome;
}

}  // namespace tally::cart
