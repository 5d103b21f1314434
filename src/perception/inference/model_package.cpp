#include "perception/inference/model_package.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "base/assert.hpp"
#include "base/digest.hpp"
#include "base/files.hpp"
#include "perception/inference/head_shape.hpp"
#include "perception/inference/manifest.hpp"

namespace tally::inference {
namespace fs = std::filesystem;

ErrorCode code_of(PackageError error) {
  switch (error) {
    case PackageError::kNotFound:
      return {"package.not_found", ErrorKind::kNotFound};
    case PackageError::kSyntax:
      return {"package.syntax", ErrorKind::kFailed};
    case PackageError::kVersion:
      return {"package.version", ErrorKind::kFailed};
    case PackageError::kDigest:
      return {"package.digest", ErrorKind::kFailed};
    case PackageError::kInconsistent:
      return {"package.inconsistent", ErrorKind::kFailed};
    case PackageError::kGolden:
      return {"package.golden", ErrorKind::kFailed};
  }
  std::abort();
}

std::string_view name_of(Task task) {
  switch (task) {
    case Task::kDetect:
      return "detect";
    case Task::kSegment:
      return "segment";
    case Task::kEmbed:
      return "embed";
  }
  std::abort();
}

std::optional<Task> task_named(std::string_view name) {
  for (const Task task : {Task::kDetect, Task::kSegment, Task::kEmbed}) {
    if (name_of(task) == name) return task;
  }
  return std::nullopt;
}

std::string_view name_of(HeadFamily head) {
  switch (head) {
    case HeadFamily::kYolov5:
      return "yolov5";
    case HeadFamily::kYolov8:
      return "yolov8";
    case HeadFamily::kYolov8Seg:
      return "yolov8-seg";
    case HeadFamily::kEndToEnd:
      return "end-to-end";
    case HeadFamily::kYolox:
      return "yolox";
    case HeadFamily::kNone:
      return "none";
  }
  std::abort();
}

std::string_view name_of(Target target) {
  switch (target) {
    case Target::kCpu:
      return "cpu";
    case Target::kNeuron:
      return "neuron";
  }
  std::abort();
}

std::string_view name_of(ColorOrder color) {
  switch (color) {
    case ColorOrder::kRgb:
      return "rgb";
    case ColorOrder::kBgr:
      return "bgr";
  }
  std::abort();
}

std::string_view name_of(TensorLayout layout) {
  switch (layout) {
    case TensorLayout::kNchw:
      return "nchw";
    case TensorLayout::kNhwc:
      return "nhwc";
  }
  std::abort();
}

std::string_view name_of(LetterboxPlacement placement) {
  switch (placement) {
    case LetterboxPlacement::kCenter:
      return "center";
    case LetterboxPlacement::kTopLeft:
      return "top-left";
  }
  std::abort();
}

std::int64_t graph_bytes(const ModelPackage& package) {
  std::int64_t bytes = 0;
  for (const PackagedFile& file : package.files) {
    const std::string& name = file.name;
    const Golden& golden = package.golden;
    const bool of_golden =
        name == golden.input_file ||
        std::ranges::find(golden.output_files, name) != golden.output_files.end();
    if (of_golden) continue;
    std::error_code error;
    const std::uintmax_t size = fs::file_size(package.folder / name, error);
    if (!error) bytes += static_cast<std::int64_t>(size);
  }
  return bytes;
}

namespace {

Result<void> check_digest(const fs::path& folder, const PackagedFile& file) {
  const fs::path path = folder / file.name;
  const Result<std::string> digest = sha256_hex_of_file(path);
  if (!digest) {
    return fail(PackageError::kDigest,
                fmt::format("{}; the package is not complete, copy or compile it again",
                            digest.error().message));
  }
  if (*digest != file.sha256) {
    return fail(PackageError::kDigest,
                fmt::format("{}: is not the file that was packaged (SHA-256 {}, packaged {}); copy "
                            "or compile the package again",
                            path.string(), *digest, file.sha256));
  }
  return {};
}

Result<void> check_size(const fs::path& path, std::int64_t bytes) {
  std::error_code error;
  const auto actual = static_cast<std::int64_t>(fs::file_size(path, error));
  if (!error && actual == bytes) return {};
  return fail(PackageError::kInconsistent,
              fmt::format("{}: has {} bytes, the shapes in {} call for {}", path.string(), actual,
                          kManifestFile, bytes));
}

Result<void> check_golden_sizes(const ModelPackage& package) {
  const InputSpec& input = package.input;
  const Golden& golden = package.golden;
  const std::int64_t picture_bytes = std::int64_t{3} * input.width * input.height;
  if (auto sized = check_size(package.folder / golden.input_file, picture_bytes); !sized)
    return sized;
  for (std::size_t i = 0; i < package.outputs.size(); ++i) {
    Shape item = package.outputs[i].shape;
    item[0] = 1;
    const std::int64_t step = golden.output_steps[i];
    const std::int64_t values = (element_count(item) + step - 1) / step;
    auto sized = check_size(package.folder / golden.output_files[i], values * std::int64_t{4});
    if (!sized) return sized;
  }
  return {};
}

}  // namespace

ModelPackage resized(ModelPackage package, int width, int height) {
  TALLY_ASSERT(width >= kPictureSideMin && height >= kPictureSideMin);
  if (width == package.input.width && height == package.input.height) return package;
  Shape& shape = package.input.tensor.shape;
  const bool channels_first = package.input.layout == TensorLayout::kNchw;
  shape[channels_first ? 2 : 1] = height;
  shape[channels_first ? 3 : 2] = width;
  package.input.width = width;
  package.input.height = height;
  package.resized = true;
  return package;
}

Result<ModelPackage> load_package(const fs::path& folder) {
  const fs::path manifest = folder / kManifestFile;
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    const bool there = fs::exists(folder, error);
    return fail(PackageError::kNotFound,
                fmt::format("{}: {}; a model package is a folder made by tally compile",
                            folder.string(), there ? "is a file" : "no such folder"));
  }
  const Result<std::string> text = read_file(manifest, kManifestBytesMax);
  if (!text && text.error().code.kind == ErrorKind::kNotFound) {
    return fail(PackageError::kNotFound,
                fmt::format("{}: holds no {}; a model package is a folder made by tally compile",
                            folder.string(), kManifestFile));
  }
  if (!text) return std::unexpected(text.error());
  Result<ModelPackage> package = parse_manifest(*text, manifest.string());
  if (!package) return package;
  package->folder = folder;
  for (const PackagedFile& file : package->files) {
    if (auto checked = check_digest(folder, file); !checked) {
      return std::unexpected(checked.error());
    }
  }
  if (auto checked = check_golden_sizes(*package); !checked)
    return std::unexpected(checked.error());
  return package;
}

}  // namespace tally::inference
