// The pictures on which packages are compared: a folder of them, or a data set in YOLO's layout,
// images/ and labels/ (docs.ultralytics.com/datasets/detect), itself or in train/ or valid/.
//
// A line of labels/NAME.txt is `class cx cy w h`, or `class x1 y1 x2 y2 …` of a polygon, around
// which the box is taken, in shares of the picture. An empty file is a picture without things; a
// picture without a file is not labelled, and left out. Class names stand in data.yaml, in the
// folder or the one above it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "perception/verify/average_precision.hpp"

namespace tally::verify {

inline constexpr std::size_t kPicturesMax = 10'000;
inline constexpr std::size_t kLabelBytesMax = 1U << 20U;
inline constexpr std::size_t kLabelNumbersMax = 4'096;  // In one line.

struct Picture {
  std::filesystem::path file;
  std::vector<Label> labels;  // Shares of the picture.
};

struct PictureSet {
  std::vector<Picture> pictures;  // By name; at least one.
  bool labelled = false;
  std::vector<std::string> class_names;  // Of the labels; empty: the data set does not say.
};

// Errors: VerifyError::kNoPictures, kTooMany, kLabels; FileError::kNotFound where there is no such
// folder; CompileError::kNames for a data.yaml that can't be read.
Result<PictureSet> list_pictures(const std::filesystem::path& folder);

// The labels of a file's text; `where` names it in messages. Pure. Errors: VerifyError::kLabels, as
// "where:line: what is wrong".
Result<std::vector<Label>> parse_labels(std::string_view text, std::string_view where);

}  // namespace tally::verify
