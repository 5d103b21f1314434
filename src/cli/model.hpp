// Opening what several commands work with: detector and embedder from model packages, and a clock.
#pragma once

#include <cstddef>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "perception/vision/detector.hpp"
#include "perception/vision/embedder.hpp"

namespace tally::cli {

struct ModelChoice {
  std::filesystem::path package;
  std::optional<float> score = std::nullopt;  // Empty: the package's.
  std::optional<float> iou = std::nullopt;
  int threads = 0;                        // 0: one for each core.
  int streams = 0;                        // 0: one for each thread.
  std::optional<vision::Size> picture{};  // Of a detector's network; empty: the package's.
};

// The engine's options with every "automatic" spelled out, as reports name them.
[[nodiscard]] inference::EngineOptions engine_options(const ModelChoice& choice);

// That `folder` can be a model package. Errors: CliError::kUsage for a graph that is no package
// yet, with the command that makes one of it; PackageError::kNotFound.
Result<void> check_is_package(const std::filesystem::path& folder);

// Errors: as check_is_package and Detector::open.
Result<std::unique_ptr<vision::Detector>> open_detector(const ModelChoice& choice);

// Videos of a few shapes take turns in a list; more than that, and detectors are opened anew.
inline constexpr std::size_t kShapesMax = 4;

// A detector that is opened when it is first asked for, and one more for each shape of pictures.
class DetectorOnDemand {
 public:
  explicit DetectorOnDemand(ModelChoice choice) : choice_(std::move(choice)) {}
  // That there is a package, and whole: cheap, before a video is opened. Errors: as open_detector.
  Result<void> check();
  // For a `source` its network takes pictures of that shape (vision::fitted), where its graph can
  // be made to; else, and without a source, those of the package. Of what earlier calls returned
  // the last kShapesMax - 1 stay. Errors: as open_detector.
  Result<vision::Detector*> get(std::optional<vision::Size> source);
  // Opens that of the usual shape, 16:9, if none is open yet: while a decoder starts and tells of
  // which shape the pictures are. Errors: as open_detector.
  Result<void> open_ahead();
  // The same network for small looks (cart::small_look_size) beside `full`, which get() gave last.
  // Null where there is none, or its graph can't be made to take such pictures.
  vision::Detector* get_small(const vision::Detector& full);
  [[nodiscard]] const ModelChoice& choice() const { return choice_; }

 private:
  Result<vision::Detector*> of_size(vision::Size picture);

  ModelChoice choice_;
  std::deque<std::unique_ptr<vision::Detector>> detectors_;  // The last one asked for first.
  std::optional<inference::ModelPackage> package_;           // Once it was read.
  bool fits_ = true;                                         // No other shape was tried in vain.
  bool shrinks_ = true;                                      // Nor a smaller size.
};

// Opens a package as `tally detect` and `tally process` will, so that what the engine compiles is
// kept in it (docs/model-package.md) and they start without. Returns the sizes of pictures that its
// network is ready for; none where it can't be opened so, as with a fixed batch, and of a package
// that is not for CPUs.
std::vector<vision::Size> make_ready(const inference::ModelPackage& package);

// Errors: as check_is_package and Embedder::open.
Result<std::unique_ptr<vision::Embedder>> open_embedder(const ModelChoice& choice);

// `path` where it is there, else of the checkout that the program was built in, if it is there.
[[nodiscard]] std::filesystem::path here_or_in_checkout(const std::filesystem::path& path);

// The folder of packages that tally ships: models/ where one stands, else beside the program's
// checkout.
[[nodiscard]] std::filesystem::path models_folder();

// `given`, or where it is empty the package that tally ships for this: models/NAME where one
// stands, else beside the program's checkout.
[[nodiscard]] std::filesystem::path package_or_default(const std::filesystem::path& given,
                                                       std::string_view name);

// Early, cheap and before anything slow: a video that is not there. Errors: MediaError::kNotFound.
Result<void> check_exists(const std::filesystem::path& video);

// Seconds on the monotonic clock.
[[nodiscard]] double monotonic_seconds();

}  // namespace tally::cli
