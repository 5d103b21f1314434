// What can go wrong in a cabinet.
#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace tally::device {

enum class DeviceError : std::uint8_t {
  kConfigSyntax,   // Not TOML, an unknown key, a missing key, a value of the wrong type.
  kConfigVersion,  // No format version that is known here.
  kConfigValue,    // A value out of its range, or that does not fit the others.
  kKey,            // The key file is absent or is none: provision the cabinet.
  kRefused,        // The server said no: a code that is used or too old, a key that is not valid.
  kServer,         // The server does not answer, or not as agreed.
  kMemory,         // What the cabinet remembers can't be read.
  kRecorder,       // tally-recorder is missing, or a camera can't be recorded.
  kHardware,       // A lock, door, or thermometer does not answer.
  kPlay,           // An act of free play that can't be done, or a rendering that failed.
  kScreen,         // The screen's page can't be served.
};
[[nodiscard]] ErrorCode code_of(DeviceError error);

}  // namespace tally::device
