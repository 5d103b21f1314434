// Pictures as a package's network sees them, in one file: what a quantiser measures the ranges of
// values on (lab/quantise). So what it sees is what the engine is shown in use, and it needs to
// know nothing of photos, letterboxes and crops.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>

#include "base/error.hpp"
#include "perception/inference/model_package.hpp"
#include "perception/verify/pictures.hpp"

namespace tally::verify {

inline constexpr std::size_t kCalibrationMax = 300;  // Pictures; more tell nothing new.

// Writes u8 [N, H, W, 3] RGB, without a header, of at most kCalibrationMax pictures, evenly taken
// from the set; N. Errors: those of reading pictures, and of `on_picture`; FileError::kUnwritable.
Result<std::int64_t> write_network_pictures(
    const inference::ModelPackage& package, const PictureSet& set,
    const std::filesystem::path& file,
    const std::function<Result<void>(std::int64_t done, std::int64_t total)>& on_picture = {});

}  // namespace tally::verify
