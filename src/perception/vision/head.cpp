#include "perception/vision/head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "base/assert.hpp"
#include "perception/inference/head_shape.hpp"
#include "perception/vision/error.hpp"
#include "perception/vision/vectorised.hpp"

namespace tally::vision {
namespace {

using inference::HeadFamily;
using inference::TensorView;

// So many candidates are scanned at once: their best scores stay in the first-level cache while the
// rows of all classes stream past.
constexpr std::size_t kBlock = 512;

TALLY_VECTORISED void max_over_rows(const float* first, std::size_t stride, std::size_t rows,
                                    std::size_t count, float* __restrict best) {
  for (std::size_t i = 0; i < count; ++i) best[i] = -1;
  for (std::size_t row = 0; row < rows; ++row) {
    const float* scores = first + row * stride;
    // A comparison with NaN is false, so NaN never wins.
    for (std::size_t i = 0; i < count; ++i) best[i] = scores[i] > best[i] ? scores[i] : best[i];
  }
}

struct Best {
  int class_id = -1;
  float score = -1;
};

Best best_class(const float* scores, std::size_t stride, std::size_t classes) {
  Best best;
  for (std::size_t c = 0; c < classes; ++c) {
    const float score = scores[c * stride];
    if (score > best.score && std::isfinite(score)) best = {static_cast<int>(c), score};
  }
  return best;
}

Box box_around(float x, float y, float width, float height) {
  return {x - width / 2, y - height / 2, x + width / 2, y + height / 2};
}

void keep(const Box& box, Best best, std::size_t index, std::vector<Candidate>& into) {
  const bool finite = std::isfinite(box.left) && std::isfinite(box.top) &&
                      std::isfinite(box.right) && std::isfinite(box.bottom);
  if (!finite || best.class_id < 0 || box.right <= box.left || box.bottom <= box.top) return;
  into.push_back({.box = box,
                  .class_id = best.class_id,
                  .score = std::min(best.score, 1.0F),
                  .index = static_cast<std::uint32_t>(index)});
}

// [4 + C + M, N]: candidates stand in columns.
void decode_columns(const float* data, std::size_t candidates, std::size_t classes, float score_min,
                    std::vector<Candidate>& into) {
  std::array<float, kBlock> best_scores;
  const float* scores = data + 4 * candidates;
  for (std::size_t begin = 0; begin < candidates; begin += kBlock) {
    const std::size_t count = std::min(kBlock, candidates - begin);
    max_over_rows(scores + begin, candidates, classes, count, best_scores.data());
    for (std::size_t i = 0; i < count; ++i) {
      if (best_scores[i] < score_min) continue;
      const std::size_t index = begin + i;
      const Best best = best_class(scores + index, candidates, classes);
      if (best.score < score_min) continue;
      const float* column = data + index;
      keep(
          box_around(column[0], column[candidates], column[2 * candidates], column[3 * candidates]),
          best, index, into);
    }
  }
}

// [N, 5 + C]: candidates stand in rows; `box_of(row, index)` reads the first four values.
template <typename BoxOf>
void decode_rows(const float* data, std::size_t candidates, std::size_t classes, float score_min,
                 BoxOf&& box_of, std::vector<Candidate>& into) {
  for (std::size_t index = 0; index < candidates; ++index) {
    const float* row = data + index * (5 + classes);
    const float objectness = row[4];
    if (!(objectness >= score_min) || !std::isfinite(objectness)) continue;
    Best best = best_class(row + 5, 1, classes);
    best.score *= objectness;
    if (best.score < score_min) continue;
    keep(box_of(row, index), best, index, into);
  }
}

void decode_yolox(const float* data, Size network, std::size_t classes, float score_min,
                  std::vector<Candidate>& into) {
  std::size_t first = 0;
  for (const int stride : inference::kHeadStrides) {
    const auto columns = static_cast<std::size_t>((network.width + stride - 1) / stride);
    const auto rows = static_cast<std::size_t>((network.height + stride - 1) / stride);
    const auto step = static_cast<float>(stride);
    const auto box_of = [&](const float* row, std::size_t cell) {
      const float x = (row[0] + static_cast<float>(cell % columns)) * step;
      const float y = (row[1] + static_cast<float>(cell / columns)) * step;
      return box_around(x, y, std::exp(row[2]) * step, std::exp(row[3]) * step);
    };
    const std::size_t begin = into.size();
    decode_rows(data + first * (5 + classes), columns * rows, classes, score_min, box_of, into);
    for (std::size_t i = begin; i < into.size(); ++i) {
      into[i].index += static_cast<std::uint32_t>(first);
    }
    first += columns * rows;
  }
}

// [K, 6]: left top right bottom score class.
void decode_end_to_end(const float* data, std::size_t candidates, std::size_t classes,
                       float score_min, std::vector<Candidate>& into) {
  for (std::size_t index = 0; index < candidates; ++index) {
    const float* row = data + 6 * index;
    const bool named = row[5] >= 0 && row[5] < static_cast<float>(classes);
    if (!named || !(row[4] >= score_min) || !std::isfinite(row[4])) continue;
    keep({row[0], row[1], row[2], row[3]}, {static_cast<int>(row[5]), row[4]}, index, into);
  }
}

std::string describe(std::span<const inference::TensorSpec> outputs) {
  std::string text;
  for (const inference::TensorSpec& output : outputs) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", inference::name_of(output.type),
                        inference::to_string(output.shape));
  }
  return text.empty() ? "nothing" : text;
}

}  // namespace

Result<Head> Head::make(HeadFamily family, Size network, int classes,
                        std::span<const inference::TensorSpec> outputs) {
  const auto shape = inference::match_head(family, network.width, network.height, outputs);
  const bool floats = std::ranges::all_of(
      outputs, [](const auto& output) { return output.type == inference::ElementType::kF32; });
  const bool counted = shape && family != HeadFamily::kNone && classes > 0 &&
                       (shape->classes == 0 || shape->classes == classes);
  if (!floats || !counted) {
    return fail(VisionError::kOutputShape,
                fmt::format("the graph gives {}; a {} head with {} classes at {}x{} gives f32 {}. "
                            "Compile the model again, or correct model.toml",
                            describe(outputs), inference::name_of(family), classes, network.width,
                            network.height,
                            inference::expected_outputs(family, network.width, network.height)));
  }
  Head head;
  head.family_ = family;
  head.network_ = network;
  head.classes_ = static_cast<std::size_t>(classes);
  head.masks_ = shape->masks;
  const bool columns = family == HeadFamily::kYolov8 || family == HeadFamily::kYolov8Seg;
  head.candidates_ = static_cast<std::size_t>(outputs[0].shape[columns ? 2 : 1]);
  for (const inference::TensorSpec& output : outputs) head.shapes_.push_back(output.shape);
  return head;
}

Result<void> Head::check(std::span<const TensorView> outputs, std::size_t batch_index) const {
  bool fits = outputs.size() == shapes_.size();
  for (std::size_t i = 0; fits && i < outputs.size(); ++i) {
    const TensorView& view = outputs[i];
    fits = view.type == inference::ElementType::kF32 && view.shape.size() == shapes_[i].size() &&
           std::equal(view.shape.begin() + 1, view.shape.end(), shapes_[i].begin() + 1) &&
           std::cmp_less(batch_index, view.shape[0]) &&
           std::cmp_equal(view.bytes.size(), inference::element_count(view.shape) * 4);
  }
  if (fits) return {};
  std::string seen;
  for (const TensorView& view : outputs) seen += inference::to_string(view.shape);
  return fail(VisionError::kOutputShape,
              fmt::format("picture {}: the engine gave {}, which is not what its outputs promise",
                          batch_index, seen.empty() ? "nothing" : seen));
}

Result<void> Head::decode(std::span<const TensorView> outputs, std::size_t batch_index,
                          float score_min, std::vector<Candidate>& into) const {
  into.clear();
  if (auto checked = check(outputs, batch_index); !checked) return checked;
  const std::span<const float> values = outputs[0].as<float>();
  const std::size_t per_picture = values.size() / static_cast<std::size_t>(outputs[0].shape[0]);
  const float* data = values.data() + batch_index * per_picture;
  switch (family_) {
    case HeadFamily::kYolov8:
    case HeadFamily::kYolov8Seg:
      decode_columns(data, candidates_, classes_, score_min, into);
      break;
    case HeadFamily::kYolov5: {
      const auto box_of = [](const float* row, std::size_t) {
        return box_around(row[0], row[1], row[2], row[3]);
      };
      decode_rows(data, candidates_, classes_, score_min, box_of, into);
      break;
    }
    case HeadFamily::kYolox:
      decode_yolox(data, network_, classes_, score_min, into);
      break;
    case HeadFamily::kEndToEnd:
      decode_end_to_end(data, candidates_, classes_, score_min, into);
      break;
    case HeadFamily::kNone:
      break;  // Has no candidates; make() refuses it.
  }
  return {};
}

void Head::read_coefficients(std::span<const TensorView> outputs, std::size_t batch_index,
                             std::uint32_t index, std::span<float> into) const {
  TALLY_ASSERT(masks_ > 0 && into.size() == static_cast<std::size_t>(masks_));
  TALLY_ASSERT(index < candidates_ && check(outputs, batch_index));
  const std::size_t rows = 4 + classes_ + into.size();
  const float* data = outputs[0].as<float>().data() + batch_index * rows * candidates_;
  for (std::size_t m = 0; m < into.size(); ++m) {
    into[m] = data[(4 + classes_ + m) * candidates_ + index];
  }
}

}  // namespace tally::vision
