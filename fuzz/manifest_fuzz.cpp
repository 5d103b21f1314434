// Any bytes as model.toml, and as lists of class names: an error or a value, never a crash. What is
// read must also survive being written and read again.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "perception/inference/class_names.hpp"
#include "perception/inference/manifest.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tally::inference;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto package = parse_manifest(text, "fuzz")) {
    const auto again = parse_manifest(manifest_text(*package), "again");
    TALLY_ASSERT(again && manifest_text(*again) == manifest_text(*package));
  }
  static_cast<void>(parse_names_literal(text, "fuzz"));
  static_cast<void>(parse_names_file(text, "fuzz"));
  return 0;
}
