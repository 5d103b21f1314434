#include "perception/inference/recognise.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "perception/inference/compile.hpp"
#include "perception/inference/head_shape.hpp"
#include "perception/inference/manifest.hpp"

namespace tally::inference {
namespace {

std::string list_of(const std::vector<TensorSpec>& tensors) {
  std::vector<std::string> texts;
  for (const TensorSpec& tensor : tensors) {
    texts.push_back(
        fmt::format("{} {} {}", tensor.name, name_of(tensor.type), to_string(tensor.shape)));
  }
  return texts.empty() ? "none" : fmt::format("{}", fmt::join(texts, ", "));
}

std::string known_heads(int width, int height) {
  std::vector<std::string> texts;
  for (const HeadFamily family : kHeadFamilies) {
    texts.push_back(fmt::format("{} {}", name_of(family), expected_outputs(family, width, height)));
  }
  return fmt::format("{}", fmt::join(texts, "; "));
}

std::unexpected<Error> refuse(const GraphFacts& facts, std::string_view where,
                              std::string_view why) {
  return fail(CompileError::kUnknownHead,
              fmt::format("{}: no head that tally knows: {}. Seen: input {}; output {}", where, why,
                          list_of(facts.inputs), list_of(facts.outputs)));
}

bool is_float(const TensorSpec& tensor) {
  return tensor.type == ElementType::kF32 || tensor.type == ElementType::kF16;
}

// Why the input is not a picture that tally can give, or "".
std::string picture_problem(const GraphFacts& facts, InputSpec& input) {
  if (facts.inputs.size() != 1) {
    return fmt::format("{} inputs; one picture is expected", facts.inputs.size());
  }
  input.tensor = facts.inputs.front();
  const Shape& shape = input.tensor.shape;
  if (!is_float(input.tensor)) return "the input is not of floats";
  if (shape.size() != 4 || (shape[1] != 3 && shape[3] != 3)) {
    return "the input is not a picture, [B,3,H,W] or [B,H,W,3]";
  }
  input.layout = shape[1] == 3 ? TensorLayout::kNchw : TensorLayout::kNhwc;
  const std::int64_t height = shape[shape[1] == 3 ? 2 : 1];
  const std::int64_t width = shape[shape[1] == 3 ? 3 : 2];
  if (height == kDynamic || width == kDynamic) {
    return "the input's height and width are open; export with a fixed picture size "
           "(Ultralytics: imgsz=640 dynamic=False)";
  }
  for (const std::int64_t side : {height, width}) {
    if (side < kPictureSideMin || side > kPictureSideMax || side % 32 != 0) {
      return fmt::format("the picture is {}x{}; sides must be multiples of 32 from {} to {}", width,
                         height, kPictureSideMin, kPictureSideMax);
    }
  }
  input.width = static_cast<int>(width);
  input.height = static_cast<int>(height);
  return "";
}

std::string batch_problem(const GraphFacts& facts) {
  const std::int64_t batch = facts.inputs.front().shape[0];
  for (const TensorSpec& output : facts.outputs) {
    if (!is_float(output)) return fmt::format("output {} is not of floats", output.name);
    if (output.shape.empty() || output.shape[0] != batch) {
      return fmt::format("output {} does not have the input's batch as dimension 0", output.name);
    }
    if (std::ranges::count(output.shape.begin() + 1, output.shape.end(), kDynamic) != 0) {
      return fmt::format("output {} has open dimensions besides the batch", output.name);
    }
  }
  return "";
}

std::string looks_like(HeadFamily head) {
  return head == HeadFamily::kNone ? "one vector for a picture" : std::string(name_of(head));
}

// Ultralytics says in its metadata what a graph is for; a pose head looks like a detector's
// otherwise.
std::string task_problem(const GraphFacts& facts, std::optional<Task> asked, HeadFamily head) {
  if (asked && *asked != task_of(head)) {
    return fmt::format("task '{}' was asked for, its outputs look like {}", name_of(*asked),
                       looks_like(head));
  }
  const auto task = facts.metadata.find("task");
  if (task == facts.metadata.end() || task->second == name_of(task_of(head))) return "";
  return fmt::format("its metadata says task '{}', its outputs look like {}", task->second,
                     looks_like(head));
}

// Embedders have their scale inside the graph.
void set_preparation(HeadFamily head, InputSpec& input) {
  const bool yolox = head == HeadFamily::kYolox;
  input.color = yolox ? ColorOrder::kBgr : ColorOrder::kRgb;
  input.scale = yolox || head == HeadFamily::kNone ? 1.0F : 1.0F / 255.0F;
  input.placement = yolox ? LetterboxPlacement::kTopLeft : LetterboxPlacement::kCenter;
  input.pad_value = 114;
}

}  // namespace

Result<RecognisedHead> recognise_head(const GraphFacts& facts, std::string_view where,
                                      std::optional<Task> task) {
  RecognisedHead result;
  std::string problem = picture_problem(facts, result.input);
  if (problem.empty()) problem = batch_problem(facts);
  if (!problem.empty()) return refuse(facts, where, problem);
  result.outputs = facts.outputs;
  std::ranges::stable_sort(result.outputs, {}, [](const TensorSpec& t) { return t.shape.size(); });
  const int width = result.input.width;
  const int height = result.input.height;
  for (const HeadFamily family : kHeadFamilies) {
    const auto shape = match_head(family, width, height, result.outputs);
    if (!shape) continue;
    problem = task_problem(facts, task, family);
    if (!problem.empty()) return refuse(facts, where, problem);
    result.head = family;
    result.classes = shape->classes;
    result.task_told = task || facts.metadata.contains("task");
    set_preparation(family, result.input);
    return result;
  }
  return refuse(facts, where,
                fmt::format("the outputs fit none of those for a {}x{} picture ({})", width, height,
                            known_heads(width, height)));
}

}  // namespace tally::inference
