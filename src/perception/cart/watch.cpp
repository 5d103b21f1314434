#include "perception/cart/watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "base/digest.hpp"
#include "perception/cart/frame_merge.hpp"

namespace tally::cart {
namespace {

constexpr SessionTime kTimelineStep = from_seconds(0.1);

// A camera's video while it is read.
struct Input {
  const SessionVideo* video = nullptr;
  std::unique_ptr<media::VideoReader> reader;  // Null where it can't be opened.
  std::string sha256;
  std::int64_t frames = 0;
  SessionTime last{0};  // Of its last frame, on the session's clock.
  std::optional<Error> problem;
};

double now(const ProcessOptions& options) {
  return options.clock_seconds ? options.clock_seconds() : 0.0;
}

Result<std::unique_ptr<media::VideoReader>> open_video(const SessionVideo& video,
                                                       const ProcessOptions& options) {
  if (video.missing) {
    return fail(media::MediaError::kNotFound, fmt::format("{}: is not there", video.file.string()));
  }
  if (options.open_video) return options.open_video(video);
  return media::VideoReader::open(video.file, options.reader);
}

// The reader tells better than the digest what is wrong with a file, so it is asked first.
Result<Input> open_input(const SessionVideo& video, const ProcessOptions& options) {
  Input input;
  input.video = &video;
  input.last = video.start;
  auto reader = open_video(video, options);
  if (!reader) {
    input.problem = std::move(reader.error());
    return input;
  }
  input.reader = std::move(*reader);
  // Its digest comes at the end.
  if (options.open_video && !options.opens_whole_files) return input;
  auto digest = sha256_hex_of_file(video.file);
  if (!digest) return std::unexpected(std::move(digest.error()));
  input.sha256 = std::move(*digest);
  return input;
}

bool is_lost(const Input& input) { return input.problem.has_value(); }

Result<std::vector<Input>> open_all(const SessionFile& session, const ProcessOptions& options) {
  std::vector<Input> inputs;
  for (const SessionVideo& video : session.videos) {
    auto input = open_input(video, options);
    if (!input) return std::unexpected(std::move(input.error()));
    inputs.push_back(std::move(*input));
  }
  if (std::ranges::all_of(inputs, is_lost)) return std::unexpected(*inputs.front().problem);
  return inputs;
}

std::optional<std::int64_t> expected_frames(const std::vector<Input>& inputs) {
  double frames = 0;
  for (const Input& input : inputs) {
    if (!input.reader) continue;
    const media::VideoInfo& info = input.reader->info();
    if (!info.duration || info.frames_per_second <= 0) return std::nullopt;
    frames += to_seconds(*info.duration) * info.frames_per_second;
  }
  return static_cast<std::int64_t>(frames + 0.5);
}

// Of one look at all videos, and of those before it.
struct Count {
  std::int64_t frames = 0;
  std::int64_t expected = 0;  // By the containers; 0 where they do not tell.
  std::int64_t detected = 0;
  double decode_seconds = 0;
  std::vector<std::pair<std::string, double>> stage_seconds;
};

Result<void> push_all(std::vector<Input>& inputs, SessionWatcher& watcher,
                      const ProcessOptions& options, Count& count) {
  std::vector<FrameMerge::Source> sources;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    sources.push_back({inputs[i].reader.get(), inputs[i].video->start});
    if (is_lost(inputs[i])) watcher.lose(i, SessionTime{0});
  }
  FrameMerge merge(sources);
  std::optional<std::int64_t> total = expected_frames(inputs);
  if (total) total = count.expected += *total;
  while (true) {
    if (options.cancelled && options.cancelled()) {
      return fail(ProcessError::kCancelled, "stopped before the end, as asked");
    }
    const double begin = now(options);
    auto step = merge.next();
    count.decode_seconds += now(options) - begin;
    if (!step) return {};
    Input& input = inputs[step->source];
    if (!step->frame) {
      input.problem = std::move(step->error);
      watcher.lose(step->source, input.frames > 0 ? input.last : SessionTime{0});
      continue;
    }
    if (auto pushed = watcher.push(step->source, *step->frame); !pushed) {
      return std::unexpected(std::move(pushed.error()));
    }
    ++input.frames;
    input.last = step->frame->time;
    if (options.on_progress) options.on_progress({++count.frames, total});
  }
}

// The findings of one look at all videos.
Result<SessionFindings> look(std::vector<Input>& inputs, SessionWatcher& watcher,
                             const ProcessOptions& options, Count& count) {
  const auto pushed = push_all(inputs, watcher, options, count);
  auto findings = watcher.finish();
  if (!pushed) return std::unexpected(pushed.error());
  if (std::ranges::all_of(inputs, is_lost)) return std::unexpected(*inputs.front().problem);
  if (!findings) return findings;
  TALLY_ASSERT(findings->cameras.size() == inputs.size());
  for (const CameraFindings& camera : findings->cameras) count.detected += camera.looks;
  for (const auto& [stage, seconds] : findings->stage_seconds) {
    const auto known =
        std::ranges::find(count.stage_seconds, stage, &std::pair<std::string, double>::first);
    if (known == count.stage_seconds.end()) {
      count.stage_seconds.emplace_back(stage, seconds);
    } else {
      known->second += seconds;
    }
  }
  return findings;
}

// From their first frames on. By now the files have stopped growing.
void rewind(std::vector<Input>& inputs, const ProcessOptions& options) {
  for (Input& input : inputs) {
    if (!input.reader) continue;
    input.frames = 0;
    input.last = input.video->start;
    input.problem.reset();
    auto reader = media::VideoReader::open(input.video->file, options.reader);
    if (reader) {
      input.reader = std::move(*reader);
    } else {
      input.problem = std::move(reader.error());
    }
  }
}

Result<void> name_grown(std::vector<Input>& inputs) {
  for (Input& input : inputs) {
    if (!input.reader || !input.sha256.empty()) continue;
    auto digest = sha256_hex_of_file(input.video->file);
    if (!digest) return std::unexpected(std::move(digest.error()));
    input.sha256 = std::move(*digest);
  }
  return {};
}

// What was decoded, what the evidence shows and what the digest names must be one file.
Result<void> check_unchanged(const std::vector<Input>& inputs) {
  for (const Input& input : inputs) {
    if (input.sha256.empty()) continue;
    const auto digest = sha256_hex_of_file(input.video->file);
    if (digest && *digest == input.sha256) continue;
    return fail(ProcessError::kChanged,
                fmt::format("{}: changed while it was read; process it when it is complete",
                            input.video->file.string()));
  }
  return {};
}

// Its duration is from the first frame to the last that was read, whatever the container says.
CartVideo told(const Input& input) {
  const SessionTime start = input.video->start;
  return {.camera = input.video->camera,
          .sha256 = input.sha256,
          .frames = input.frames,
          .duration_ms = to_ms(input.last - start),
          .start_ms = to_ms(start),
          .problem = input.problem ? std::string(input.problem->code.name) : ""};
}

Result<void> add_evidence(const std::vector<Input>& inputs,
                          const std::vector<SessionTime>& clock_offsets, ClipNames names,
                          const ProcessOptions& options, std::vector<CartEvent>& events) {
  if (options.evidence_folder.empty()) return {};
  std::vector<EvidenceSource> sources;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Input& input = inputs[i];
    if (input.frames == 0) continue;
    sources.push_back({input.video->camera, input.video->file,
                       input.video->start + clock_offsets[i], input.last + clock_offsets[i],
                       is_lost(input)});
  }
  return write_evidence(sources, names, options.evidence_folder, options.reader, events);
}

// At most one sample per kTimelineStep: the liveliest frame of it.
std::vector<TimelineSample> thin_out(const std::vector<FrameNote>& notes,
                                     SessionTime clock_offset) {
  std::vector<TimelineSample> samples;
  SessionTime next{0};
  for (FrameNote note : notes) {
    note.time += clock_offset;
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

CameraOutcome outcome_of(const Input& input, const CameraFindings& findings) {
  CameraOutcome outcome;
  outcome.camera = input.video->camera;
  outcome.file_name = input.video->file.filename().string();
  if (input.reader) {
    outcome.width = input.reader->info().width;
    outcome.height = input.reader->info().height;
  }
  outcome.zone = findings.zone;
  outcome.frames_detected = findings.looks;
  outcome.timeline = thin_out(findings.notes, findings.clock_offset);
  outcome.boxes = findings.boxes;
  if (input.problem) outcome.problem = input.problem->message;
  return outcome;
}

ProcessOutcome make_outcome(const std::vector<Input>& inputs, SessionFindings&& findings,
                            const std::string& layout_sha256, const Count& count) {
  ProcessOutcome outcome;
  Cart& cart = outcome.cart;
  cart.inputs.models = std::move(findings.models);
  cart.inputs.layout_sha256 = layout_sha256;
  cart.events = std::move(findings.events);
  cart.lines = std::move(findings.lines);
  cart.decision = std::move(findings.decision);
  cart.stats.frames_detected = count.detected;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    cart.inputs.videos.push_back(told(inputs[i]));
    cart.stats.frames_decoded += inputs[i].frames;
    outcome.cameras.push_back(outcome_of(inputs[i], findings.cameras[i]));
  }
  outcome.stock = std::move(findings.stock);
  return outcome;
}

// The lines stay: they tell how the stock has changed.
Decision of_restock(Decision decision) {
  decision.kind = DecisionKind::kNothing;
  decision.expected_error_minor.reset();
  decision.reasons = {"a restocker's session charges nobody"};
  return decision;
}

}  // namespace

Result<ProcessOutcome> watch_session(const SessionFile& session, SessionWatcher& watcher,
                                     const std::string& layout_sha256, ClipNames names,
                                     const ProcessOptions& options) {
  const double begin = now(options);
  auto inputs = open_all(session, options);
  if (!inputs) {
    static_cast<void>(watcher.finish());
    return std::unexpected(std::move(inputs.error()));
  }
  Count count;
  auto findings = look(*inputs, watcher, options, count);
  if (!findings) return std::unexpected(std::move(findings.error()));
  const auto again = watcher.look_again();
  if (again) {
    rewind(*inputs, options);
    findings = look(*inputs, *again, options, count);
    if (!findings) return std::unexpected(std::move(findings.error()));
  }
  if (auto named = name_grown(*inputs); !named) return std::unexpected(std::move(named.error()));
  std::vector<SessionTime> clock_offsets;
  for (const CameraFindings& camera : findings->cameras) {
    clock_offsets.push_back(camera.clock_offset);
  }
  ProcessOutcome outcome = make_outcome(*inputs, std::move(*findings), layout_sha256, count);
  if (session.kind == SessionKind::kRestock) {
    outcome.cart.decision = of_restock(std::move(outcome.cart.decision));
  }
  const double evidence_begin = now(options);
  if (auto added = add_evidence(*inputs, clock_offsets, names, options, outcome.cart.events);
      !added) {
    return std::unexpected(std::move(added.error()));
  }
  if (auto unchanged = check_unchanged(*inputs); !unchanged) {
    return std::unexpected(std::move(unchanged.error()));
  }
  CartStats& stats = outcome.cart.stats;
  stats.wall_seconds = now(options) - begin;
  stats.second_look = again != nullptr;
  stats.stage_seconds = std::move(count.stage_seconds);
  stats.stage_seconds.insert(stats.stage_seconds.begin(), {"decode", count.decode_seconds});
  stats.stage_seconds.emplace_back("evidence", now(options) - evidence_begin);
  return outcome;
}

}  // namespace tally::cart
