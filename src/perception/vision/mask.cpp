#include "perception/vision/mask.hpp"

#include <algorithm>
#include <cmath>

#include "base/assert.hpp"

namespace tally::vision {
namespace {

// Between cell `index` and the next: `fraction` of the next.
struct Sample {
  std::size_t index;
  float fraction;
};

// Where the centres of source pixels [begin, end) lie on one axis of the prototypes.
std::vector<Sample> make_samples(int begin, int end, int origin, double step, double offset,
                                 double cells_per_pixel, int cells) {
  std::vector<Sample> samples;
  samples.reserve(static_cast<std::size_t>(end - begin));
  for (int i = begin; i < end; ++i) {
    const double network = (i - origin + 0.5) * step + offset;
    const double position = std::clamp(network * cells_per_pixel - 0.5, 0.0, cells - 1.0);
    const auto index = static_cast<std::size_t>(position);
    samples.push_back({index, static_cast<float>(position - static_cast<double>(index))});
  }
  return samples;
}

// Logits of a rectangle of prototype cells.
class Logits {
 public:
  Logits(const Prototypes& prototypes, std::span<const float> coefficients,
         std::span<const Sample> columns, std::span<const Sample> rows)
      : left_(columns.front().index), top_(rows.front().index) {
    const auto width = static_cast<std::size_t>(prototypes.size.width);
    const auto height = static_cast<std::size_t>(prototypes.size.height);
    width_ = std::min(columns.back().index + 2, width) - left_;
    height_ = std::min(rows.back().index + 2, height) - top_;
    values_.assign(width_ * height_, 0);
    for (std::size_t m = 0; m < coefficients.size(); ++m) {
      const float* plane = prototypes.values.data() + m * width * height;
      for (std::size_t y = 0; y < height_; ++y) {
        const float* in = plane + (top_ + y) * width + left_;
        float* out = values_.data() + y * width_;
        for (std::size_t x = 0; x < width_; ++x) out[x] += coefficients[m] * in[x];
      }
    }
  }

  // One column of the rectangle at `sample`, interpolated sideways.
  void column(const Sample& sample, std::vector<float>& into) const {
    const std::size_t x = sample.index - left_;
    const std::size_t next = std::min(x + 1, width_ - 1);
    into.resize(height_);
    for (std::size_t y = 0; y < height_; ++y) {
      const float* row = values_.data() + y * width_;
      into[y] = row[x] + (row[next] - row[x]) * sample.fraction;
    }
  }
  [[nodiscard]] std::size_t top() const { return top_; }

 private:
  std::size_t left_;
  std::size_t top_;
  std::size_t width_;
  std::size_t height_;
  std::vector<float> values_;
};

class RunWriter {
 public:
  explicit RunWriter(std::vector<std::uint32_t>& counts) : counts_(counts) {}
  void append(bool set, std::uint32_t count) {
    if (count == 0) return;
    if (set != set_) {
      counts_.push_back(run_);
      run_ = 0;
      set_ = set;
    }
    run_ += count;
  }
  void finish() { counts_.push_back(run_); }

 private:
  std::vector<std::uint32_t>& counts_;
  std::uint32_t run_ = 0;
  bool set_ = false;
};

int first_pixel_at(float edge, int limit) {
  return static_cast<int>(std::clamp(std::ceil(edge), 0.0F, static_cast<float>(limit)));
}

}  // namespace

Mask make_mask(const Prototypes& prototypes, std::span<const float> coefficients,
               const LetterboxPlan& plan, const Box& box) {
  const Size cells = prototypes.size;
  TALLY_ASSERT(cells.width > 0 && cells.height > 0 &&
               prototypes.values.size() == coefficients.size() *
                                               static_cast<std::size_t>(cells.width) *
                                               static_cast<std::size_t>(cells.height));
  const Size picture = plan.source;
  Mask mask{.picture = picture, .counts = {}};
  RunWriter runs(mask.counts);
  const auto height = static_cast<std::uint32_t>(picture.height);
  const int left = first_pixel_at(box.left, picture.width);
  const int right = first_pixel_at(box.right, picture.width);
  const int top = first_pixel_at(box.top, picture.height);
  const int bottom = first_pixel_at(box.bottom, picture.height);
  if (right <= left || bottom <= top) {
    runs.append(false, height * static_cast<std::uint32_t>(picture.width));
    runs.finish();
    return mask;
  }
  const auto samples = [](int begin, int end, int origin, int region, int resized, int offset,
                          int network, int count) {
    return make_samples(begin, end, origin, static_cast<double>(resized) / region, offset,
                        static_cast<double>(count) / network, count);
  };
  const std::vector<Sample> columns =
      samples(left, right, plan.region.left, plan.region.width, plan.resized.width, plan.offset_x,
              plan.network.width, cells.width);
  const std::vector<Sample> rows =
      samples(top, bottom, plan.region.top, plan.region.height, plan.resized.height, plan.offset_y,
              plan.network.height, cells.height);
  const Logits logits(prototypes, coefficients, columns, rows);
  std::vector<float> column;
  runs.append(false, height * static_cast<std::uint32_t>(left));
  for (const Sample& sample : columns) {
    logits.column(sample, column);
    runs.append(false, static_cast<std::uint32_t>(top));
    for (const Sample& row : rows) {
      const std::size_t y = row.index - logits.top();
      const std::size_t next = std::min(y + 1, column.size() - 1);
      runs.append(column[y] + (column[next] - column[y]) * row.fraction > 0, 1);
    }
    runs.append(false, height - static_cast<std::uint32_t>(bottom));
  }
  runs.append(false, height * static_cast<std::uint32_t>(picture.width - right));
  runs.finish();
  return mask;
}

std::size_t area(const Mask& mask) {
  std::size_t sum = 0;
  for (std::size_t i = 1; i < mask.counts.size(); i += 2) sum += mask.counts[i];
  return sum;
}

std::vector<std::uint8_t> rasterise(const Mask& mask) {
  if (mask.empty()) return {};
  const auto width = static_cast<std::size_t>(mask.picture.width);
  const auto height = static_cast<std::size_t>(mask.picture.height);
  std::vector<std::uint8_t> pixels(width * height);
  std::size_t position = 0;
  for (std::size_t i = 0; i < mask.counts.size(); ++i) {
    const std::size_t end = std::min(position + mask.counts[i], pixels.size());
    for (; i % 2 == 1 && position < end; ++position) {
      pixels[position % height * width + position / height] = 1;
    }
    position = end;
  }
  return pixels;
}

}  // namespace tally::vision
