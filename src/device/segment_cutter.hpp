// Cuts a camera's stream of fragmented MP4 into segments.
//
// A segment ends where a fragment ends, once it is long enough; in a stream that is no MP4, or in a
// fragment that grows too large, anywhere. Joined in their order the segments are the stream.
//
// One thread at a time; the clock is the caller's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "base/instant.hpp"

namespace tally::device {

// A segment is cut off here at the latest, whatever the stream is: half of what a server takes.
inline constexpr std::size_t kSegmentBytesMax = std::size_t{8} << 20U;

class SegmentCutter {
 public:
  using Emit = std::function<void(std::string segment)>;

  // `begun`: when the stream began.
  SegmentCutter(Duration length, Duration begun, Emit emit)
      : length_(length), begun_(begun), emit_(std::move(emit)) {}

  void feed(std::span<const std::byte> bytes, Duration now);
  void finish();  // The rest, if there is any.

 private:
  void walk();
  void emit(std::size_t bytes, Duration now);

  Duration length_;
  Duration begun_;  // Of this segment.
  Emit emit_;
  std::string held_;
  std::size_t walked_ = 0;    // Whole boxes of held_ that were looked at.
  std::size_t boundary_ = 0;  // The last end of a fragment in held_; 0: none.
};

}  // namespace tally::device
