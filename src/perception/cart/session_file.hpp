// session.toml: what belongs to one session of a cabinet, in one folder. docs/session.md describes
// the format.
//
// A folder may come from anywhere: every path in it is relative and stays inside, links included.
// An unknown key is an error with line and column. A video that is not there is a camera less, not
// an error, unless none is left.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"

namespace tally::cart {

enum class SessionError : std::uint8_t {
  kUnreadable,  // The file can't be read.
  kSyntax,      // Not TOML, an unknown key, a missing key, or a value of the wrong type.
  kVersion,     // Made for another format version.
  kValue,       // A value out of its range: a camera twice, a path that leads out of the folder.
  kMissing,     // A layout, photos or a gallery that is named is not there.
  kNoVideo,     // None of the videos is there.
};
[[nodiscard]] ErrorCode code_of(SessionError error);

inline constexpr std::string_view kSessionFileName = "session.toml";
inline constexpr std::size_t kSessionBytesMax = 1U << 16U;
inline constexpr std::size_t kSessionVideosMax = 16;
inline constexpr std::size_t kCameraIdBytesMax = 64;
inline constexpr std::int64_t kSessionStartMsMax = 600'000;

// Whose session it is. A restocker's moves stock and charges nobody, whatever is taken or put.
enum class SessionKind : std::uint8_t { kShopping, kRestock };

struct SessionVideo {
  std::string camera;  // Letters, digits, "-", "_" and ".": it names files.
  std::filesystem::path file;
  SessionTime start{0};  // Of its first frame on the session's clock.
  bool missing = false;  // The file is not there.
};

struct SessionFile {
  std::vector<SessionVideo> videos;  // 1 to kSessionVideosMax, each with a camera of its own.
  std::filesystem::path layout{};    // Empty where none is named, as the next two.
  std::filesystem::path photos{};    // Enrolment photos: a folder for each product.
  std::filesystem::path gallery{};   // Or what was made of such photos.
  SessionKind kind = SessionKind::kShopping;
  [[nodiscard]] std::size_t videos_there() const;
};

// Paths are as in the text, nothing is looked for. `where` names the text in messages.
Result<SessionFile> parse_session(std::string_view text, std::string_view where);

// session.toml of this folder; paths begin with the folder.
Result<SessionFile> load_session(const std::filesystem::path& folder);

}  // namespace tally::cart
