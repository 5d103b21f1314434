#include "perception/inference/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>

#include "base/digest.hpp"
#include "base/toml_text.hpp"
#include "perception/inference/head_shape.hpp"
#include "perception/inference/strict_table.hpp"

namespace tally::inference {
namespace {

using ElementTypes = std::initializer_list<ElementType>;
constexpr ElementTypes kFloatTypes{ElementType::kF32, ElementType::kF16};
// A NEFF's types are its tensors' at run time: nothing converts them but the engine's own input.
constexpr ElementTypes kNeuronInputTypes{ElementType::kF32, ElementType::kU8};
constexpr ElementTypes kNeuronOutputTypes{ElementType::kF32};

TensorSpec read_tensor(StrictTable& table, ElementTypes types) {
  TensorSpec tensor;
  tensor.name = table.text("name", kNameBytesMax);
  tensor.type = table.choice("type", types);
  const toml::array* shape = table.array("shape", 1, kDimensionsMax);
  if (shape == nullptr) return tensor;
  std::int64_t elements = 1;
  for (const toml::node& node : *shape) {
    const std::int64_t min = tensor.shape.empty() ? kDynamic : 1;
    std::int64_t dimension = table.integer_of(node, "shape", min, kElementsMax);
    if (dimension == 0) {
      table.mistake(PackageError::kSyntax, node.source(), "'shape' has a dimension of 0");
      dimension = 1;
    }
    if (!tensor.shape.empty()) elements *= dimension;
    if (elements > kElementsMax) {
      table.mistake(PackageError::kSyntax, node.source(), "'shape' has more than {} elements",
                    kElementsMax);
      elements = 1;
    }
    tensor.shape.push_back(dimension);
  }
  return tensor;
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name != kManifestFile &&
         name.find_first_of("/\\") == std::string_view::npos;
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void read_input(StrictTable& root, Context& context, ElementTypes types, InputSpec& input) {
  const toml::table* table = root.table("input");
  if (table == nullptr) return;
  StrictTable reader(*table, "input.", context);
  input.tensor = read_tensor(reader, types);
  input.layout = reader.choice("layout", {TensorLayout::kNchw, TensorLayout::kNhwc});
  input.color = reader.choice("color", {ColorOrder::kRgb, ColorOrder::kBgr});
  input.placement =
      reader.choice("letterbox", {LetterboxPlacement::kCenter, LetterboxPlacement::kTopLeft});
  input.pad_value = static_cast<std::uint8_t>(reader.integer("pad", 0, 255));
  input.scale = reader.number("scale", 1e-6, 1e3);
  reader.finish();
  if (context.error) return;
  const Shape& shape = input.tensor.shape;
  const std::size_t channels = input.layout == TensorLayout::kNchw ? 1 : 3;
  if (shape.size() != 4 || shape[channels] != 3) {
    return reader.mistake(PackageError::kInconsistent, table->source(),
                          "the input is {} {}; a picture has four dimensions and three channels",
                          name_of(input.layout), to_string(shape));
  }
  const std::int64_t height = shape[channels == 1 ? 2 : 1];
  const std::int64_t width = shape[channels == 1 ? 3 : 2];
  for (const std::int64_t side : {width, height}) {
    if (side >= kPictureSideMin && side <= kPictureSideMax && side % 32 == 0) continue;
    return reader.mistake(PackageError::kInconsistent, table->source(),
                          "the input picture is {}x{}; sides must be multiples of 32 from {} to {}",
                          width, height, kPictureSideMin, kPictureSideMax);
  }
  input.width = static_cast<int>(width);
  input.height = static_cast<int>(height);
}

void read_outputs(StrictTable& root, Context& context, ElementTypes types,
                  std::vector<TensorSpec>& outputs) {
  const toml::array* items = root.array("output", 1, kOutputsMax);
  if (items == nullptr) return;
  for (const toml::node& item : *items) {
    const toml::table* table = item.as_table();
    if (table == nullptr) {
      return root.mistake(PackageError::kSyntax, item.source(), "'output' must be [[output]]");
    }
    StrictTable reader(*table, "output.", context);
    outputs.push_back(read_tensor(reader, types));
    reader.finish();
  }
}

void read_classes(StrictTable& root, Context& context, ModelPackage& package) {
  if (const toml::table* table = root.table("classes")) {
    StrictTable classes(*table, "classes.", context);
    package.class_names = classes.texts("names", 1, kClassesMax);
    classes.finish();
  }
  if (const toml::table* table = root.table("thresholds")) {
    StrictTable thresholds(*table, "thresholds.", context);
    package.thresholds.score = thresholds.number("score", 0, 1);
    package.thresholds.iou = thresholds.number("iou", 0, 1);
    thresholds.finish();
  }
}

void read_golden(StrictTable& root, Context& context, Golden& golden) {
  const toml::table* table = root.table("golden");
  if (table == nullptr) return;
  StrictTable reader(*table, "golden.", context);
  golden.input_file = reader.text("input", kNameBytesMax);
  golden.output_files = reader.texts("outputs", 1, kOutputsMax);
  if (const toml::array* steps = reader.array("output_steps", 1, kOutputsMax)) {
    for (const toml::node& step : *steps) {
      golden.output_steps.push_back(reader.integer_of(step, "output_steps", 1, kElementsMax));
    }
  }
  golden.tolerance = reader.number("tolerance", 0, 1e3);
  reader.finish();
}

void read_verified(StrictTable& root, Context& context, ModelPackage& package) {
  if (!root.has("verified")) return;
  const toml::table* table = root.table("verified");
  if (table == nullptr) return;
  StrictTable reader(*table, "verified.", context);
  Verified verified;
  verified.against = reader.text("against", kNameBytesMax);
  if (!is_sha256(verified.against)) {
    reader.mistake(PackageError::kSyntax, table->source(),
                   "'verified.against' must be a SHA-256, 64 lower-case hexadecimal digits");
  }
  verified.pictures = reader.integer("pictures", 1, kElementsMax);
  if (has_classes(package.task)) {
    verified.agreement = reader.number("agreement", 0, 1);
    verified.iou = reader.number("iou", 0, 1);
    verified.score_difference = reader.number("score_difference", 0, 1);
    if (reader.has("ap50")) {
      verified.ap50 = reader.number("ap50", 0, 1);
      verified.ap50_fp32 = reader.number("ap50_fp32", 0, 1);
    }
  } else {
    verified.agreement = reader.number("cosine", -1, 1);
    verified.cosine_least = reader.number("cosine_least", -1, 1);
  }
  reader.finish();
  package.verified = verified;
}

void read_files(StrictTable& root, Context& context, std::vector<PackagedFile>& files) {
  const toml::table* table = root.table("files");
  if (table == nullptr) return;
  StrictTable reader(*table, "files.", context);
  if (table->size() > kFilesMax) {
    return reader.mistake(PackageError::kSyntax, table->source(),
                          "{} files; at most {} are allowed", table->size(), kFilesMax);
  }
  for (const auto& [key, node] : *table) {
    const std::string name(key.str());
    const std::string digest = reader.text_of(node, name, kNameBytesMax);
    if (!is_plain_name(name) || !text_problem(name, kNameBytesMax).empty()) {
      reader.mistake(PackageError::kSyntax, key.source(), "'{}' can't name a file of a package",
                     name);
    }
    if (!is_sha256(digest)) {
      reader.mistake(PackageError::kSyntax, node.source(),
                     "'files.{}' must be a SHA-256, 64 lower-case hexadecimal digits", name);
    }
    files.push_back({name, digest});
  }
}

// What a NEFF has fixed must be said, and its u8 input is the picture itself.
std::string neuron_inconsistency(const InputSpec& input) {
  if (input.tensor.shape[0] == kDynamic) {
    return "a graph for target \"neuron\" has a fixed batch; input.shape begins with -1";
  }
  const bool picture =
      input.layout == TensorLayout::kNhwc && input.color == ColorOrder::kRgb && input.scale == 1.0F;
  if (input.tensor.type == ElementType::kU8 && !picture) {
    return "a u8 input must be the picture as it is: layout \"nhwc\", color \"rgb\", scale 1";
  }
  return "";
}

// What can only be judged over several tables; reported at the start of the text.
std::string inconsistency(const ModelPackage& package) {
  if (has_classes(package.task)) {
    const std::string problem = names_problem(package.class_names);
    if (!problem.empty()) return fmt::format("classes.names: {}", problem);
  }
  const InputSpec& input = package.input;
  const auto shape = match_head(package.head, input.width, input.height, package.outputs);
  if (!shape) {
    std::string seen;
    for (const TensorSpec& output : package.outputs) seen += " " + to_string(output.shape);
    return fmt::format("outputs{} are not those of head \"{}\" at {}x{}, {}", seen,
                       name_of(package.head), input.width, input.height,
                       expected_outputs(package.head, input.width, input.height));
  }
  if (shape->classes != 0 &&
      package.class_names.size() != static_cast<std::size_t>(shape->classes)) {
    return fmt::format("{} class names, but the head has {} classes", package.class_names.size(),
                       shape->classes);
  }
  if (package.task != task_of(package.head)) {
    return fmt::format("task \"{}\" does not fit head \"{}\"", name_of(package.task),
                       name_of(package.head));
  }
  for (const TensorSpec& output : package.outputs) {
    if (output.shape[0] != input.tensor.shape[0]) {
      return fmt::format("output {} has batch {}, the input {}", output.name, output.shape[0],
                         input.tensor.shape[0]);
    }
  }
  if (package.target == Target::kNeuron) {
    if (std::string problem = neuron_inconsistency(input); !problem.empty()) return problem;
  }
  const Golden& golden = package.golden;
  if (golden.output_files.size() != package.outputs.size() ||
      golden.output_steps.size() != package.outputs.size()) {
    return "golden.outputs and golden.output_steps must have one item for each [[output]]";
  }
  std::vector<std::string> needed{package.graph_file, golden.input_file};
  needed.insert(needed.end(), golden.output_files.begin(), golden.output_files.end());
  for (const std::string& name : needed) {
    if (std::ranges::find(package.files, name, &PackagedFile::name) != package.files.end())
      continue;
    return fmt::format("'{}' is used but not listed in [files]", name);
  }
  return "";
}

ModelPackage read_root(const toml::table& root, Context& context) {
  ModelPackage package;
  StrictTable reader(root, "", context);
  const toml::node* format = reader.required("format");
  if (format != nullptr && format->as_integer() != nullptr &&
      format->as_integer()->get() != kManifestFormat) {
    reader.mistake(PackageError::kVersion, format->source(),
                   "format {} is not {}, the one this tally reads; compile the model again",
                   format->as_integer()->get(), kManifestFormat);
    return package;
  }
  if (format != nullptr) reader.integer_of(*format, "format", kManifestFormat, kManifestFormat);
  package.name = reader.text("name", kNameBytesMax);
  package.source = reader.text("source", kTextBytesMax);
  package.licence = reader.text("licence", kTextBytesMax);
  package.task = reader.choice("task", {Task::kDetect, Task::kSegment, Task::kEmbed});
  package.head =
      reader.choice("head", {HeadFamily::kYolov5, HeadFamily::kYolov8, HeadFamily::kYolov8Seg,
                             HeadFamily::kEndToEnd, HeadFamily::kYolox, HeadFamily::kNone});
  package.graph_file = reader.text("graph", kNameBytesMax);
  if (reader.has("target")) {
    package.target = reader.choice("target", {Target::kCpu, Target::kNeuron});
  }
  const bool neuron = package.target == Target::kNeuron;
  if (neuron) {
    package.precision = reader.choice(
        "precision", {Precision::kFp32, Precision::kBf16, Precision::kFp16, Precision::kFp8});
  } else if (reader.has("precision")) {
    package.precision = reader.choice(
        "precision", {Precision::kFp32, Precision::kBf16, Precision::kFp16, Precision::kInt8});
  }
  read_input(reader, context, neuron ? kNeuronInputTypes : kFloatTypes, package.input);
  read_outputs(reader, context, neuron ? kNeuronOutputTypes : kFloatTypes, package.outputs);
  if (has_classes(package.task)) read_classes(reader, context, package);
  read_golden(reader, context, package.golden);
  read_verified(reader, context, package);
  read_files(reader, context, package.files);
  reader.finish();
  return package;
}

}  // namespace

Result<ModelPackage> parse_manifest(std::string_view text, std::string_view where) {
  if (text.size() > kManifestBytesMax) {
    return fail(PackageError::kSyntax,
                fmt::format("{}: larger than {} bytes", where, kManifestBytesMax));
  }
  const auto parsed = read_toml(text);
  if (!parsed) {
    const TomlProblem& problem = parsed.error();
    return fail(PackageError::kSyntax, fmt::format("{}:{}:{}: not TOML: {}", where, problem.line,
                                                   problem.column, problem.what));
  }
  Context context{where, std::nullopt};
  ModelPackage package = read_root(*parsed, context);
  if (context.error) return std::unexpected(std::move(*context.error));
  if (const std::string problem = inconsistency(package); !problem.empty()) {
    return fail(PackageError::kInconsistent, fmt::format("{}:1:1: {}", where, problem));
  }
  package.sha256 = sha256_hex(text);
  return package;
}

}  // namespace tally::inference
