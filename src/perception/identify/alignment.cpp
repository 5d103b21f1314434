#include "perception/identify/alignment.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "perception/identify/block_match.hpp"

namespace tally::identify {
namespace {

constexpr std::array kRoundsMotion{kMotionMax, 0.05, 0.03};
constexpr std::size_t kMatchesMin = 12;
constexpr int kSamples = 400;
constexpr double kTolerance = 0.012;  // Of the longer side: blocks nearer to the map agree.
constexpr double kBiweight = 1.5;     // Times the tolerance: blocks farther off weigh nothing.
constexpr int kReweightings = 15;
// No camera that looks at the same view again turns or tilts so far.
constexpr double kLinearMax = 0.15;
constexpr double kColorSimilarity = 0.7;  // Blocks less alike say nothing of the light.
constexpr double kColorOffset = 4;        // Dark pixels are mostly noise.
constexpr double kLogGainMax = 0.5;
// Median of the length of two independent normal values, in standard deviations.
constexpr double kRayleighMedian = 1.1774;

// A linear congruential generator (Knuth, MMIX); the high bits are the good ones.
class Dice {
 public:
  std::size_t next(std::size_t bound) {
    state_ = state_ * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    return static_cast<std::size_t>(state_ >> 33U) % bound;
  }

 private:
  std::uint64_t state_ = 1981;
};

double weight_of(const BlockMatch& match) {
  return std::clamp((match.similarity - 0.5) / 0.5, 0.0, 1.0);
}

double distance(const Affine& map, const BlockMatch& match) {
  const vision::Point there = map(match.from);
  return std::hypot(static_cast<double>(there.x - match.to.x),
                    static_cast<double>(there.y - match.to.y));
}

// Weighted least squares, by the normal equations of three unknowns for each coordinate.
std::optional<Affine> fit(const std::vector<BlockMatch>& matches,
                          const std::vector<double>& weights) {
  double xx = 0, xy = 0, yy = 0, x1 = 0, y1 = 0, one = 0;
  std::array<double, 3> u{}, v{};
  for (std::size_t i = 0; i < matches.size(); ++i) {
    const double w = weights[i];
    const auto x = static_cast<double>(matches[i].from.x);
    const auto y = static_cast<double>(matches[i].from.y);
    const auto tx = static_cast<double>(matches[i].to.x);
    const auto ty = static_cast<double>(matches[i].to.y);
    xx += w * x * x, xy += w * x * y, yy += w * y * y, x1 += w * x, y1 += w * y, one += w;
    u[0] += w * x * tx, u[1] += w * y * tx, u[2] += w * tx;
    v[0] += w * x * ty, v[1] += w * y * ty, v[2] += w * ty;
  }
  // The inverse of the symmetric matrix by cofactors.
  const double c00 = yy * one - y1 * y1;
  const double c01 = x1 * y1 - xy * one;
  const double c02 = xy * y1 - yy * x1;
  const double c11 = xx * one - x1 * x1;
  const double c12 = xy * x1 - xx * y1;
  const double c22 = xx * yy - xy * xy;
  const double determinant = xx * c00 + xy * c01 + x1 * c02;
  // Points on a line leave a direction open; rounding may leave a little of it.
  if (!(determinant > 1e-6 * std::max(1.0, xx * yy * one))) return std::nullopt;
  const auto solve = [&](const std::array<double, 3>& r) {
    return std::array{(c00 * r[0] + c01 * r[1] + c02 * r[2]) / determinant,
                      (c01 * r[0] + c11 * r[1] + c12 * r[2]) / determinant,
                      (c02 * r[0] + c12 * r[1] + c22 * r[2]) / determinant};
  };
  const auto first = solve(u);
  const auto second = solve(v);
  return Affine{first[0], first[1], first[2], second[0], second[1], second[2]};
}

bool is_plausible(const Affine& map, const Affine& sizes) {
  const double wide = map.a / sizes.a - 1;
  const double high = map.e / sizes.e - 1;
  return std::max({std::abs(wide), std::abs(high), std::abs(map.b / sizes.e),
                   std::abs(map.d / sizes.a)}) < kLinearMax;
}

// The map of three matches that most agree with.
std::optional<Affine> sample(const std::vector<BlockMatch>& matches, const Affine& sizes,
                             double tolerance) {
  Dice dice;
  std::optional<Affine> best;
  double best_score = 0;
  for (int i = 0; i < kSamples; ++i) {
    std::vector<BlockMatch> three;
    for (int k = 0; k < 3; ++k) three.push_back(matches[dice.next(matches.size())]);
    const auto map = fit(three, {1, 1, 1});
    if (!map || !is_plausible(*map, sizes)) continue;
    double score = 0;
    for (const BlockMatch& match : matches) {
      const double off = distance(*map, match) / tolerance;
      score += weight_of(match) * std::max(0.0, 1 - off * off);
    }
    if (score > best_score) {
      best_score = score;
      best = map;
    }
  }
  return best;
}

Affine refine(const std::vector<BlockMatch>& matches, Affine map, double reach) {
  std::vector<double> weights(matches.size());
  for (int i = 0; i < kReweightings; ++i) {
    for (std::size_t k = 0; k < matches.size(); ++k) {
      const double off = distance(map, matches[k]) / reach;
      const double inside = std::max(0.0, 1 - off * off);
      weights[k] = weight_of(matches[k]) * inside * inside;
    }
    const auto next = fit(matches, weights);
    if (!next) break;
    map = *next;
  }
  return map;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

// What the blocks that agree say of the pictures as a whole.
void measure(const std::vector<BlockMatch>& matches, double reach, Alignment& alignment) {
  double all = 0;
  double near = 0;
  std::vector<double> distances, noises;
  std::array<std::vector<double>, 3> gains;
  for (const BlockMatch& match : matches) {
    const double weight = weight_of(match);
    const double off = distance(alignment.map, match);
    all += weight;
    if (off >= reach || weight <= 0) continue;
    near += weight;
    distances.push_back(off);
    noises.push_back(1 - match.similarity * match.similarity);
    if (match.similarity < kColorSimilarity) continue;
    for (std::size_t i = 0; i < gains.size(); ++i) {
      gains[i].push_back(std::log((static_cast<double>(match.from_color[i]) + kColorOffset) /
                                  (static_cast<double>(match.to_color[i]) + kColorOffset)));
    }
  }
  alignment.agreeing = all > 0 ? near / all : 0;
  alignment.found = distances.size() >= kMatchesMin && alignment.agreeing >= kAgreeingMin;
  if (!alignment.found) return;
  alignment.spread = median(distances) / kRayleighMedian;
  alignment.noise = median(noises);
  for (std::size_t i = 0; i < gains.size(); ++i) {
    if (gains[i].size() < kMatchesMin) continue;
    alignment.gain[i] = std::exp(std::clamp(median(gains[i]), -kLogGainMax, kLogGainMax));
  }
}

}  // namespace

Alignment align(const ViewImage& first, const ViewImage& second) {
  const double side = std::max(first.size.width, first.size.height);
  const double tolerance = kTolerance * side;
  Affine sizes;
  sizes.a = static_cast<double>(second.size.width) / first.size.width;
  sizes.e = static_cast<double>(second.size.height) / first.size.height;
  Alignment alignment;
  alignment.map = sizes;
  for (const double motion : kRoundsMotion) {
    const auto matches =
        match_blocks(first, second, alignment.map, static_cast<int>(motion * side));
    if (matches.size() < kMatchesMin) break;
    const auto sampled = sample(matches, sizes, tolerance);
    if (!sampled) break;
    Alignment next;
    next.map = refine(matches, *sampled, kBiweight * tolerance);
    if (!is_plausible(next.map, sizes)) break;
    measure(matches, kBiweight * tolerance, next);
    alignment = next;
  }
  if (!alignment.found) {
    const double agreeing = alignment.agreeing;
    alignment = {};
    alignment.map = sizes;
    alignment.agreeing = agreeing;
  }
  return alignment;
}

}  // namespace tally::identify
