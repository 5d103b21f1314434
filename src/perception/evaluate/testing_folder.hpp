// For tests: an empty folder that is removed with its content at the end, and sessions in it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "base/files.hpp"
#include "base/temporary_folder.hpp"

namespace tally::evaluate::testing {

class Folder : public TemporaryFolder {
 public:
  void write(const std::filesystem::path& name, std::string_view content) const {
    TALLY_ASSERT(write_file_atomically(path() / name, content));
  }
  [[nodiscard]] std::string read(const std::filesystem::path& name) const {
    return read_file(path() / name, 1U << 24U).value_or("");
  }
  [[nodiscard]] bool has(const std::filesystem::path& name) const {
    return std::filesystem::exists(path() / name);
  }
};

inline constexpr std::string_view kTwoCameras = R"(version = 1
layout = "layout.toml"   # kept
[[video]]
camera = "cam0"
file = "cam0.mp4"
start_ms = 12
[[video]]
camera = "cam1"
file = "cam1.mp4"
)";

// With a session.toml, a truth and two files.
inline void write_session(const Folder& folder, const std::filesystem::path& name) {
  folder.write(name / "session.toml", kTwoCameras);
  folder.write(name / "truth.json", "the truth");
  folder.write(name / "cam0.mp4", "video of " + name.string());
  folder.write(name / "products" / "p01" / "0.jpg", "photo");
}

}  // namespace tally::evaluate::testing
