#include "device/device_error.hpp"

#include <cstdlib>

namespace tally::device {

ErrorCode code_of(DeviceError error) {
  switch (error) {
    case DeviceError::kConfigSyntax:
      return {"device.config_syntax", ErrorKind::kUsage};
    case DeviceError::kConfigVersion:
      return {"device.config_version", ErrorKind::kUsage};
    case DeviceError::kConfigValue:
      return {"device.config_value", ErrorKind::kUsage};
    case DeviceError::kKey:
      return {"device.key", ErrorKind::kNotFound};
    case DeviceError::kRefused:
      return {"device.refused", ErrorKind::kFailed};
    case DeviceError::kServer:
      return {"device.server", ErrorKind::kUnavailable};
    case DeviceError::kMemory:
      return {"device.memory", ErrorKind::kFailed};
    case DeviceError::kRecorder:
      return {"device.recorder", ErrorKind::kUnavailable};
    case DeviceError::kHardware:
      return {"device.hardware", ErrorKind::kUnavailable};
    case DeviceError::kPlay:
      return {"device.play", ErrorKind::kFailed};
    case DeviceError::kScreen:
      return {"device.screen", ErrorKind::kUnavailable};
  }
  std::abort();
}

}  // namespace tally::device
