#include "cli/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <system_error>

#include "cli/cli_error.hpp"
#include "perception/cart/look_schedule.hpp"
#include "perception/media/video_reader.hpp"

namespace tally::cli {
namespace fs = std::filesystem;

inference::EngineOptions engine_options(const ModelChoice& choice) {
  inference::EngineOptions options;
  options.threads = choice.threads > 0 ? choice.threads : inference::allowed_cores();
  options.streams =
      choice.streams > 0 ? choice.streams : std::min(options.threads, inference::kStreamsAutoMax);
  return options;
}

Result<void> check_is_package(const fs::path& folder) {
  std::error_code error;
  const std::string extension = folder.extension().string();
  const bool is_graph = extension == ".onnx" || extension == ".xml";
  if (is_graph && fs::is_regular_file(folder, error)) {
    return fail(
        CliError::kUsage,
        fmt::format("{}: a graph, not a model package; make one with: tally compile {} -o {}",
                    folder.string(), folder.string(), folder.stem().string()));
  }
  if (!fs::exists(folder, error)) {
    return fail(inference::PackageError::kNotFound,
                fmt::format("{}: no such model package; 'tally compile' makes one of an ONNX file",
                            folder.string()));
  }
  return {};
}

namespace {

constexpr vision::Size kUsualShape{16, 9};  // Of nearly all videos.

Result<inference::ModelPackage> read_package(const fs::path& folder) {
  if (auto checked = check_is_package(folder); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  return inference::load_package(folder);
}

Result<std::unique_ptr<vision::Detector>> open_detector(inference::ModelPackage package,
                                                        const ModelChoice& choice) {
  return vision::Detector::open(std::move(package), {.engine = engine_options(choice),
                                                     .score = choice.score,
                                                     .iou = choice.iou,
                                                     .picture = choice.picture});
}

vision::Size size_of(const inference::InputSpec& input) { return {input.width, input.height}; }

}  // namespace

Result<std::unique_ptr<vision::Detector>> open_detector(const ModelChoice& choice) {
  auto package = read_package(choice.package);
  if (!package) return std::unexpected(std::move(package.error()));
  return open_detector(std::move(*package), choice);
}

Result<void> DetectorOnDemand::check() {
  if (package_) return {};
  auto package = read_package(choice_.package);
  if (!package) return std::unexpected(std::move(package.error()));
  package_ = std::move(*package);
  return {};
}

Result<void> DetectorOnDemand::open_ahead() {
  if (!detectors_.empty()) return {};
  auto opened = get(kUsualShape);
  if (!opened) return std::unexpected(std::move(opened.error()));
  return {};
}

Result<vision::Detector*> DetectorOnDemand::get(std::optional<vision::Size> source) {
  if (auto checked = check(); !checked) return std::unexpected(std::move(checked.error()));
  vision::Size wanted = choice_.picture.value_or(size_of(package_->input));
  if (source && fits_) {
    const vision::Size fitted = vision::fitted(wanted, *source);
    if (fitted != wanted) {
      auto opened = of_size(fitted);
      if (opened) return opened;
      fits_ = false;
    }
  }
  return of_size(wanted);
}

vision::Detector* DetectorOnDemand::get_small(const vision::Detector& full) {
  const auto size = cart::small_look_size(size_of(full.package().input));
  if (!size || !shrinks_) return nullptr;
  const auto opened = of_size(*size);
  shrinks_ = opened.has_value();
  return shrinks_ ? *opened : nullptr;
}

Result<vision::Detector*> DetectorOnDemand::of_size(vision::Size picture) {
  const auto found = std::ranges::find_if(detectors_, [&](const auto& detector) {
    return size_of(detector->package().input) == picture;
  });
  if (found != detectors_.end()) {
    std::rotate(detectors_.begin(), found, found + 1);
    return detectors_.front().get();
  }
  if (detectors_.size() >= kShapesMax) detectors_.pop_back();
  ModelChoice choice = choice_;
  choice.picture = picture;
  auto opened = open_detector(*package_, choice);
  if (!opened) return std::unexpected(std::move(opened.error()));
  return detectors_.emplace_front(std::move(*opened)).get();
}

std::vector<vision::Size> make_ready(const inference::ModelPackage& package) {
  if (package.target != inference::Target::kCpu) return {};
  const ModelChoice choice{.package = package.folder};
  if (package.task == inference::Task::kEmbed) {
    return open_embedder(choice) ? std::vector{size_of(package.input)}
                                 : std::vector<vision::Size>{};
  }
  std::vector<vision::Size> sizes;
  const auto ready = [&](const vision::Detector* opened) {
    const vision::Size size = size_of(opened->package().input);
    if (std::ranges::find(sizes, size) == sizes.end()) sizes.push_back(size);
  };
  DetectorOnDemand detector(choice);
  const auto own = detector.get(std::nullopt);
  if (!own) return sizes;
  ready(*own);
  const auto usual = detector.get(kUsualShape);
  if (!usual) return sizes;
  ready(*usual);
  if (const auto* small = detector.get_small(**usual)) ready(small);
  return sizes;
}

Result<std::unique_ptr<vision::Embedder>> open_embedder(const ModelChoice& choice) {
  if (auto checked = check_is_package(choice.package); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  return vision::Embedder::open(choice.package, engine_options(choice));
}

fs::path here_or_in_checkout(const fs::path& path) {
  std::error_code error;
  if (fs::exists(path, error)) return path;
  // build/<preset>/tally
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  const fs::path checkout = program.parent_path().parent_path().parent_path();
  return !error && fs::exists(checkout / path, error) ? checkout / path : path;
}

fs::path models_folder() { return here_or_in_checkout("models"); }

fs::path package_or_default(const fs::path& given, std::string_view name) {
  return given.empty() ? here_or_in_checkout(fs::path("models") / name) : given;
}

Result<void> check_exists(const fs::path& video) {
  std::error_code error;
  if (fs::exists(video, error)) return {};
  return fail(media::MediaError::kNotFound, fmt::format("{}: no such file", video.string()));
}

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace tally::cli
