// Captures from a device, scales to 1280x720 and encodes H.264.
//
// Devices are libavdevice's, which is loaded at run time: "v4l2" with "/dev/video0". For tests
// "lavfi" with a source as "testsrc=size=640x480:rate=30" stands for a camera.
#pragma once

#include <string>

#include "device/recorder/media.hpp"

namespace tally::device::recorder {

inline constexpr int kCaptureWidth = 1280;
inline constexpr int kCaptureHeight = 720;
inline constexpr int kCaptureFps = 30;

Outcome<void> capture(const std::string& kind, const std::string& device);

}  // namespace tally::device::recorder
