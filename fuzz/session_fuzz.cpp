// Any text is a session or an error, never a crash; the paths of what was read stay inside.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "perception/cart/session_file.hpp"

namespace {

void check(const std::filesystem::path& path) {
  TALLY_ASSERT(path.is_relative());
  TALLY_ASSERT(std::ranges::find(path, std::filesystem::path("..")) == path.end());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto session = tally::cart::parse_session(text, "fuzz");
  if (!session) {
    TALLY_ASSERT(!session.error().message.empty());
    return 0;
  }
  TALLY_ASSERT(!session->videos.empty());
  TALLY_ASSERT(session->videos.size() <= tally::cart::kSessionVideosMax);
  for (const auto& path : {session->layout, session->photos, session->gallery}) check(path);
  for (const auto& video : session->videos) {
    check(video.file);
    TALLY_ASSERT(!video.file.empty() && !video.camera.empty());
    TALLY_ASSERT(video.camera.find('/') == std::string::npos);
    TALLY_ASSERT(video.start.count() >= 0);
  }
  return 0;
}
