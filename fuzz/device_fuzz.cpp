// A cabinet's configuration, memory, index of footage and session files from any bytes.
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "device/clips.hpp"
#include "device/config.hpp"
#include "device/footage.hpp"
#include "device/memory.hpp"
#include "device/recorder_camera.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace device = tally::device;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto config = device::parse_config(text, "cabinet.toml")) {
    TALLY_ASSERT(!config->cameras.empty());
    for (const auto& camera : config->cameras) TALLY_ASSERT(device::is_camera_id(camera.id));
  }
  if (const auto memory = device::parse_memory(text)) {
    const std::string written = device::to_text(*memory);
    const auto again = device::parse_memory(written);
    TALLY_ASSERT(again && device::to_text(*again) == written);
  }
  const auto session = tally::SessionId::from_bits({});
  for (const auto& camera : device::read_index(session, text).cameras) {
    TALLY_ASSERT(camera.segments.size() <= tally::link::kSegmentsMax);
  }
  static_cast<void>(device::clip_in(text, "cam0"));
  static_cast<void>(device::parse_stats(text));
  return 0;
}
