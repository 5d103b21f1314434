#include "perception/vision/embedder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/assert.hpp"
#include "perception/inference/head_shape.hpp"
#include "perception/inference/open_engine.hpp"
#include "perception/vision/error.hpp"
#include "perception/vision/picture_input.hpp"
#include "perception/vision/shrink.hpp"

namespace tally::vision {
namespace {

// Shorter vectors have no direction to speak of.
constexpr double kLengthMin = 1e-12;

// Adds in one order on every machine, in double, so that a length is 1 to a float's last bit.
double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  }
  return sum;
}

Region whole_of(const media::Frame& frame) { return {0, 0, frame.width, frame.height}; }

}  // namespace

float similarity(std::span<const float> a, std::span<const float> b) {
  TALLY_ASSERT(a.size() == b.size());
  return static_cast<float>(std::clamp(dot(a, b), -1.0, 1.0));
}

Region crop_of(const Box& box, Size size) {
  const Box picture{0, 0, static_cast<float>(size.width), static_cast<float>(size.height)};
  // Not a number fails every comparison, and so has no area either.
  if (!(intersection(box, picture).area() > 0)) return {};
  const float margin_x = kCropMargin * box.width();
  const float margin_y = kCropMargin * box.height();
  const Box grown = intersection(
      {box.left - margin_x, box.top - margin_y, box.right + margin_x, box.bottom + margin_y},
      picture);
  const int left = static_cast<int>(std::floor(grown.left));
  const int top = static_cast<int>(std::floor(grown.top));
  return {left, top, static_cast<int>(std::ceil(grown.right)) - left,
          static_cast<int>(std::ceil(grown.bottom)) - top};
}

Result<std::unique_ptr<Embedder>> Embedder::open(const std::filesystem::path& package_folder,
                                                 const inference::EngineOptions& options) {
  auto package = inference::load_package(package_folder);
  if (!package) return std::unexpected(std::move(package.error()));
  inference::EngineOptions picture_options = options;
  picture_options.batch = 1;
  picture_options.input = inference::InputForm::kPicture;
  auto engine = inference::open_engine(*package, picture_options);
  if (!engine) return std::unexpected(std::move(engine.error()));
  return with_engine(std::move(*package), std::move(*engine));
}

Result<std::unique_ptr<Embedder>> Embedder::with_engine(inference::ModelPackage package,
                                                        std::unique_ptr<inference::Engine> engine) {
  if (package.task != inference::Task::kEmbed) {
    return fail(VisionError::kTask,
                fmt::format("{}: is for task \"{}\"; give an embedder's package, task \"embed\"",
                            package.name, inference::name_of(package.task)));
  }
  if (auto fits = check_picture_input(package, *engine); !fits) {
    return std::unexpected(std::move(fits.error()));
  }
  const std::vector<inference::TensorSpec>& outputs = engine->outputs();
  const Size input{package.input.width, package.input.height};
  const bool vector =
      inference::match_head(inference::HeadFamily::kNone, input.width, input.height, outputs) &&
      outputs[0].type == inference::ElementType::kF32;
  if (!vector) {
    return fail(VisionError::kOutputShape,
                fmt::format("{}: the engine does not give one f32 vector for a picture. Compile "
                            "the model again",
                            package.name));
  }
  return std::make_unique<Embedder>(Checked{}, std::move(package), std::move(engine));
}

Embedder::Embedder(Checked, inference::ModelPackage package,
                   std::unique_ptr<inference::Engine> engine)
    : package_(std::move(package)),
      engine_(std::move(engine)),
      requests_(*engine_),
      dimensions_(static_cast<std::size_t>(engine_->outputs()[0].shape[1])) {}

Result<void> Embedder::submit_region(const media::Frame& frame, const Region& region) {
  const auto input = engine_->input(requests_.next(), 0).as<std::uint8_t>();
  shrink_and_letterbox(frame, region, package_.input, input);
  return requests_.start();
}

Result<void> Embedder::submit(const media::Frame& frame, const Box& item) {
  const Region region = crop_of(item, {frame.width, frame.height});
  if (region.width <= 0 || region.height <= 0) {
    return fail(
        VisionError::kRegion,
        fmt::format("a box from {:.1f},{:.1f} to {:.1f},{:.1f} shows nothing of a {}x{} "
                    "picture",
                    item.left, item.top, item.right, item.bottom, frame.width, frame.height));
  }
  return submit_region(frame, region);
}

Result<void> Embedder::submit_whole(const media::Frame& picture) {
  return submit_region(picture, whole_of(picture));
}

Result<Embedding> Embedder::collect() {
  const auto request = requests_.finish();
  if (!request) return std::unexpected(request.error());
  const inference::TensorView output = engine_->output(*request, 0);
  const std::span<const float> values = output.as<float>();
  if (values.size() != dimensions_) {
    return fail(VisionError::kOutputShape, fmt::format("{}: gave {} values in place of {}",
                                                       package_.name, values.size(), dimensions_));
  }
  const double length = std::sqrt(dot(values, values));
  if (!(length > kLengthMin) || !std::isfinite(length)) {
    return fail(VisionError::kEmbedding,
                fmt::format("{}: gave a vector without direction for a picture", package_.name));
  }
  Embedding embedding(values.begin(), values.end());
  for (float& value : embedding) value = static_cast<float>(static_cast<double>(value) / length);
  return embedding;
}

Result<std::vector<Embedding>> Embedder::embed(const media::Frame& frame,
                                               std::span<const Box> items) {
  TALLY_ASSERT(in_flight() == 0);
  std::vector<Embedding> embeddings;
  embeddings.reserve(items.size());
  Result<void> state;
  std::size_t next = 0;
  while (in_flight() > 0 || (state && next < items.size())) {
    if (state && next < items.size() && in_flight() < capacity()) {
      state = submit(frame, items[next++]);
      continue;
    }
    auto embedding = collect();
    if (!embedding && state) state = std::unexpected(std::move(embedding.error()));
    if (state) embeddings.push_back(std::move(*embedding));
  }
  if (!state) return std::unexpected(std::move(state.error()));
  return embeddings;
}

Result<Embedding> Embedder::embed_whole(const media::Frame& picture) {
  TALLY_ASSERT(in_flight() == 0);
  if (auto submitted = submit_whole(picture); !submitted) {
    return std::unexpected(std::move(submitted.error()));
  }
  return collect();
}

}  // namespace tally::vision
