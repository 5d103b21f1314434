// How alike two places look, in ways that forgive different things: structure forgives light,
// colours forgive turning and small moves. Internal to audits. Pure.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "perception/identify/view_image.hpp"
#include "perception/vision/geometry.hpp"

namespace tally::identify {

// A place in the second picture: `map`'s, grown by `scale` around its middle and moved.
struct Placement {
  double scale = 1;
  double dx = 0;  // Pixels of the second picture.
  double dy = 0;
};

[[nodiscard]] vision::Point placed(const Affine& map, const Placement& placement,
                                   const vision::Box& box, vision::Point at);

struct Search {
  double reach = 0;  // Pixels, to each side.
  double step = 1;
  std::span<const double> scales;
};

struct StructureMatch {
  // Zero-mean normalised correlation of grey, damped by the variance of sensor noise: 1 for the
  // same content up to brightness and contrast, about 0 for unrelated content.
  double similarity = -1;
  Placement placement;
};

// The best of all placements of `search` around `start` for `box` of the first picture. At most
// kSamplesMax points are compared.
[[nodiscard]] StructureMatch match_structure(const ViewImage& first, const ViewImage& second,
                                             const Affine& map, const vision::Box& box,
                                             const Search& search, const Placement& start = {});

// Whether there is no texture in the box to compare: standard deviation of grey below noise.
[[nodiscard]] bool is_flat(const ViewImage& image, const Affine& map, const Placement& placement,
                           const vision::Box& box);

// Shares of colours: lightness in 4 steps, two opponent colours in 16 each, neighbours blurred into
// each other so that a colour at the edge of a step does not jump.
inline constexpr std::size_t kLightSteps = 4;
inline constexpr std::size_t kColorSteps = 16;

class ColorShares {
 public:
  void add(const Rgb& color);
  [[nodiscard]] double count() const { return count_; }
  // 1 minus the Bhattacharyya coefficient: 0 for the same shares, 1 for none in common. Asserts
  // that neither is empty.
  [[nodiscard]] static double distance(const ColorShares& a, const ColorShares& b);

 private:
  using Bins = std::vector<double>;
  [[nodiscard]] Bins blurred() const;
  Bins bins_ = Bins(kLightSteps * kColorSteps * kColorSteps, 0.0);
  double count_ = 0;
};

// Colours of `box`, at its place in `image`, multiplied by `gain`.
[[nodiscard]] ColorShares colors_in(const ViewImage& image, const Affine& map,
                                    const Placement& placement, const vision::Box& box,
                                    const std::array<double, 3>& gain);

// How much the box differs in colour from what is beside it: an item stands out from the shelf, an
// empty place does not. `others` are boxes that what is beside must not lie in, since they hold
// items of their own. std::nullopt where too little is left beside it.
[[nodiscard]] std::optional<double> contrast(const ViewImage& image, const Affine& map,
                                             const Placement& placement, const vision::Box& box,
                                             std::span<const vision::Box> others,
                                             vision::Size first_size,
                                             const std::array<double, 3>& gain);

}  // namespace tally::identify
