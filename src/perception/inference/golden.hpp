// Golden input and outputs: does an engine still give what the packaged graph gave when it was
// compiled?
//
// The golden input is a synthetic picture made with integers only, so that it is the same
// everywhere. Of each output every step-th value is kept: enough to notice a wrong weight, layout,
// colour order or scale, small enough to ship. Steps share no factor with the output's dimensions,
// so every row and column is met.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "perception/inference/engine.hpp"
#include "perception/inference/model_package.hpp"

namespace tally::inference {

inline constexpr std::int64_t kGoldenValuesMax = 65'536;  // Kept of one output.

// u8 [height, width, 3] RGB: shaded ground, blocks, discs and grain.
[[nodiscard]] std::vector<std::uint8_t> golden_picture(int width, int height);

// The smallest step that keeps at most kGoldenValuesMax values and shares no factor with a
// dimension.
[[nodiscard]] std::int64_t golden_step(const Shape& shape);

// Every step-th value of the first batch item.
[[nodiscard]] std::vector<float> golden_values(const TensorView& output, std::int64_t step);

// Writes a picture into an engine's input, once for each batch item: as it is where the engine
// takes u8 pictures, else with layout, colour order and scale as `spec` says. `picture` is u8 [H,
// W, 3] RGB of spec's size; `input` must be u8 or f32 of the batch's size.
void write_picture(const InputSpec& spec, std::span<const std::uint8_t> picture,
                   const MutableTensorView& input);

struct GoldenReport {
  double difference = 0;  // The greatest found: absolute up to a value of 1, relative above.
};

// Runs the golden input on request 0, in every batch item, and compares. For engines in fp32: other
// precisions are off by more than the tolerance. Errors: PackageError::kGolden; EngineError,
// FileError.
Result<GoldenReport> check_golden(const ModelPackage& package, Engine& engine);

}  // namespace tally::inference
