// model.toml as text: reading it strictly and writing it. docs/model-package.md describes the
// format.
//
// Pure functions: nothing here touches the disk. No text, however broken, throws or crashes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "perception/inference/model_package.hpp"

namespace tally::inference {

inline constexpr std::int64_t kManifestFormat = 1;
inline constexpr std::size_t kManifestBytesMax = 4U << 20U;
inline constexpr std::size_t kClassesMax = 10'000;
inline constexpr std::size_t kNameBytesMax = 256;    // Of a class, a tensor, a model, a file.
inline constexpr std::size_t kTextBytesMax = 4'096;  // Of source and licence.
inline constexpr std::size_t kOutputsMax = 8;
inline constexpr std::size_t kDimensionsMax = 8;
inline constexpr std::size_t kFilesMax = 32;
inline constexpr std::int64_t kElementsMax = std::int64_t{1} << 28U;  // Of one tensor, per item.

// Reads and checks all that the text alone can tell; `where` names it in messages. Fills everything
// but `folder`. Errors: PackageError::kSyntax, kVersion, kInconsistent, as "where:line:column: what
// is wrong".
Result<ModelPackage> parse_manifest(std::string_view text, std::string_view where);

// The text that parse_manifest reads back. The same package gives the same bytes.
[[nodiscard]] std::string manifest_text(const ModelPackage& package);

// What is wrong with a text that people are to read, or "" if nothing is: it must be non-empty
// UTF-8 of at most `bytes_max` bytes without control characters.
[[nodiscard]] std::string_view text_problem(std::string_view text, std::size_t bytes_max);

// What is wrong with a list of class names, or "": 1 to kClassesMax names, each once.
[[nodiscard]] std::string names_problem(const std::vector<std::string>& names);

}  // namespace tally::inference
