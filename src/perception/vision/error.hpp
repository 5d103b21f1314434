// What can go wrong in vision: hardly ever a picture's content, but things that do not fit
// together.
#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace tally::vision {

enum class VisionError : std::uint8_t {
  kOutputShape,  // The graph's outputs are not what the head family promises.
  kInputShape,   // The engine does not take one u8 RGB picture of the package's size.
  kEncode,       // A picture could not be written as JPEG.
  kAspect,       // Pictures of another shape than the camera was calibrated for.
  kTask,         // The model package is for another task.
  kRegion,       // The part of a picture that was asked for lies outside of it or has no area.
  kEmbedding,    // The model gave a vector without direction: zeros, or not finite.
};
[[nodiscard]] constexpr ErrorCode code_of(VisionError error) {
  switch (error) {
    case VisionError::kOutputShape:
      return {"vision.output_shape", ErrorKind::kFailed};
    case VisionError::kInputShape:
      return {"vision.input_shape", ErrorKind::kFailed};
    case VisionError::kEncode:
      return {"vision.encode", ErrorKind::kFailed};
    case VisionError::kAspect:
      return {"vision.aspect", ErrorKind::kFailed};
    case VisionError::kTask:
      return {"vision.task", ErrorKind::kUsage};
    case VisionError::kRegion:
      return {"vision.region", ErrorKind::kFailed};
    case VisionError::kEmbedding:
      return {"vision.embedding", ErrorKind::kFailed};
  }
  return {"vision.unknown", ErrorKind::kFailed};
}

}  // namespace tally::vision
