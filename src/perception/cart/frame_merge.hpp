// The frames of several videos, one by one, in order of time on the session's clock.
//
// Each reader is asked one frame ahead. One that fails ends its own video and no other. Ownership:
// borrows the readers. One thread.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"
#include "perception/media/video_reader.hpp"

namespace tally::cart {

class FrameMerge {
 public:
  struct Source {
    media::VideoReader* reader = nullptr;  // Null: there is none, the source has no frames.
    SessionTime start{0};                  // Of its first frame.
  };
  struct Step {
    std::size_t source = 0;
    std::optional<media::Frame> frame;  // Its time is on the session's clock. None: it failed.
    std::optional<Error> error;         // Where it failed; it gives no more steps.
  };

  explicit FrameMerge(const std::vector<Source>& sources);

  // std::nullopt after the last. Of frames of one time, that of the first source comes first.
  std::optional<Step> next();

 private:
  struct Lane {
    Source source;
    std::optional<media::Frame> ahead;
    bool ended = false;
  };
  std::vector<Lane> lanes_;
};

}  // namespace tally::cart
