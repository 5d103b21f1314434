#include "perception/cabinet/carried_thing.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace tally::cabinet {
namespace {

// What a sighting counts for, by its score: found on 310 tuning sessions, by how right and how sure
// their carts are. A sleeve or a foot has low scores, however often it is seen.
constexpr double kScoreHalf = 0.6;
constexpr double kScoreScale = 0.05;
constexpr float kOneBox = 0.4F;  // Overlap, of the smaller, from which two boxes may be of one.

}  // namespace

double logistic(double value) { return 1 / (1 + std::exp(-value)); }

double likely_extent(SightingKind kind) {
  constexpr double kItem = 0.17;
  constexpr double kHand = 0.15;
  return kind == SightingKind::kHand ? kHand : kItem;
}

double probability_held(const Sighting& sighting) {
  return logistic((sighting.score - kScoreHalf) / kScoreScale);
}

bool may_be_one(const vision::Box& a, const vision::Box& b) {
  const float smaller = std::min(a.area(), b.area());
  return vision::intersection(a, b).area() > kOneBox * smaller;
}

void add_looks(std::vector<float>& sum, const std::vector<float>& embedding) {
  if (sum.empty()) sum.resize(embedding.size());
  for (std::size_t i = 0; i < embedding.size(); ++i) sum[i] += embedding[i];
}

std::optional<float> alike(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.empty() || b.empty()) return std::nullopt;
  const auto dot = [](const std::vector<float>& p, const std::vector<float>& q) {
    return std::inner_product(p.begin(), p.end(), q.begin(), 0.0F);
  };
  const float norm = std::sqrt(dot(a, a) * dot(b, b));
  return norm > 0 ? dot(a, b) / norm : 0.0F;
}

}  // namespace tally::cabinet
