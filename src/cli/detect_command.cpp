#include "cli/detect_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <set>

#include "base/files.hpp"
#include "cli/cli_error.hpp"
#include "cli/early_reader.hpp"
#include "cli/interrupt.hpp"
#include "cli/json_output.hpp"
#include "cli/model.hpp"
#include "perception/media/video_reader.hpp"
#include "perception/vision/draw.hpp"
#include "perception/vision/tracker.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kSlotsMax = 64;    // The decoder's own limit.
constexpr int kDecodingMin = 4;  // Slots beside those of frames in flight.

// Looks at files one after another; answers are collected in the order of the pictures.
class Watcher {
 public:
  Watcher(const DetectArguments& arguments, Console& console, vision::Detector& detector,
          const fs::path& draw_into, EarlyReader& readers, std::size_t depth_max)
      : arguments_(arguments),
        console_(console),
        detector_(detector),
        draw_into_(draw_into),
        readers_(readers),
        depth_(std::min(detector.capacity(), depth_max)) {}

  Result<void> look_at(const fs::path& file);
  [[nodiscard]] const std::vector<DetectedPicture>& pictures() const { return pictures_; }

 private:
  [[nodiscard]] bool wanted(const media::Frame& frame, bool still) const;
  Result<void> submit(const fs::path& file, bool still, media::Frame frame);
  Result<void> collect();
  Result<void> collect_all();
  void track(DetectedPicture& picture);
  Result<void> draw(const DetectedPicture& picture, const media::Frame& frame, bool still);
  void print(const DetectedPicture& picture, bool still);
  [[nodiscard]] std::string free_name(const DetectedPicture& picture, bool still);

  struct Submitted {
    std::string file;
    bool still = false;
    media::Frame frame;  // Without pixels where nothing is drawn.
  };

  const DetectArguments& arguments_;
  Console& console_;
  vision::Detector& detector_;
  fs::path draw_into_;
  EarlyReader& readers_;
  std::size_t depth_;
  std::deque<Submitted> submitted_;
  std::vector<DetectedPicture> pictures_;
  std::size_t looked_at_ = 0;
  vision::Tracker tracker_;      // Begun anew for each file.
  std::set<std::string> names_;  // Of pictures drawn: files of one name in two folders both appear.
};

bool Watcher::wanted(const media::Frame& frame, bool still) const {
  if (still) return true;
  if (!arguments_.frames.empty()) return std::ranges::count(arguments_.frames, frame.index) > 0;
  return frame.index % arguments_.stride == 0;
}

Result<void> Watcher::look_at(const fs::path& file) {
  if (auto found = check_exists(file); !found) return found;
  auto reader = readers_.open(file);
  if (!reader) return std::unexpected(std::move(reader.error()));
  const bool still = (*reader)->info().still;
  tracker_ = vision::Tracker();
  const std::int64_t last =
      arguments_.frames.empty() || still ? -1 : std::ranges::max(arguments_.frames);
  std::int64_t seen = 0;
  while (last < 0 || seen <= last) {
    if (interrupted()) return fail(CliError::kInterrupted, "interrupted; nothing was written");
    auto frame = (*reader)->next();
    if (!frame) return std::unexpected(std::move(frame.error()));
    if (!*frame) break;
    ++seen;
    if (!wanted(**frame, still)) continue;
    if (auto done = submit(file, still, std::move(**frame)); !done) return done;
  }
  if (last >= seen) {
    return fail(CliError::kNotFound, fmt::format("{}: frame {} was asked for, the last is {}",
                                                 file.string(), last, seen - 1));
  }
  return collect_all();
}

Result<void> Watcher::submit(const fs::path& file, bool still, media::Frame frame) {
  if (++looked_at_ > kDetectPicturesMax) {
    return fail(CliError::kUsage,
                fmt::format("more than {} pictures; look at fewer with --stride or --frames",
                            kDetectPicturesMax));
  }
  if (detector_.in_flight() >= depth_) {
    if (auto done = collect(); !done) return done;
  }
  if (auto started = detector_.submit(frame); !started) return started;
  if (draw_into_.empty()) frame.keep_alive.reset();
  submitted_.push_back({file.string(), still, std::move(frame)});
  return {};
}

Result<void> Watcher::collect() {
  auto found = detector_.collect_with_masks();
  const Submitted asked = std::move(submitted_.front());
  submitted_.pop_front();
  if (!found) return std::unexpected(std::move(found.error()));
  DetectedPicture picture{.file = asked.file,
                          .frame = asked.frame.index,
                          .time_ms = to_ms(asked.frame.time),
                          .size = {asked.frame.width, asked.frame.height},
                          .detections = std::move(*found),
                          .tracks = {}};
  if (arguments_.track && !asked.still) track(picture);
  if (!draw_into_.empty()) {
    if (auto drawn = draw(picture, asked.frame, asked.still); !drawn) return drawn;
  }
  console_.progress("detect", static_cast<std::int64_t>(looked_at_), std::nullopt);
  if (arguments_.json)
    pictures_.push_back(std::move(picture));
  else
    print(picture, asked.still);
  return {};
}

void Watcher::track(DetectedPicture& picture) {
  std::vector<vision::Detection> found;
  for (const vision::MaskedDetection& masked : picture.detections) {
    found.push_back(masked.detection);
  }
  picture.tracks.assign(found.size(), 0);
  for (const vision::Track& track :
       tracker_.update(std::chrono::milliseconds(picture.time_ms), found)) {
    const bool confirmed = track.state == vision::TrackState::kTracked;
    if (confirmed && track.detection) picture.tracks[*track.detection] = track.id;
  }
}

Result<void> Watcher::collect_all() {
  while (!submitted_.empty()) {
    if (auto done = collect(); !done) return done;
  }
  return {};
}

std::string Watcher::free_name(const DetectedPicture& picture, bool still) {
  const std::string stem = fs::path(picture.file).stem().string();
  const std::string base = still ? stem : fmt::format("{}_{:06}", stem, picture.frame);
  std::string name = base + ".jpg";
  for (int copy = 2; !names_.insert(name).second; ++copy)
    name = fmt::format("{}-{}.jpg", base, copy);
  return name;
}

Result<void> Watcher::draw(const DetectedPicture& picture, const media::Frame& frame, bool still) {
  vision::Picture drawn = vision::to_picture(frame);
  std::vector<vision::Detection> boxes;
  for (const vision::MaskedDetection& found : picture.detections) {
    vision::draw_mask(drawn, found.mask, vision::color_of(found.detection.class_id));
    boxes.push_back(found.detection);
  }
  vision::draw_detections(drawn, boxes, detector_.package().class_names);
  auto jpeg = vision::encode_jpeg(drawn);
  if (!jpeg) return std::unexpected(std::move(jpeg.error()));
  return write_file_atomically(draw_into_ / free_name(picture, still), *jpeg);
}

void Watcher::print(const DetectedPicture& picture, bool still) {
  std::string text = one_line(picture.file);
  if (!still) {
    text += fmt::format("  frame {} at {:.3f} s", picture.frame,
                        static_cast<double>(picture.time_ms) / 1000);
  }
  text = console_.tinted(Tint::kStrong, text) +
         fmt::format("  {}x{}\n", picture.size.width, picture.size.height);
  const std::vector<std::string>& names = detector_.package().class_names;
  for (std::size_t i = 0; i < picture.detections.size(); ++i) {
    const vision::MaskedDetection& found = picture.detections[i];
    const bool tracked = i < picture.tracks.size() && picture.tracks[i] != 0;
    const auto id = static_cast<std::size_t>(found.detection.class_id);
    const vision::Box& box = found.detection.box;
    text += fmt::format("  {:<16} {:.2f}  {:6.1f} {:6.1f} {:6.1f} {:6.1f}{}\n",
                        id < names.size() ? one_line(names[id]) : std::to_string(id),
                        found.detection.score, box.left, box.top, box.right, box.bottom,
                        tracked ? fmt::format("  #{}", picture.tracks[i]) : "");
  }
  if (picture.detections.empty()) text += "  nothing\n";
  console_.print(text);
}

}  // namespace

Result<void> run_detect(const DetectArguments& arguments, Console& console) {
  console.set_quiet(arguments.quiet);
  for (const fs::path& file : arguments.files) {
    if (auto found = check_exists(file); !found) return found;
  }
  const ModelChoice choice{.package = package_or_default(arguments.model, "detector"),
                           .score = arguments.score,
                           .iou = arguments.iou,
                           .threads = arguments.threads};
  media::ReaderOptions reader;
  reader.slots = std::clamp(engine_options(choice).streams + 1 + kDecodingMin, 8, kSlotsMax);
  EarlyReader readers(reader);
  readers.begin(arguments.files.front());
  auto detector = open_detector(choice);
  if (!detector) return std::unexpected(std::move(detector.error()));
  std::optional<StagedFolder> staged;
  if (!arguments.draw.empty()) {
    auto made = StagedFolder::beside(arguments.draw);
    if (!made) return std::unexpected(std::move(made.error()));
    staged.emplace(std::move(*made));
  }
  Watcher watcher(arguments, console, **detector, staged ? staged->path() : fs::path{}, readers,
                  static_cast<std::size_t>(reader.slots - kDecodingMin));
  for (const fs::path& file : arguments.files) {
    if (auto looked = watcher.look_at(file); !looked) {
      if (!interrupted()) return looked;
      return fail(CliError::kInterrupted, "interrupted; nothing was written");
    }
  }
  console.progress_done();
  if (staged) {
    if (auto placed = staged->commit(); !placed) return placed;
    console.note(fmt::format("annotated pictures are in {}", arguments.draw.string()));
  }
  if (arguments.json) {
    console.print(detections_json(watcher.pictures(), (*detector)->package().class_names));
  }
  return {};
}

}  // namespace tally::cli
