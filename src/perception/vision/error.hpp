// What can go wrong in vision: never a picture's content, only things that do not fit together.
#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace tally::vision {

enum class VisionError : std::uint8_t {
  kOutputShape,  // The graph's outputs are not what the head family promises.
  kInputShape,   // The engine does not take one u8 RGB picture of the package's size.
  kEncode,       // A picture could not be written as JPEG.
  kAspect,       // Pictures of another shape than the camera was calibrated for.
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
  }
  return {"vision.unknown", ErrorKind::kFailed};
}

}  // namespace tally::vision
