// report.html: one page that a person opens to see what happened in a clip and what it comes to.
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

struct ReportInput {
  const cart::ProcessOutcome* outcome = nullptr;  // Not owned, not null.
  std::string video_name;                         // As shown: the file's name.
  std::vector<std::string> clip_urls;             // One for each event; empty where it has no clip.
};

// Where the page finds the clip of each event: "data:video/mp4;base64,…" where all clips in
// `folder` fit into `bytes_max`, else their relative paths. Errors: FileError.
Result<std::vector<std::string>> clip_urls(const Cart& cart, const std::filesystem::path& folder,
                                           std::size_t bytes_max = kEmbeddedClipBytesMax);

[[nodiscard]] std::string render_report(const ReportInput& input);

}  // namespace tally::cli
