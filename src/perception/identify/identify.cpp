#include "perception/identify/identify.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "base/assert.hpp"

namespace tally::identify {
namespace {

constexpr double kPriorsTolerance = 1e-6;

// log mean_i exp(values_i); there is one.
double log_mean_exp(std::span<const double> values) {
  const double largest = *std::ranges::max_element(values);
  double sum = 0;
  for (const double value : values) sum += std::exp(value - largest);
  return largest + std::log(sum / static_cast<double>(values.size()));
}

// Of one look, for a product against "none of these".
double weight_of(const Look& look, const GalleryProduct& product, const IdentifyModel& model) {
  std::vector<double> exponents;
  exponents.reserve(product.photos.size());
  for (const GalleryPhoto& photo : product.photos) {
    const auto cosine = static_cast<double>(vision::similarity(look.embedding, photo.embedding));
    exponents.push_back(model.concentration * (cosine - model.background));
  }
  const double is_it = log_mean_exp(exponents) + std::log1p(-model.outlier);
  const double is_not = std::log(model.outlier);
  const double more = std::max(is_it, is_not);
  return more + std::log1p(std::exp(std::min(is_it, is_not) - more));
}

double share_of(double count, double correlation) { return 1 / (1 + (count - 1) * correlation); }

// By which each camera's looks are to be multiplied.
std::map<int, double> camera_weights(std::span<const Look> looks, const IdentifyModel& model) {
  std::map<int, double> counts;
  for (const Look& look : looks) counts[look.camera] += 1;
  const double between = share_of(static_cast<double>(counts.size()), model.other_camera);
  for (auto& [camera, value] : counts) value = between * share_of(value, model.same_camera);
  return counts;
}

}  // namespace

std::vector<double> log_likelihoods(std::span<const Look> looks,
                                    std::span<const GalleryProduct* const> candidates,
                                    const IdentifyModel& model) {
  const std::map<int, double> weights = camera_weights(looks, model);
  std::vector<double> result(candidates.size(), 0.0);
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i] == nullptr || candidates[i]->photos.empty()) continue;
    for (const Look& look : looks) {
      result[i] += weights.at(look.camera) * weight_of(look, *candidates[i], model);
    }
  }
  return result;
}

double strangeness(std::span<const Look> looks, std::span<const GalleryProduct* const> candidates,
                   const IdentifyModel& model) {
  std::vector<double> best;
  for (const Look& look : looks) {
    double most = -std::numeric_limits<double>::infinity();
    for (const GalleryProduct* product : candidates) {
      if (product == nullptr) continue;
      for (const GalleryPhoto& photo : product->photos) {
        most = std::max(most, double{vision::similarity(look.embedding, photo.embedding)});
      }
    }
    if (std::isfinite(most)) best.push_back(most);
  }
  if (best.empty()) return 0;
  std::ranges::sort(best);
  const double upper = best[(best.size() - 1) * 3 / 4];
  return std::clamp(model.strange_slope * (model.strange_middle - upper), -kStrangeMax,
                    kStrangeMax);
}

std::vector<double> log_likelihoods_of_items(std::span<const Look> looks,
                                             std::span<const GalleryProduct* const> candidates,
                                             const IdentifyModel& model) {
  std::vector<double> logs = log_likelihoods(looks, candidates, model);
  const auto is_known = [&](std::size_t i) {
    return candidates[i] != nullptr && !candidates[i]->photos.empty();
  };
  std::vector<double> known;
  double photos = 0;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    if (!is_known(i)) continue;
    known.push_back(logs[i]);
    photos += static_cast<double>(candidates[i]->photos.size());
  }
  if (known.empty() || looks.empty()) return logs;
  const double share = std::min(1.0, static_cast<double>(looks.size()) / kStrangeLooks) *
                       std::min(1.0, photos / static_cast<double>(known.size() * kStrangePhotos));
  const double none = share * (log_mean_exp(known) + strangeness(looks, candidates, model));
  for (std::size_t i = 0; i < logs.size(); ++i) {
    if (is_known(i)) logs[i] -= none;
  }
  return logs;
}

double effective_looks(std::span<const Look> looks, const IdentifyModel& model) {
  const std::map<int, double> weights = camera_weights(looks, model);
  double sum = 0;
  for (const Look& look : looks) sum += weights.at(look.camera);
  return sum;
}

Posterior posterior(std::span<const double> log_likelihoods, std::span<const double> priors) {
  TALLY_ASSERT(log_likelihoods.size() == priors.size());
  double prior_sum = 0;
  for (const double prior : priors) {
    TALLY_ASSERT(prior >= 0);
    prior_sum += prior;
  }
  TALLY_ASSERT(prior_sum <= 1 + kPriorsTolerance);
  double largest = 0;  // Of "none of these".
  for (const double value : log_likelihoods) largest = std::max(largest, value);
  Posterior result;
  result.none = std::max(0.0, 1 - prior_sum) * std::exp(-largest);
  double total = result.none;
  for (std::size_t i = 0; i < priors.size(); ++i) {
    result.candidates.push_back(priors[i] * std::exp(log_likelihoods[i] - largest));
    total += result.candidates.back();
  }
  // Nothing at all is left where what is likely has no prior: then the priors are all there is.
  if (!(total > 0)) return {{priors.begin(), priors.end()}, std::max(0.0, 1 - prior_sum)};
  result.none /= total;
  for (double& value : result.candidates) value /= total;
  return result;
}

}  // namespace tally::identify
