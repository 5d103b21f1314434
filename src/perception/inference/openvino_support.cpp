#include "perception/inference/openvino_support.hpp"

#include <fmt/format.h>
#include <openvino/frontend/manager.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/op/reshape.hpp>

#include <algorithm>
#include <cstdlib>

namespace tally::inference::openvino {
namespace {

struct Runtime {
  ov::Core core;
  ov::frontend::FrontEndManager front_ends;
};

// Under sanitizers TBB must not isolate the libraries it loads. OpenVINO keeps a few bytes per
// thread for the life of the process, which count as leaks only there.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
const bool kSanitizersKnown = ::setenv("TBB_ENABLE_SANITIZERS", "1", 0) == 0;
#endif

// Never destroyed: at exit the plugins it has loaded may be gone before it.
Runtime& runtime() {
  static Runtime* const kept = std::make_unique<Runtime>().release();
  return *kept;
}

// Exporters write how many cells a head has into the shape that flattens it: [B, C, H, W] to
// [B, C, H * W]. Left open, it follows the picture.
void open_flattenings(ov::Model& model) {
  for (const auto& node : model.get_ordered_ops()) {
    const auto reshape = ov::as_type_ptr<ov::op::v1::Reshape>(node);
    if (!reshape || reshape->get_input_partial_shape(0).is_dynamic()) continue;
    const auto pattern =
        ov::as_type_ptr<ov::op::v0::Constant>(reshape->get_input_node_shared_ptr(1));
    if (!pattern) continue;
    const ov::Shape from = reshape->get_input_shape(0);
    auto into = pattern->cast_vector<std::int64_t>();
    if (from.size() != 4 || into.size() != 3) continue;
    if (into[2] != static_cast<std::int64_t>(from[2] * from[3])) continue;
    into[2] = -1;
    reshape->input(1).replace_source_output(
        ov::op::v0::Constant::create(ov::element::i64, ov::Shape{into.size()}, into));
  }
}

}  // namespace
}  // namespace tally::inference::openvino

#if __has_feature(address_sanitizer)
extern "C" const char* __lsan_default_suppressions();   // NOLINT: the sanitizer's name for it.
extern "C" const char* __lsan_default_suppressions() {  // NOLINT
  return "leak:libopenvino\nleak:libtbb\n";
}
#endif

namespace tally::inference::openvino {

ov::Core& core() { return runtime().core; }

// Core::read_model would offer an unreadable file to every front end it has, each of which
// complains in its own way on standard error.
std::shared_ptr<ov::Model> read_model(const std::filesystem::path& path) {
  const auto front_end =
      runtime().front_ends.load_by_framework(path.extension() == ".xml" ? "ir" : "onnx");
  OPENVINO_ASSERT(front_end, "OpenVINO's front end for ", path.extension().string(), " is missing");
  const auto loaded = front_end->load(path.string());
  OPENVINO_ASSERT(loaded, "not a model in this format");
  const auto model = front_end->convert(loaded);
  // Protobuf takes nothing, or bytes of fields it does not know, for a model with nothing in it.
  OPENVINO_ASSERT(!model->inputs().empty() && !model->outputs().empty(), "there is no graph in it");
  return model;
}

void reshape(ov::Model& model, const std::vector<ov::Dimension>& input) {
  open_flattenings(model);
  model.reshape(ov::PartialShape(input));
}

std::string readable(std::string_view what) {
  std::string result;
  while (!what.empty()) {
    const std::size_t end = std::min(what.find('\n'), what.size());
    std::string_view line = what.substr(0, end);
    what.remove_prefix(std::min(end + 1, what.size()));
    const std::size_t first = line.find_first_not_of(" \t\r");
    line.remove_prefix(first == std::string_view::npos ? line.size() : first);
    const bool position = line.starts_with("Exception from ") ||
                          (line.starts_with("Check '") && line.contains(" failed at "));
    if (line.empty() || position) continue;
    if (!result.empty()) result += result.back() == ':' ? " " : "; ";
    result += line;
  }
  if (result.empty()) result = "no reason given";
  constexpr std::size_t kBytesMax = 500;
  if (result.size() > kBytesMax) result = result.substr(0, kBytesMax - 3) + "...";
  return result;
}

std::optional<ElementType> element_type_of(const ov::element::Type& type) {
  if (type == ov::element::u8) return ElementType::kU8;
  if (type == ov::element::i32) return ElementType::kI32;
  if (type == ov::element::i64) return ElementType::kI64;
  if (type == ov::element::f16) return ElementType::kF16;
  if (type == ov::element::f32) return ElementType::kF32;
  return std::nullopt;
}

std::string version() {
  const std::string_view build = ov::get_openvino_version().buildNumber;
  return std::string(build.substr(0, build.find('-')));
}

}  // namespace tally::inference::openvino
