#include "perception/vision/motion_gate.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <numeric>

namespace tally::vision {
namespace {

// A cell's change is motion above this many grey levels plus kFloorFactor times the quiet cells'
// change.
constexpr float kLevelsMin = 4.0F;
constexpr float kFloorFactor = 3.0F;
// A cell has texture where its pixels differ from their right neighbours by this much on average.
constexpr float kTextureLevels = 3.0F;
constexpr float kUnsettledShare = 0.6F;
constexpr int kTexturedCellsMin = 12;

// What is measured of one row of cells: pixel by pixel, so that the loops vectorise, then summed up
// by cell.
class Band {
 public:
  explicit Band(int width) : width_(static_cast<std::size_t>(width)), mean_(width_), sum_(width_) {
    difference_.resize(width_ * kCellSide);
  }

  // Mean absolute difference of each cell, less the cell's mean difference: grey levels. A shadow
  // or a lamp shifts all of a cell by about the same amount; a thing that moves does not.
  void differences(const LumaImage& now, const LumaImage& past, int top, float* of_cell) {
    std::ranges::fill(sum_, std::int16_t{0});
    for (int y = 0; y < kCellSide; ++y) {
      const std::uint8_t* a = now.row(top + y);
      const std::uint8_t* b = past.row(top + y);
      std::int16_t* difference = difference_.data() + static_cast<std::size_t>(y) * width_;
      for (std::size_t x = 0; x < width_; ++x) {
        difference[x] = static_cast<std::int16_t>(a[x] - b[x]);
        sum_[x] = static_cast<std::int16_t>(sum_[x] + difference[x]);
      }
    }
    for (std::size_t cell = 0; cell < cells(); ++cell) {
      const int mean = cell_sum(cell, kCellSide) / kPixels;
      std::fill_n(mean_.begin() + static_cast<std::ptrdiff_t>(cell * kCellSide), kCellSide,
                  static_cast<std::int16_t>(mean));
    }
    std::ranges::fill(sum_, std::int16_t{0});
    for (int y = 0; y < kCellSide; ++y) {
      const std::int16_t* difference = difference_.data() + static_cast<std::size_t>(y) * width_;
      for (std::size_t x = 0; x < width_; ++x) {
        sum_[x] = static_cast<std::int16_t>(sum_[x] + std::abs(difference[x] - mean_[x]));
      }
    }
    store(of_cell, kCellSide);
  }

  // Mean absolute difference of horizontal neighbours within each cell.
  void texture(const LumaImage& image, int top, float* of_cell) {
    std::ranges::fill(sum_, std::int16_t{0});
    for (int y = 0; y < kCellSide; ++y) {
      const std::uint8_t* row = image.row(top + y);
      for (std::size_t x = 0; x + 1 < width_; ++x) {
        sum_[x] = static_cast<std::int16_t>(sum_[x] + std::abs(row[x] - row[x + 1]));
      }
    }
    store(of_cell, kCellSide - 1);
  }

 private:
  static constexpr int kPixels = kCellSide * kCellSide;

  // Only full-size cells count; what the picture's last columns leave over is ignored.
  [[nodiscard]] std::size_t cells() const { return width_ / kCellSide; }

  [[nodiscard]] int cell_sum(std::size_t cell, int columns) const {
    const auto first = sum_.begin() + static_cast<std::ptrdiff_t>(cell * kCellSide);
    return std::accumulate(first, first + columns, 0);
  }

  void store(float* of_cell, int columns) const {
    for (std::size_t cell = 0; cell < cells(); ++cell) {
      of_cell[cell] = static_cast<float>(cell_sum(cell, columns)) / static_cast<float>(kPixels);
    }
  }

  std::size_t width_;
  std::vector<std::int16_t> difference_;
  std::vector<std::int16_t> mean_;
  std::vector<std::int16_t> sum_;  // Over the band's rows, of each column.
};

}  // namespace

bool MotionField::any(const Box& box) const {
  if (moving.empty()) return false;
  const auto cell = [](float value, int count) {
    return std::clamp(static_cast<int>(std::floor(value / kCellSide)), 0, count - 1);
  };
  const int left = cell(box.left, columns);
  const int right = cell(box.right - 0.01F, columns);
  const int top = cell(box.top, rows);
  const int bottom = cell(box.bottom - 0.01F, rows);
  for (int y = top; y <= bottom; ++y) {
    for (int x = left; x <= right; ++x) {
      if (moving[static_cast<std::size_t>(y * columns + x)] != 0) return true;
    }
  }
  return false;
}

const MotionField& MotionGate::push(SessionTime time, const LumaImage& image) {
  while (past_.size() > 1 && past_[1].time + kMotionSpan <= time) past_.pop_front();
  field_.columns = image.width / kCellSide;
  field_.rows = image.height / kCellSide;
  const auto cells = static_cast<std::size_t>(field_.columns * field_.rows);
  field_.moving.assign(cells, 0);
  field_.activity = 0;
  field_.view_unsettled = false;
  if (cells == 0) {
    field_.view_unsettled = true;
    return field_;
  }
  if (!past_.empty()) compare(image, past_.front().image);
  past_.push_back({time, image});
  return field_;
}

void MotionGate::compare(const LumaImage& image, const LumaImage& past) {
  const std::size_t cells = field_.moving.size();
  difference_.resize(cells);
  texture_.resize(cells);
  Band band(image.width);
  for (int row = 0; row < field_.rows; ++row) {
    const auto first = static_cast<std::size_t>(row) * static_cast<std::size_t>(field_.columns);
    band.differences(image, past, row * kCellSide, difference_.data() + first);
    band.texture(image, row * kCellSide, texture_.data() + first);
  }
  sorted_ = difference_;
  const auto quarter = sorted_.begin() + static_cast<std::ptrdiff_t>(cells / 4);
  std::nth_element(sorted_.begin(), quarter, sorted_.end());
  const float threshold = kLevelsMin + kFloorFactor * *quarter;
  std::size_t moved = 0;
  int textured_cells = 0;
  int textured_changed = 0;
  for (std::size_t cell = 0; cell < cells; ++cell) {
    const bool moves = difference_[cell] > threshold;
    field_.moving[cell] = moves ? 1 : 0;
    moved += moves ? 1U : 0U;
    const bool textured = texture_[cell] > kTextureLevels;
    textured_cells += textured ? 1 : 0;
    // Against the fixed part of the threshold: a moving camera raises the floor of all cells with
    // it.
    textured_changed += textured && difference_[cell] > kLevelsMin ? 1 : 0;
  }
  field_.activity = static_cast<float>(moved) / static_cast<float>(cells);
  field_.view_unsettled =
      textured_cells >= kTexturedCellsMin &&
      static_cast<float>(textured_changed) > kUnsettledShare * static_cast<float>(textured_cells);
}

}  // namespace tally::vision
