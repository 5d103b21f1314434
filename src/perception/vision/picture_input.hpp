// What detector and embedder ask of an engine: one u8 picture of the package's size.
#pragma once

#include "base/error.hpp"
#include "perception/inference/engine.hpp"
#include "perception/inference/model_package.hpp"

namespace tally::vision {

// Errors: VisionError::kInputShape, telling what the engine takes.
Result<void> check_picture_input(const inference::ModelPackage& package,
                                 const inference::Engine& engine);

}  // namespace tally::vision
