#include "perception/vision/letterbox.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "perception/inference/head_shape.hpp"
#include "perception/vision/rgb_rows.hpp"
#include "perception/vision/vectorised.hpp"

namespace tally::vision {
namespace {

constexpr int kWeightOne = 2048;  // cv::resize: INTER_RESIZE_COEF_SCALE.

// Where one output pixel (or row) comes from: between `index` and the next, in these parts of
// kWeightOne.
struct Tap {
  int index;
  std::int16_t first;
  std::int16_t second;
};

std::vector<Tap> make_taps(int source, int target) {
  std::vector<Tap> taps(static_cast<std::size_t>(target));
  const double step = static_cast<double>(source) / target;
  for (int i = 0; i < target; ++i) {
    const auto position = static_cast<float>((i + 0.5) * step - 0.5);
    int index = static_cast<int>(std::floor(position));
    float fraction = position - static_cast<float>(index);
    if (index < 0) {
      index = 0;
      fraction = 0;
    }
    if (index >= source - 1) {
      index = source - 1;
      fraction = 0;
    }
    taps[static_cast<std::size_t>(i)] = {
        index, static_cast<std::int16_t>(std::lrint((1 - fraction) * kWeightOne)),
        static_cast<std::int16_t>(std::lrint(fraction * kWeightOne))};
  }
  return taps;
}

// One pixel and its right neighbour are read at once, four values are written for three: what lies
// past the last pixel is read with weight zero and what is written too much is overwritten by the
// next pixel, so the rows have room for kSlack more.
constexpr std::size_t kSlack = 8;

TALLY_VECTORISED void resize_row(const std::uint8_t* rgb, const Tap* taps, std::size_t count,
                                 std::int16_t* __restrict out) {
  using Bytes = std::uint8_t __attribute__((vector_size(8)));
  using Words4 = std::int16_t __attribute__((vector_size(8)));
  using Words8 = std::int16_t __attribute__((vector_size(16)));
  using Sums4 = std::int32_t __attribute__((vector_size(16)));
  using Sums8 = std::int32_t __attribute__((vector_size(32)));
  for (std::size_t x = 0; x < count; ++x, out += 3) {
    const Tap tap = taps[x];
    Bytes both;
    std::memcpy(&both, rgb + 3 * static_cast<std::size_t>(tap.index), sizeof both);
    // Each channel beside its neighbour's: the shape of the multiply-and-add-pairs instruction.
    both = __builtin_shufflevector(both, both, 0, 3, 1, 4, 2, 5, 2, 5);
    const Words8 weights{tap.first, tap.second, tap.first, tap.second,
                         tap.first, tap.second, tap.first, tap.second};
    const Sums8 products =
        __builtin_convertvector(both, Sums8) * __builtin_convertvector(weights, Sums8);
    const Sums4 sums = __builtin_shufflevector(products, products, 0, 2, 4, 6) +
                       __builtin_shufflevector(products, products, 1, 3, 5, 7);
    const auto words = __builtin_convertvector(sums >> 4, Words4);
    std::memcpy(out, &words, sizeof words);
  }
}

TALLY_VECTORISED void blend_rows(const std::int16_t* above, const std::int16_t* below, Tap tap,
                                 std::size_t count, std::uint8_t* __restrict out) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto a = static_cast<std::int16_t>((std::int32_t{above[i]} * tap.first) >> 16);
    const auto b = static_cast<std::int16_t>((std::int32_t{below[i]} * tap.second) >> 16);
    const auto sum = static_cast<std::int16_t>((a + b + 2) >> 2);
    out[i] = static_cast<std::uint8_t>(std::clamp<std::int16_t>(sum, 0, 255));
  }
}

// The two source rows around an output row, already resized sideways; going down, each is made
// once.
class ResizedRows {
 public:
  ResizedRows(const media::Frame& frame, const LetterboxPlan& plan)
      : rows_(frame, plan.region.left, plan.region.width),
        top_(plan.region.top),
        taps_(make_taps(plan.region.width, plan.resized.width)),
        rgb_(static_cast<std::size_t>(plan.region.width) * 3 + kSlack) {
    for (Cached& cached : cache_) cached.values.resize(taps_.size() * 3 + kSlack);
  }

  const std::int16_t* row(int y, int keep) {
    for (const Cached& cached : cache_) {
      if (cached.y == y) return cached.values.data();
    }
    Cached& target = cache_[0].y == keep ? cache_[1] : cache_[0];
    rows_.read(top_ + y, rgb_.data());
    resize_row(rgb_.data(), taps_.data(), taps_.size(), target.values.data());
    target.y = y;
    return target.values.data();
  }

 private:
  struct Cached {
    int y = -1;
    std::vector<std::int16_t> values;
  };
  RgbRows rows_;
  int top_;
  std::vector<Tap> taps_;
  std::vector<std::uint8_t> rgb_;
  std::array<Cached, 2> cache_;
};

Region clip_region(std::optional<Region> region, Size source) {
  const Region whole{0, 0, source.width, source.height};
  if (!region) return whole;
  const int left = std::clamp(region->left, 0, source.width) / 2 * 2;
  const int top = std::clamp(region->top, 0, source.height) / 2 * 2;
  const auto end = [](int begin, int length, int limit) {
    const std::int64_t wanted = std::int64_t{begin} + length;
    return static_cast<int>(std::clamp<std::int64_t>(wanted, 0, limit));
  };
  const int right = end(region->left, region->width, source.width);
  const int bottom = end(region->top, region->height, source.height);
  if (region->width <= 0 || region->height <= 0 || right <= left || bottom <= top) return whole;
  return {left, top, right - left, bottom - top};
}

void copy_resized(const media::Frame& frame, const LetterboxPlan& plan, std::uint8_t* out) {
  const std::size_t stride = static_cast<std::size_t>(plan.network.width) * 3;
  if (plan.resized == Size{plan.region.width, plan.region.height}) {
    RgbRows rows(frame, plan.region.left, plan.region.width);
    for (int y = 0; y < plan.resized.height; ++y, out += stride) {
      rows.read(plan.region.top + y, out);
    }
    return;
  }
  ResizedRows rows(frame, plan);
  const std::vector<Tap> taps = make_taps(plan.region.height, plan.resized.height);
  const std::size_t count = static_cast<std::size_t>(plan.resized.width) * 3;
  for (const Tap& tap : taps) {
    const int next = std::min(tap.index + 1, plan.region.height - 1);
    const std::int16_t* above = rows.row(tap.index, next);
    const std::int16_t* below = rows.row(next, tap.index);
    blend_rows(above, below, tap, count, out);
    out += stride;
  }
}

}  // namespace

LetterboxPlan plan_letterbox(Size source, const inference::InputSpec& input,
                             std::optional<Region> region) {
  TALLY_ASSERT(source.width > 0 && source.height > 0 && input.width > 0 && input.height > 0);
  LetterboxPlan plan;
  plan.source = source;
  plan.region = clip_region(region, source);
  plan.network = {input.width, input.height};
  plan.pad_value = input.pad_value;
  const double scale = std::min(static_cast<double>(input.height) / plan.region.height,
                                static_cast<double>(input.width) / plan.region.width);
  plan.scale = static_cast<float>(scale);
  const bool centered = input.placement == inference::LetterboxPlacement::kCenter;
  const auto side = [&](int length, int limit) {
    // Python's round() takes ties to the even number, as nearbyint does; int() truncates.
    const double exact = length * scale;
    return std::clamp(static_cast<int>(centered ? std::nearbyint(exact) : exact), 1, limit);
  };
  plan.resized = {side(plan.region.width, input.width), side(plan.region.height, input.height)};
  if (centered) {
    const auto offset = [](int free) {
      return std::max(0, static_cast<int>(std::nearbyint(free / 2.0 - 0.1)));
    };
    plan.offset_x = offset(input.width - plan.resized.width);
    plan.offset_y = offset(input.height - plan.resized.height);
  }
  return plan;
}

Size fitted(Size network, Size source) {
  const double scale = std::min(static_cast<double>(network.width) / source.width,
                                static_cast<double>(network.height) / source.height);
  const auto side = [&](int length, int limit) {
    constexpr int kStep = inference::kHeadStrides.back();
    const auto shown = static_cast<int>(std::ceil(length * scale - 1e-6));
    return std::min(limit, (shown + kStep - 1) / kStep * kStep);
  };
  return {side(source.width, network.width), side(source.height, network.height)};
}

void letterbox(const media::Frame& frame, const LetterboxPlan& plan, std::span<std::uint8_t> rgb) {
  TALLY_ASSERT(frame.width == plan.source.width && frame.height == plan.source.height);
  TALLY_ASSERT(rgb.size() == plan.bytes());
  const std::size_t stride = static_cast<std::size_t>(plan.network.width) * 3;
  const std::size_t left = static_cast<std::size_t>(plan.offset_x) * 3;
  const std::size_t right = left + static_cast<std::size_t>(plan.resized.width) * 3;
  const auto rows = [&](int begin, int end) {
    return rgb.subspan(static_cast<std::size_t>(begin) * stride,
                       static_cast<std::size_t>(end - begin) * stride);
  };
  const int bottom = plan.offset_y + plan.resized.height;
  std::ranges::fill(rows(0, plan.offset_y), plan.pad_value);
  std::ranges::fill(rows(bottom, plan.network.height), plan.pad_value);
  if (right - left < stride) {
    for (int y = plan.offset_y; y < bottom; ++y) {
      const auto row = rows(y, y + 1);
      std::ranges::fill(row.first(left), plan.pad_value);
      std::ranges::fill(row.subspan(right), plan.pad_value);
    }
  }
  copy_resized(frame, plan, rows(plan.offset_y, bottom).data() + left);
}

Box to_source(const Box& network, const LetterboxPlan& plan) {
  const auto map = [&](float value, int offset, int origin, int limit) {
    const float mapped =
        (value - static_cast<float>(offset)) / plan.scale + static_cast<float>(origin);
    return std::clamp(mapped, 0.0F, static_cast<float>(limit));
  };
  return {map(network.left, plan.offset_x, plan.region.left, plan.source.width),
          map(network.top, plan.offset_y, plan.region.top, plan.source.height),
          map(network.right, plan.offset_x, plan.region.left, plan.source.width),
          map(network.bottom, plan.offset_y, plan.region.top, plan.source.height)};
}

Box to_network(const Box& source, const LetterboxPlan& plan) {
  const auto map = [&](float value, int offset, int origin) {
    return (value - static_cast<float>(origin)) * plan.scale + static_cast<float>(offset);
  };
  return {map(source.left, plan.offset_x, plan.region.left),
          map(source.top, plan.offset_y, plan.region.top),
          map(source.right, plan.offset_x, plan.region.left),
          map(source.bottom, plan.offset_y, plan.region.top)};
}

}  // namespace tally::vision
