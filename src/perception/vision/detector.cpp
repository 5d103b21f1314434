#include "perception/vision/detector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/assert.hpp"
#include "perception/inference/open_engine.hpp"
#include "perception/vision/error.hpp"
#include "perception/vision/nms.hpp"
#include "perception/vision/picture_input.hpp"

namespace tally::vision {

// What suppression left of one frame, and the tensors it came from.
struct Detector::Answer {
  std::vector<inference::TensorView> outputs;
  LetterboxPlan plan;
  std::vector<Candidate> kept;  // Boxes in the frame's pixels.
};

Result<std::unique_ptr<Detector>> Detector::open(const std::filesystem::path& package_folder,
                                                 const DetectorOptions& options) {
  auto package = inference::load_package(package_folder);
  if (!package) return std::unexpected(std::move(package.error()));
  return open(std::move(*package), options);
}

Result<std::unique_ptr<Detector>> Detector::open(inference::ModelPackage package,
                                                 const DetectorOptions& options) {
  if (options.picture) {
    package =
        inference::resized(std::move(package), options.picture->width, options.picture->height);
  }
  inference::EngineOptions engine_options = options.engine;
  engine_options.batch = 1;
  engine_options.input = inference::InputForm::kPicture;
  auto engine = inference::open_engine(package, engine_options);
  if (!engine) return std::unexpected(std::move(engine.error()));
  return with_engine(std::move(package), std::move(*engine), options);
}

Result<std::unique_ptr<Detector>> Detector::with_engine(inference::ModelPackage package,
                                                        std::unique_ptr<inference::Engine> engine,
                                                        const DetectorOptions& options) {
  if (!inference::has_classes(package.task)) {
    return fail(VisionError::kTask,
                fmt::format("{}: is an embedder, which finds no boxes; give a detector's package",
                            package.name));
  }
  if (auto fits = check_picture_input(package, *engine); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  auto head = Head::make(package.head, {package.input.width, package.input.height},
                         static_cast<int>(package.class_names.size()), engine->outputs());
  if (!head) return fail_within(package.name, std::move(head.error()));
  return std::make_unique<Detector>(Checked{}, std::move(package), std::move(engine),
                                    std::move(*head), options);
}

Detector::Detector(Checked, inference::ModelPackage package,
                   std::unique_ptr<inference::Engine> engine, Head head,
                   const DetectorOptions& options)
    : package_(std::move(package)),
      engine_(std::move(engine)),
      head_(std::move(head)),
      score_min_(options.score.value_or(package_.thresholds.score)),
      iou_max_(options.iou.value_or(package_.thresholds.iou)),
      requests_(*engine_),
      plans_(requests_.capacity()) {}

Result<void> Detector::submit(const media::Frame& frame, std::optional<Region> region) {
  const std::size_t request = requests_.next();
  plans_[request] = plan_letterbox({frame.width, frame.height}, package_.input, region);
  letterbox(frame, plans_[request], engine_->input(request, 0).as<std::uint8_t>());
  return requests_.start();
}

Result<Detector::Answer> Detector::finish_oldest() {
  const auto request = requests_.finish();
  if (!request) return std::unexpected(request.error());
  Answer answer;
  answer.plan = plans_[*request];
  for (std::size_t i = 0; i < engine_->outputs().size(); ++i) {
    answer.outputs.push_back(engine_->output(*request, i));
  }
  if (auto decoded = head_.decode(answer.outputs, 0, score_min_, candidates_); !decoded) {
    return std::unexpected(std::move(decoded.error()));
  }
  const NmsOptions options{.iou_max = iou_max_};
  answer.kept = head_.needs_nms() ? suppress(std::move(candidates_), options)
                                  : best_of(std::move(candidates_), options);
  candidates_ = {};
  for (Candidate& candidate : answer.kept) candidate.box = to_source(candidate.box, answer.plan);
  std::erase_if(answer.kept, [](const Candidate& candidate) { return candidate.box.area() <= 0; });
  return answer;
}

Result<std::vector<Detection>> Detector::collect() {
  auto answer = finish_oldest();
  if (!answer) return std::unexpected(std::move(answer.error()));
  std::vector<Detection> detections;
  detections.reserve(answer->kept.size());
  for (const Candidate& candidate : answer->kept) {
    detections.push_back({candidate.box, candidate.class_id, candidate.score});
  }
  return detections;
}

Result<std::vector<MaskedDetection>> Detector::collect_with_masks() {
  auto answer = finish_oldest();
  if (!answer) return std::unexpected(std::move(answer.error()));
  std::vector<MaskedDetection> detections;
  detections.reserve(answer->kept.size());
  std::vector<float> coefficients(static_cast<std::size_t>(head_.mask_coefficients()));
  for (const Candidate& candidate : answer->kept) {
    MaskedDetection& masked =
        detections.emplace_back(Detection{candidate.box, candidate.class_id, candidate.score});
    if (coefficients.empty()) continue;
    head_.read_coefficients(answer->outputs, 0, candidate.index, coefficients);
    const inference::TensorView& prototypes = answer->outputs[1];
    masked.mask =
        make_mask({prototypes.as<float>(),
                   {static_cast<int>(prototypes.shape[3]), static_cast<int>(prototypes.shape[2])}},
                  coefficients, answer->plan, candidate.box);
  }
  return detections;
}

Result<std::vector<Detection>> Detector::detect(const media::Frame& frame) {
  TALLY_ASSERT(in_flight() == 0);
  if (auto submitted = submit(frame); !submitted) {
    return std::unexpected(std::move(submitted.error()));
  }
  return collect();
}

}  // namespace tally::vision
