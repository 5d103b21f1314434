#include "perception/cabinet/carried_thing.hpp"

#include <cmath>
#include <cstddef>
#include <numeric>

namespace tally::cabinet {

double likely_extent(SightingKind kind) {
  constexpr double kItem = 0.17;
  constexpr double kHand = 0.15;
  return kind == SightingKind::kHand ? kHand : kItem;
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
