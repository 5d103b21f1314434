// The video that a cabinet keeps until the server has it: one folder for each session, one file for
// each segment, and an index that only grows.
//
//   sessions/<session>/index          lines: "begun MS", "camera ID", "segment ID N SHA256 BYTES",
//                                     "sent ID N", "lost ID N", "ended"
//   sessions/<session>/<camera>-<n>   the segment, until it is sent or lost
//
// A line that is torn by a loss of power is not there. Segments that were lost are named so in the
// manifest. A session's folder goes when nobody needs it: forget().
//
// Thread-safety: one thread at a time, but write_segment(), which is any camera's thread's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/device_link.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/instant.hpp"

namespace tally::device {

enum class SegmentState : std::uint8_t { kWaiting, kSent, kLost };

struct Segment {
  SegmentState state = SegmentState::kWaiting;
  std::string sha256;  // Empty where it was lost before it was whole.
  std::int64_t bytes = 0;
};

struct CameraFootage {
  std::string camera;
  std::vector<Segment> segments;  // Numbered from 1.
};

struct SessionFootage {
  SessionId session;
  Duration begun{0};  // On the cabinet's time line.
  std::vector<CameraFootage> cameras;
  bool ended = false;  // No segment will follow.

  [[nodiscard]] CameraFootage* find(std::string_view camera);
  [[nodiscard]] const CameraFootage* find(std::string_view camera) const;
};

// Which segment.
struct SegmentName {
  SessionId session;
  std::string camera;
  std::int64_t number = 0;
  friend auto operator<=>(const SegmentName&, const SegmentName&) = default;
};

class Footage {
 public:
  // Reads what an earlier run left; what it can't make sense of, it leaves alone and tells.
  static Result<Footage> open(const std::filesystem::path& folder,
                              const std::function<void(std::string)>& tell);

  [[nodiscard]] const std::vector<SessionFootage>& sessions() const { return sessions_; }
  [[nodiscard]] const SessionFootage* find(const SessionId& session) const;
  [[nodiscard]] std::filesystem::path file_of(const SegmentName& name) const;
  [[nodiscard]] std::int64_t waiting_bytes() const { return waiting_bytes_; }

  // Errors of these: FileError::kUnwritable. What could not be written counts all the same until
  // the program ends, so that the session goes on.
  Result<void> begin(const SessionId& session, Duration now,
                     const std::vector<std::string>& cameras);
  // The camera's next segment; an empty digest: it was lost.
  Result<void> add(const SessionId& session, std::string_view camera, Segment segment);
  Result<void> end(const SessionId& session);
  Result<void> mark_sent(const SegmentName& name);
  Result<void> mark_lost(const SegmentName& name);
  void forget(const SessionId& session);

  // What goes so that the limits are kept: all that waits of sessions that began too long ago, and
  // while there is too much, all that waits of the oldest session that has ended, or else the
  // oldest segments of the one that runs.
  [[nodiscard]] std::vector<SegmentName> too_much(Duration now, Duration time_max,
                                                  std::int64_t bytes_max) const;

  // Its segments' digests, "" for lost ones.
  [[nodiscard]] link::Manifest manifest_of(const SessionId& session) const;

 private:
  explicit Footage(std::filesystem::path folder) : folder_(std::move(folder)) {}
  SessionFootage* find_mutable(const SessionId& session);
  Segment* find_segment(const SegmentName& name);
  Result<void> note(const SessionId& session, const std::string& line, bool durable) const;
  Result<void> leave(const SegmentName& name, SegmentState state, std::string_view word);

  std::filesystem::path folder_;
  std::vector<SessionFootage> sessions_;  // In the order in which they began.
  std::int64_t waiting_bytes_ = 0;
};

// Writes the file durably and gives its digest. Errors: FileError::kUnwritable; then no file is
// left.
Result<Segment> write_segment(const std::filesystem::path& file, std::string_view bytes);

// The session that an index tells of. Pure; takes any text.
[[nodiscard]] SessionFootage read_index(const SessionId& session, std::string_view text);

}  // namespace tally::device
