// report.html: one page that a person opens to see what happened in a session and what it comes to.
//
// The page is self-contained: style and script are in it, nothing is loaded from anywhere, and a
// content security policy says so to the browser. Evidence clips are in it too while they are small
// together; otherwise the page plays them from the folder beside it. All text from outside is
// escaped.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "perception/cart/process.hpp"

namespace tally::cli {

inline constexpr std::size_t kEmbeddedClipBytesMax = 20U << 20U;  // All clips of one page together.

// Where the page finds the clips of each event, in the order of CartEvent::clips.
using ClipUrls = std::vector<std::vector<std::string>>;

struct ReportInput {
  const cart::ProcessOutcome* outcome = nullptr;  // Not owned, not null.
  std::string name;                               // As shown: of the video, or of the session.
  ClipUrls clip_urls;
};

// "data:video/mp4;base64,…" where all clips in `folder` fit into `bytes_max` together, else their
// relative paths. Errors: FileError.
Result<ClipUrls> clip_urls(const Cart& cart, const std::filesystem::path& folder,
                           std::size_t bytes_max = kEmbeddedClipBytesMax);

[[nodiscard]] std::string render_report(const ReportInput& input);

}  // namespace tally::cli
