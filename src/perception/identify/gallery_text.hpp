// gallery.json as text: reading it strictly and writing it. docs/gallery.md describes the format.
// Pure; no text, however broken, throws or crashes. Internal to gallery.cpp.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "perception/identify/gallery.hpp"

namespace tally::identify {

// Everything of a gallery but its vectors, and where those are.
struct GalleryText {
  Gallery gallery;              // Embeddings are empty.
  std::string embeddings_file;  // In the gallery's folder.
  std::string embeddings_sha256;
};

// `where` names the text in messages. Errors: GalleryError::kSyntax, kVersion, kValue, kLimit.
Result<GalleryText> parse_gallery(std::string_view text, std::string_view where);

// The text that parse_gallery reads back. The same gallery gives the same bytes.
[[nodiscard]] std::string gallery_text(const GalleryText& text);

// The file that holds vectors with this SHA-256.
[[nodiscard]] std::string embeddings_file_of(std::string_view sha256);

}  // namespace tally::identify
