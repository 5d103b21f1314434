// Any text is a message or an error, never a crash; what was read is written and read the same.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "base/device_link.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace link = tally::link;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto read = link::parse_from_cabinet(text)) {
    const std::string written = link::to_json(*read);
    const auto again = link::parse_from_cabinet(written);
    TALLY_ASSERT(again && link::to_json(*again) == written);
  }
  if (const auto read = link::parse_from_gateway(text)) {
    const std::string written = link::to_json(*read);
    const auto again = link::parse_from_gateway(written);
    TALLY_ASSERT(again && link::to_json(*again) == written);
  }
  return 0;
}
