// How far a package's answers are from those of another one, on the same pictures: what
// `tally compile --verify` tells, and by what it refuses.
//
// Both packages look at every picture with one stream of an engine. Detections are compared at the
// package's threshold (agreement.hpp); where pictures have labels, each package is also held to
// those (average_precision.hpp), from a score of kScoreLabelled on. Embedders look at whole
// pictures, as at photos of products.
//
// Speed is measured by turns, so that what else the machine does falls on both.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "perception/inference/model_package.hpp"
#include "perception/verify/pictures.hpp"

namespace tally::verify {

inline constexpr float kScoreLabelled = 0.001F;
inline constexpr int kSpeedRounds = 5;
inline constexpr double kSpeedSeconds = 0.5;  // Of each package in a round.

struct VerifyOptions {
  // Where not empty: labels of whatever class stand for things of these classes, which are not told
  // apart in what is held to labels.
  std::vector<int> labels_are{};
  int threads = 0;  // Of each engine; 0: one for each core.
  std::function<Result<void>(std::int64_t done, std::int64_t total)> on_picture{};
};

// Of the same task; rounded to four digits. Errors: VerifyError::kLabels, kNothing, kUnlike; those
// of reading pictures and of engines, and of `on_picture`.
Result<inference::Verified> verify_package(const inference::ModelPackage& fp32,
                                           const inference::ModelPackage& package,
                                           const PictureSet& set, const VerifyOptions& options);

// What is lost, 0 to 2: AP50 where there are labels, else agreement, or cosine. Never below 0.
[[nodiscard]] double loss_of(const inference::Verified& verified);

// One thread, one request at a time.
struct Speeds {
  double fp32_ms = 0;  // For one inference of the batch: a round's best; the median of the rounds.
  double package_ms = 0;  // Likewise.
  double times = 0;       // As fast as fp32.
};
Result<Speeds> compare_speeds(const inference::ModelPackage& fp32,
                              const inference::ModelPackage& package,
                              const std::function<double()>& clock_seconds);

}  // namespace tally::verify
