// Which segments of a session's video are here: as they arrive, in any order, twice or not at all.
//
// Each camera's video is a stream of bytes, cut into segments numbered from 0. Segments may come
// in any order and any number of times; they are appended to what the pipeline watches in theirs.
// When recording begins the cabinet tells its cameras and their clocks. Its manifest, sent when the
// door is closed for good, says how many segments there are and what each of them contains; one
// that it has lost itself (a full disk, a dead camera) it names as lost. The footage is whole when
// every segment that the manifest names is here.
//
// Pure: (footage, event) -> (footage, effects). Thread-safety: values.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace tally::commerce {

inline constexpr std::size_t kCamerasMax = 8;
inline constexpr int kSegmentsMax = 900;  // Of one camera: fifteen minutes of one second each.
inline constexpr std::int64_t kSegmentBytesMax = std::int64_t{16} << 20;
inline constexpr std::int64_t kFootageBytesMax = std::int64_t{1} << 30;  // Of one session.
inline constexpr std::int64_t kClockOffsetMsMax = 600'000;

enum class FootageError : std::uint8_t {
  kCamera,    // The cabinet has no such camera.
  kNumber,    // Not a segment's number, or beyond what the manifest says there is.
  kContent,   // Other content under a number that is here, or other than the manifest says.
  kTooLarge,  // kSegmentBytesMax or kFootageBytesMax.
  kManifest,  // A manifest that contradicts itself, or another one than before.
};
[[nodiscard]] ErrorCode code_of(FootageError error);

struct Segment {
  std::string sha256;  // 64 lower-case hexadecimal digits.
  std::int64_t bytes = 0;

  friend bool operator==(const Segment&, const Segment&) = default;
};

struct CameraManifest {
  std::string camera;
  std::vector<std::string> segments;  // SHA-256 of each; empty where the cabinet has lost it.

  friend bool operator==(const CameraManifest&, const CameraManifest&) = default;
};

struct CameraFootage {
  std::string camera;
  std::int64_t start_ms = 0;        // Of its first frame on the session's clock.
  std::map<int, Segment> segments;  // Those that are here.
  int appended = 0;                 // So many have been handed on, in order.
};

struct Footage {
  std::vector<CameraFootage> cameras;  // The cabinet's, each once.
  std::optional<std::vector<CameraManifest>> manifest;
  bool ended = false;  // Whole, or broken.
};

// clang-format off
struct SegmentStored { std::string camera; int number = 0; Segment segment; };
struct ManifestTold  { std::vector<CameraManifest> cameras; };

struct AppendSegment { std::string camera; int number = 0; Segment segment; };  // In order.
struct EndCamera     { std::string camera; };              // Nothing more will be appended.
struct FootageWhole  {};                                   // Every camera has ended as it should.
struct FootageBroken { std::string reason; };              // Ended too, but something is lost.
// clang-format on
using FootageEvent = std::variant<SegmentStored, ManifestTold>;
using FootageEffect = std::variant<AppendSegment, EndCamera, FootageWhole, FootageBroken>;

struct FootageStep {
  Footage footage;
  std::vector<FootageEffect> effects;
};

struct CameraStart {
  std::string camera;
  std::int64_t start_ms = 0;
};
// Errors: FootageError::kCamera for none, too many, or one twice; kManifest for a clock that is off
// by more than kClockOffsetMsMax.
Result<Footage> begin_footage(const std::vector<CameraStart>& cameras);

// What is told twice, equal, has no effect and is no error. Errors: FootageError.
Result<FootageStep> step(const Footage& footage, const FootageEvent& event);

struct MissingSegment {
  std::string camera;
  int number = 0;
};
// What the manifest names and is not here; empty before the manifest.
[[nodiscard]] std::vector<MissingSegment> missing(const Footage& footage);

}  // namespace tally::commerce
