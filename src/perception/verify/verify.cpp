#include "perception/verify/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "perception/identify/enrol.hpp"
#include "perception/inference/bench_engine.hpp"
#include "perception/inference/open_engine.hpp"
#include "perception/verify/agreement.hpp"
#include "perception/verify/error.hpp"
#include "perception/vision/detector.hpp"
#include "perception/vision/embedder.hpp"

namespace tally::verify {
namespace {

using inference::ModelPackage;
using inference::Verified;
using vision::Detection;

float rounded(double value) { return static_cast<float>(std::round(value * 1e4) / 1e4); }

inference::EngineOptions engine_options(int threads) {
  return {.streams = 1, .threads = threads, .requests = 1, .keep_compiled = false};
}

std::string graph_sha256(const ModelPackage& package) {
  const auto file =
      std::ranges::find(package.files, package.graph_file, &inference::PackagedFile::name);
  return file == package.files.end() ? package.sha256 : file->sha256;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// Both detectors over all pictures.
class Detectors {
 public:
  static Result<Detectors> open(const ModelPackage& fp32, const ModelPackage& package,
                                const PictureSet& set, const VerifyOptions& options) {
    const vision::DetectorOptions each{
        .engine = engine_options(options.threads),
        .score = set.labelled ? std::min(kScoreLabelled, package.thresholds.score)
                              : package.thresholds.score,
        .iou = package.thresholds.iou};
    auto first = vision::Detector::open(fp32, each);
    if (!first) return std::unexpected(std::move(first.error()));
    auto second = vision::Detector::open(package, each);
    if (!second) return std::unexpected(std::move(second.error()));
    return Detectors(std::move(*first), std::move(*second), package.thresholds.score, set.labelled,
                     options.labels_are);
  }

  Result<void> look_at(const media::Frame& frame, const std::vector<Label>& labels) {
    const std::vector<Label> boxes = in_pixels(labels, frame);
    std::array<std::vector<Detection>, 2> found;
    for (std::size_t i = 0; i < found.size(); ++i) {
      auto detections = detectors_[i]->detect(frame);
      if (!detections) return std::unexpected(std::move(detections.error()));
      if (labelled_) precision_[i].add(of_labels(*detections), boxes);
      found[i] = std::move(*detections);
      std::erase_if(found[i], [&](const Detection& one) { return one.score < score_; });
    }
    agreement_.add(found[0], found[1]);
    return {};
  }

  Result<void> finish(Verified& verified) const {
    if (agreement_.found_at_all() == 0) {
      return fail(VerifyError::kNothing,
                  fmt::format("neither finds anything in {} pictures, so nothing was compared; "
                              "give pictures of what the model is for",
                              verified.pictures));
    }
    verified.agreement = rounded(agreement_.f1());
    verified.iou = rounded(agreement_.iou());
    verified.score_difference = rounded(agreement_.score_difference());
    if (!labelled_) return {};
    const auto fp32 = precision_[0].value();
    const auto package = precision_[1].value();
    if (!fp32 || !package || !(*fp32 > 0)) {
      return fail(
          VerifyError::kLabels,
          "in fp32 the model finds none of what is labelled; are the labels of its classes? "
          "(--verify DIR=CLASS says what all of them are)");
    }
    verified.ap50_fp32 = rounded(*fp32);
    verified.ap50 = rounded(*package);
    return {};
  }

 private:
  Detectors(std::unique_ptr<vision::Detector> fp32, std::unique_ptr<vision::Detector> package,
            float score, bool labelled, std::vector<int> labels_are)
      : detectors_{std::move(fp32), std::move(package)},
        score_(score),
        labelled_(labelled),
        labels_are_(std::move(labels_are)) {}

  [[nodiscard]] std::vector<Label> in_pixels(std::vector<Label> labels,
                                             const media::Frame& frame) const {
    const auto width = static_cast<float>(frame.width);
    const auto height = static_cast<float>(frame.height);
    for (Label& label : labels) {
      vision::Box& box = label.box;
      box = {box.left * width, box.top * height, box.right * width, box.bottom * height};
      if (!labels_are_.empty()) label.class_id = labels_are_.front();
    }
    return labels;
  }

  [[nodiscard]] std::vector<Detection> of_labels(std::vector<Detection> found) const {
    if (labels_are_.empty()) return found;
    std::erase_if(found, [&](const Detection& one) {
      return std::ranges::find(labels_are_, one.class_id) == labels_are_.end();
    });
    for (Detection& one : found) one.class_id = labels_are_.front();
    return found;
  }

  std::array<std::unique_ptr<vision::Detector>, 2> detectors_;
  float score_;
  bool labelled_;
  std::vector<int> labels_are_;
  Agreement agreement_;
  std::array<AveragePrecision, 2> precision_;
};

class Embedders {
 public:
  static Result<Embedders> open(const ModelPackage& fp32, const ModelPackage& package,
                                const VerifyOptions& options) {
    Embedders both;
    const std::array<const ModelPackage*, 2> packages{&fp32, &package};
    for (std::size_t i = 0; i < packages.size(); ++i) {
      auto engine = inference::open_engine(*packages[i], engine_options(options.threads));
      if (!engine) return std::unexpected(std::move(engine.error()));
      auto embedder = vision::Embedder::with_engine(*packages[i], std::move(*engine));
      if (!embedder) return std::unexpected(std::move(embedder.error()));
      both.embedders_[i] = std::move(*embedder);
    }
    return both;
  }

  Result<void> look_at(const media::Frame& frame) {
    auto fp32 = embedders_[0]->embed_whole(frame);
    if (!fp32) return std::unexpected(std::move(fp32.error()));
    auto package = embedders_[1]->embed_whole(frame);
    if (!package) return std::unexpected(std::move(package.error()));
    const auto cosine = static_cast<double>(vision::similarity(*fp32, *package));
    sum_ += cosine;
    least_ = std::min(least_, cosine);
    return {};
  }

  void finish(Verified& verified) const {
    verified.agreement = rounded(sum_ / static_cast<double>(verified.pictures));
    verified.cosine_least = rounded(least_);
  }

 private:
  std::array<std::unique_ptr<vision::Embedder>, 2> embedders_;
  double sum_ = 0;
  double least_ = 1;
};

Result<void> check_alike(const ModelPackage& fp32, const ModelPackage& package) {
  if (fp32.task == package.task && fp32.class_names == package.class_names) return {};
  return fail(VerifyError::kUnlike,
              fmt::format("{} and {} are for different tasks or classes", fp32.name, package.name));
}

Result<void> check_labels(const ModelPackage& package, const PictureSet& set,
                          const VerifyOptions& options) {
  const std::vector<std::string>& known = package.class_names;
  const auto refuse = [](const std::string& what) {
    return fail(VerifyError::kLabels,
                what + "; say of which class all labels are: --verify DIR=CLASS");
  };
  if (!set.labelled || !options.labels_are.empty()) return {};
  if (!set.class_names.empty() && set.class_names != known) {
    return refuse("the data set's classes are not the model's");
  }
  for (const Picture& picture : set.pictures) {
    for (const Label& label : picture.labels) {
      if (static_cast<std::size_t>(label.class_id) < known.size()) continue;
      return refuse(fmt::format("{}: labelled with class {}, and the model has {}",
                                picture.file.string(), label.class_id, known.size()));
    }
  }
  return {};
}

// Each picture is read once and shown to both.
template <typename Look>
Result<void> each_picture(const PictureSet& set, const VerifyOptions& options, const Look& look) {
  std::int64_t done = 0;
  const auto total = static_cast<std::int64_t>(set.pictures.size());
  for (const Picture& picture : set.pictures) {
    auto frame = identify::read_photo(picture.file);
    if (!frame) return std::unexpected(std::move(frame.error()));
    if (Result<void> looked = look(*frame, picture.labels); !looked) {
      return fail_within(picture.file.string(), std::move(looked.error()));
    }
    ++done;
    if (!options.on_picture) continue;
    if (auto told = options.on_picture(done, total); !told) return told;
  }
  return {};
}

}  // namespace

Result<Verified> verify_package(const ModelPackage& fp32, const ModelPackage& package,
                                const PictureSet& set, const VerifyOptions& options) {
  if (auto alike = check_alike(fp32, package); !alike) {
    return std::unexpected(std::move(alike.error()));
  }
  Verified verified{.against = graph_sha256(fp32),
                    .pictures = static_cast<std::int64_t>(set.pictures.size())};
  if (!has_classes(package.task)) {
    auto embedders = Embedders::open(fp32, package, options);
    if (!embedders) return std::unexpected(std::move(embedders.error()));
    auto looked = each_picture(set, options, [&](const media::Frame& frame, const auto&) {
      return embedders->look_at(frame);
    });
    if (!looked) return std::unexpected(std::move(looked.error()));
    embedders->finish(verified);
    return verified;
  }
  if (auto fit = check_labels(package, set, options); !fit) {
    return std::unexpected(std::move(fit.error()));
  }
  auto detectors = Detectors::open(fp32, package, set, options);
  if (!detectors) return std::unexpected(std::move(detectors.error()));
  auto looked = each_picture(set, options, [&](const media::Frame& frame, const auto& labels) {
    return detectors->look_at(frame, labels);
  });
  if (!looked) return std::unexpected(std::move(looked.error()));
  if (auto finished = detectors->finish(verified); !finished) {
    return std::unexpected(std::move(finished.error()));
  }
  return verified;
}

double loss_of(const Verified& verified) {
  const double loss = verified.ap50
                          ? static_cast<double>(verified.ap50_fp32.value_or(0) - *verified.ap50)
                          : 1 - static_cast<double>(verified.agreement);
  return std::max(0.0, loss);
}

Result<Speeds> compare_speeds(const ModelPackage& fp32, const ModelPackage& package,
                              const std::function<double()>& clock_seconds) {
  const std::array<const ModelPackage*, 2> packages{&fp32, &package};
  std::array<std::unique_ptr<inference::Engine>, 2> engines;
  for (std::size_t i = 0; i < engines.size(); ++i) {
    const std::int64_t batch = packages[i]->input.tensor.shape[0];
    inference::EngineOptions options = engine_options(1);
    options.batch = batch == inference::kDynamic ? 1 : static_cast<int>(batch);
    auto engine = inference::open_engine(*packages[i], options);
    if (!engine) return std::unexpected(std::move(engine.error()));
    engines[i] = std::move(*engine);
  }
  std::array<std::vector<double>, 2> milliseconds;
  for (int round = 0; round < kSpeedRounds; ++round) {
    for (std::size_t i = 0; i < engines.size(); ++i) {
      auto bench = inference::bench_engine(*engines[i], kSpeedSeconds, clock_seconds);
      if (!bench) return std::unexpected(std::move(bench.error()));
      // What disturbs a round only ever makes it slower.
      milliseconds[i].push_back(bench->latency_ms_min);
    }
  }
  const double fp32_ms = median(std::move(milliseconds[0]));
  const double package_ms = median(std::move(milliseconds[1]));
  return Speeds{.fp32_ms = fp32_ms, .package_ms = package_ms, .times = fp32_ms / package_ms};
}

}  // namespace tally::verify
