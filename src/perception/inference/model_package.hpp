// A model package: a folder that says everything about a model that using it rightly needs.
//
//   model.toml    what it is: format version, source, licence, task, input, head, classes,
//                 thresholds, SHA-256 of every other file, golden input and output with tolerance
//   model.onnx    the graph, or what was compiled from it for a target (model.neff)
//   golden_*.bin  one input and the outputs it gave, raw little-endian tensors
//
// Loading checks all of it: an unknown key, a missing file, a wrong hash, a class list that does
// not fit the head is an error that names file, line and column. docs/model-package.md describes
// the format.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "perception/inference/engine.hpp"
#include "perception/inference/tensor.hpp"

namespace tally::inference {

enum class PackageError : std::uint8_t {
  kNotFound,      // No such folder, or no model.toml in it.
  kSyntax,        // model.toml is not TOML, or a key is unknown, missing or of the wrong type.
  kVersion,       // Made for another format version.
  kDigest,        // A file is missing or is not the one that was packaged.
  kInconsistent,  // Parts contradict each other: classes and head, shapes and graph.
  kGolden,        // The engine's answer to the golden input is off by more than the tolerance.
};
[[nodiscard]] ErrorCode code_of(PackageError error);

enum class Task : std::uint8_t {
  kDetect,
  kSegment,
  kEmbed,  // One vector for a picture: how it looks, to be compared with others by its direction.
};
// Whether a model of this task tells classes apart, and so has names for them and thresholds.
[[nodiscard]] constexpr bool has_classes(Task task) { return task != Task::kEmbed; }

// How the graph's outputs encode boxes. N is the number of candidates, C of classes, M of mask
// coefficients, D of an embedding's values.
enum class HeadFamily : std::uint8_t {
  kYolov5,     // [B, N, 5+C]: cx cy w h objectness classes, pixels of the input, sigmoid applied.
  kYolov8,     // [B, 4+C, N]: cx cy w h classes; also YOLO11.
  kYolov8Seg,  // [B, 4+C+M, N] and prototypes [B, M, H/4, W/4].
  kEndToEnd,   // [B, K, 6]: left top right bottom score class, NMS done or not needed (YOLOv10,
               // YOLO26).
  kYolox,  // [B, N, 5+C]: raw: add the grid, multiply by the stride, exp of w h; sigmoids applied.
  kNone,   // [B, D]: no boxes; Task::kEmbed.
};

// What the graph was made for. One for CPUs is compiled when an engine opens it; a NEFF, for AWS
// Neuron, has fixed its precision and its batch.
enum class Target : std::uint8_t { kCpu, kNeuron };

enum class ColorOrder : std::uint8_t { kRgb, kBgr };
enum class TensorLayout : std::uint8_t { kNchw, kNhwc };
enum class LetterboxPlacement : std::uint8_t { kCenter, kTopLeft };  // Ultralytics; YOLOX.

// As model.toml spells them.
[[nodiscard]] std::string_view name_of(Task task);            // "detect", "segment", "embed"
[[nodiscard]] std::string_view name_of(HeadFamily head);      // "yolov5", "yolov8", "yolov8-seg",
                                                              // "end-to-end", "yolox", "none"
[[nodiscard]] std::string_view name_of(Target target);        // "cpu", "neuron"
[[nodiscard]] std::string_view name_of(ColorOrder color);     // "rgb", "bgr"
[[nodiscard]] std::string_view name_of(TensorLayout layout);  // "nchw", "nhwc"
[[nodiscard]] std::string_view name_of(LetterboxPlacement placement);  // "center", "top-left"

// The task of that name, if there is one.
[[nodiscard]] std::optional<Task> task_named(std::string_view name);

// How a picture becomes the graph's input: letterbox, colour order, then value * scale.
struct InputSpec {
  TensorSpec tensor;  // As in the graph; dimension 0 may be kDynamic.
  TensorLayout layout = TensorLayout::kNchw;
  ColorOrder color = ColorOrder::kRgb;
  LetterboxPlacement placement = LetterboxPlacement::kCenter;
  std::uint8_t pad_value = 114;
  float scale = 1.0F / 255.0F;  // 1 where the graph wants 0..255.
  int width = 0;                // Of the network's input picture, from the shape.
  int height = 0;
};

struct Thresholds {
  float score = 0.25F;  // Detections below are dropped.
  float iou = 0.45F;    // Class-wise NMS.
};

// The input is a letterboxed picture, u8 [H, W, 3] RGB, before colour order and scale. Of each
// output of that picture every step-th value is kept, f32, counted over the first batch item.
struct Golden {
  std::string input_file;
  std::vector<std::string> output_files;   // In the order of `outputs`.
  std::vector<std::int64_t> output_steps;  // Likewise.
  float tolerance = 0;  // Greatest difference allowed in fp32: absolute up to 1, relative above.
};

// How near the package's answers were to those of the graph in fp32, on the same pictures, when it
// was compiled.
struct Verified {
  std::string against;        // SHA-256 of the graph in fp32.
  std::int64_t pictures = 0;  // At least 1.
  // Of detections at the package's threshold: F1 of being found in both (docs/model-package.md);
  // of embeddings: the mean cosine of those of one picture.
  float agreement = 0;
  float iou = 0;                             // Detectors: mean of boxes found in both.
  float score_difference = 0;                // Detectors: mean of these, absolute.
  float cosine_least = 0;                    // Embedders.
  std::optional<float> ap50 = std::nullopt;  // Detectors, on pictures with labels.
  std::optional<float> ap50_fp32 = std::nullopt;
};

struct PackagedFile {
  std::string name;    // Plain: no folders.
  std::string sha256;  // 64 lower-case hexadecimal digits.
};

struct ModelPackage {
  std::filesystem::path folder;
  std::string name;
  std::string source;   // Where the weights come from, in words.
  std::string licence;  // SPDX identifier or the words of the source.
  Task task = Task::kDetect;
  HeadFamily head = HeadFamily::kYolov8;
  Target target = Target::kCpu;
  // For Neuron: fixed in the graph. For CPUs: kFp32; kFp16, weights are stored so and counted with
  // in fp32; kBf16, the engine is to count in it; kInt8, the graph is quantised.
  Precision precision = Precision::kFp32;
  InputSpec input;
  std::vector<TensorSpec> outputs;
  bool resized = false;  // By resized(): the outputs' shapes follow from the input's.
  std::vector<std::string> class_names;  // The index is the frozen class id; none: has_classes().
  Thresholds thresholds;
  std::string graph_file;  // "model.onnx"
  std::string sha256;      // Of model.toml, which holds the hashes of all else.
  Golden golden;
  std::optional<Verified> verified;
  std::vector<PackagedFile> files;  // All but model.toml, by name.
};

inline constexpr std::string_view kManifestFile = "model.toml";

// The package for pictures of another size, at least kPictureSideMin (head_shape.hpp) on a side; an
// engine reshapes the graph where it can, or says that it can't.
[[nodiscard]] ModelPackage resized(ModelPackage package, int width, int height);

// Bytes of the files that hold the graph and its weights, as they are on the disk.
[[nodiscard]] std::int64_t graph_bytes(const ModelPackage& package);

// Reads and checks a package. Goldens are checked against an engine by check_golden (golden.hpp).
Result<ModelPackage> load_package(const std::filesystem::path& folder);

}  // namespace tally::inference
