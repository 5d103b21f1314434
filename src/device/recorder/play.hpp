// Plays a clip's video track in real time, its packets as they are.
#pragma once

#include "device/recorder/media.hpp"

namespace tally::device::recorder {

struct PlayOptions {
  std::int64_t start_us = 0;  // How long after the begin the first frame comes.
  bool loop = false;
};
// `input` is an open file, which this reads by itself.
Outcome<void> play(int input, const PlayOptions& options);

}  // namespace tally::device::recorder
