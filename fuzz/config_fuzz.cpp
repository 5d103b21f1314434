// Any text is a configuration or an error, never a crash; what was read is shown, and read again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "server/config/config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto config = tally::config::read_config(text, "fuzz");
  if (!config) {
    TALLY_ASSERT(!config.error().message.empty());
    return 0;
  }
  TALLY_ASSERT(!config->roles.empty());
  TALLY_ASSERT(config->pipeline.slots >= 1 && config->pipeline.slots <= tally::config::kSlotsMax);
  TALLY_ASSERT(config->session.grace >= tally::Duration::zero());
  const std::string shown = tally::config::show(*config);
  const auto again = tally::config::read_config(shown, "shown");
  TALLY_ASSERT(again);
  TALLY_ASSERT(tally::config::show(*again) == shown);
  return 0;
}
