#include "perception/inference/golden.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numeric>

#include "base/files.hpp"
#include "perception/inference/manifest.hpp"

namespace tally::inference {
namespace {

// A linear congruential generator (Knuth, MMIX); the high bits are the good ones.
class Grain {
 public:
  std::uint32_t next(std::uint32_t bound) {
    state_ = state_ * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    return static_cast<std::uint32_t>(state_ >> 33U) % bound;
  }

 private:
  std::uint64_t state_ = 2'026;
};

struct Patch {
  int x, y, radius_x, radius_y;
  bool disc;
  std::array<int, 3> color;

  [[nodiscard]] bool covers(int px, int py) const {
    const std::int64_t dx = px - x;
    const std::int64_t dy = py - y;
    if (!disc) return std::abs(dx) <= radius_x && std::abs(dy) <= radius_y;
    const std::int64_t rx = radius_x;
    const std::int64_t ry = radius_y;
    return dx * dx * ry * ry + dy * dy * rx * rx <= rx * rx * ry * ry;
  }
};

std::vector<Patch> make_patches(int width, int height, Grain& grain) {
  std::vector<Patch> patches;
  const auto pick = [&](int bound) {
    return static_cast<int>(grain.next(static_cast<unsigned>(bound)));
  };
  for (int i = 0; i < 14; ++i) {
    patches.push_back({.x = pick(width),
                       .y = pick(height),
                       .radius_x = 2 + pick(width / 6),
                       .radius_y = 2 + pick(height / 4),
                       .disc = i % 2 == 0,
                       .color = {pick(256), pick(256), pick(256)}});
  }
  return patches;
}

struct Difference {
  double value = 0;
  std::int64_t at = 0;
};

// NaN counts as the worst difference.
Difference greatest_difference(std::span<const float> actual, std::span<const float> expected,
                               std::int64_t step) {
  Difference worst;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double wanted = expected[i];
    const double found = actual[i * static_cast<std::size_t>(step)];
    double difference = std::abs(found - wanted) / std::max(1.0, std::abs(wanted));
    if (std::isnan(difference)) difference = HUGE_VAL;
    if (difference > worst.value) worst = {difference, static_cast<std::int64_t>(i) * step};
  }
  return worst;
}

Result<std::vector<float>> read_floats(const std::filesystem::path& path) {
  const auto bytes = read_file(path, static_cast<std::size_t>(kElementsMax) * sizeof(float));
  if (!bytes) return std::unexpected(bytes.error());
  std::vector<float> values(bytes->size() / sizeof(float));
  std::memcpy(values.data(), bytes->data(), values.size() * sizeof(float));
  return values;
}

Result<double> compare_output(const ModelPackage& package, std::size_t index,
                              const TensorView& output) {
  const auto expected = read_floats(package.folder / package.golden.output_files[index]);
  if (!expected) return std::unexpected(expected.error());
  const std::span<const float> values = output.as<float>();
  const auto items = static_cast<std::size_t>(output.shape[0]);
  const std::size_t item_size = values.size() / items;
  const std::int64_t step = package.golden.output_steps[index];
  if ((item_size + static_cast<std::size_t>(step) - 1) / static_cast<std::size_t>(step) !=
      expected->size()) {
    return fail(PackageError::kGolden,
                fmt::format("{}: output {} has {} values, which does not fit the golden file",
                            package.folder.string(), package.outputs[index].name, item_size));
  }
  double worst = 0;
  for (std::size_t item = 0; item < items; ++item) {
    const auto difference =
        greatest_difference(values.subspan(item * item_size, item_size), *expected, step);
    worst = std::max(worst, difference.value);
    if (difference.value <= static_cast<double>(package.golden.tolerance)) continue;
    return fail(
        PackageError::kGolden,
        fmt::format(
            "{}: the golden picture gives other results: value {} of output {} is off by {:.3g},"
            " {:.3g} is allowed; check the engine, or compile the model again",
            package.folder.string(), difference.at, package.outputs[index].name, difference.value,
            package.golden.tolerance));
  }
  return worst;
}

}  // namespace

std::vector<std::uint8_t> golden_picture(int width, int height) {
  Grain grain;
  const std::vector<Patch> patches = make_patches(width, height, grain);
  std::vector<std::uint8_t> picture;
  picture.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::array<int, 3> color{x * 200 / width, y * 200 / height,
                               90 + (x + y) * 60 / (width + height)};
      for (const Patch& patch : patches) {
        if (patch.covers(x, y)) color = patch.color;
      }
      const int noise = static_cast<int>(grain.next(17)) - 8;
      for (const int channel : color) {
        picture.push_back(static_cast<std::uint8_t>(std::clamp(channel + noise, 0, 255)));
      }
    }
  }
  return picture;
}

std::int64_t golden_step(const Shape& shape) {
  Shape item = shape;
  item[0] = 1;
  const std::int64_t count = element_count(item);
  std::int64_t step = (count + kGoldenValuesMax - 1) / kGoldenValuesMax;
  const auto shares_factor = [&](std::int64_t dimension) { return std::gcd(dimension, step) != 1; };
  while (std::ranges::any_of(item, shares_factor)) ++step;
  return step;
}

std::vector<float> golden_values(const TensorView& output, std::int64_t step) {
  const std::span<const float> values = output.as<float>();
  const std::size_t item_size = values.size() / static_cast<std::size_t>(output.shape[0]);
  std::vector<float> kept;
  for (std::size_t i = 0; i < item_size; i += static_cast<std::size_t>(step)) {
    kept.push_back(values[i]);
  }
  return kept;
}

void write_picture(const InputSpec& spec, std::span<const std::uint8_t> picture,
                   const MutableTensorView& input) {
  const std::size_t pixels =
      static_cast<std::size_t>(spec.width) * static_cast<std::size_t>(spec.height);
  TALLY_ASSERT(picture.size() == 3 * pixels);
  const std::size_t elements = input.bytes.size() / size_of(input.type);
  TALLY_ASSERT(elements % picture.size() == 0);
  if (input.type == ElementType::kU8) {
    for (std::size_t at = 0; at < elements; at += picture.size()) {
      std::memcpy(input.bytes.data() + at, picture.data(), picture.size());
    }
    return;
  }
  const std::span<float> values = input.as<float>();
  for (std::size_t at = 0; at < elements; at += picture.size()) {
    for (std::size_t i = 0; i < picture.size(); ++i) {
      const std::size_t channel = spec.color == ColorOrder::kRgb ? i % 3 : 2 - i % 3;
      const std::size_t place =
          spec.layout == TensorLayout::kNchw ? channel * pixels + i / 3 : i / 3 * 3 + channel;
      values[at + place] = static_cast<float>(picture[i]) * spec.scale;
    }
  }
}

Result<GoldenReport> check_golden(const ModelPackage& package, Engine& engine) {
  const std::size_t picture_bytes = 3 * static_cast<std::size_t>(package.input.width) *
                                    static_cast<std::size_t>(package.input.height);
  const auto bytes = read_file(package.folder / package.golden.input_file, picture_bytes);
  if (!bytes) return std::unexpected(bytes.error());
  if (bytes->size() != picture_bytes || engine.outputs().size() != package.outputs.size()) {
    return fail(PackageError::kGolden,
                fmt::format("{}: the golden files or the engine do not belong to this package",
                            package.folder.string()));
  }
  write_picture(package.input,
                {reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size()},
                engine.input(0, 0));
  if (auto started = engine.start(0); !started) return std::unexpected(started.error());
  if (auto done = engine.wait(0); !done) return std::unexpected(done.error());
  GoldenReport report;
  for (std::size_t i = 0; i < package.outputs.size(); ++i) {
    const Result<double> difference = compare_output(package, i, engine.output(0, i));
    if (!difference) return std::unexpected(difference.error());
    report.difference = std::max(report.difference, *difference);
  }
  return report;
}

}  // namespace tally::inference
