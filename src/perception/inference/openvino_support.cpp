#include "perception/inference/openvino_support.hpp"

#include <fmt/format.h>
#include <openvino/frontend/manager.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/op/gather.hpp>
#include <openvino/op/reshape.hpp>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "perception/inference/head_shape.hpp"

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

// Width and height of the picture that a graph takes, by where its three channels are.
std::pair<std::int64_t, std::int64_t> picture_of(const ov::PartialShape& input) {
  const bool channels_first = input[1].is_static() && input[1].get_length() == 3;
  const auto side = [&](std::size_t axis) {
    return input[axis].is_static() ? input[axis].get_length() : std::int64_t{0};
  };
  return channels_first ? std::pair(side(3), side(2)) : std::pair(side(2), side(1));
}

// The cells of a detection head's grids, coarser from grid to grid, row by row.
std::int64_t cells_of(std::pair<std::int64_t, std::int64_t> picture) {
  std::int64_t cells = 0;
  for (const std::int64_t stride : kHeadStrides) {
    cells += (picture.first / stride) * (picture.second / stride);
  }
  return cells;
}

// Exporters write how many cells a head has into the shapes that flatten and split it: [B, C, H, W]
// to [B, C, H * W], or [B, C * K, N] to [B, C, K, N]. Left open, it follows the picture.
void open_shapes(ov::Model& model, std::int64_t cells) {
  for (const auto& node : model.get_ordered_ops()) {
    const auto reshape = ov::as_type_ptr<ov::op::v1::Reshape>(node);
    if (!reshape) continue;
    const auto pattern =
        ov::as_type_ptr<ov::op::v0::Constant>(reshape->get_input_node_shared_ptr(1));
    const ov::PartialShape from = reshape->get_input_partial_shape(0);
    if (!pattern || from.rank().is_dynamic()) continue;
    auto into = pattern->cast_vector<std::int64_t>();
    if (into.size() < 3 || std::ranges::find(into, -1) != into.end()) continue;
    const bool flattens = from.size() == 4 && into.size() == 3 && from[2].is_static() &&
                          from[3].is_static() &&
                          into[2] == from[2].get_length() * from[3].get_length();
    if (!flattens && into.back() != cells) continue;
    into.back() = -1;
    reshape->input(1).replace_source_output(
        ov::op::v0::Constant::create(ov::element::i64, ov::Shape{into.size()}, into));
  }
}

// Which cells of a picture's grids those of a smaller picture's are, its top left corner.
std::vector<std::int64_t> cells_left(std::pair<std::int64_t, std::int64_t> from,
                                     std::pair<std::int64_t, std::int64_t> into) {
  std::vector<std::int64_t> cells;
  std::int64_t first = 0;
  for (const std::int64_t stride : kHeadStrides) {
    const std::int64_t columns = from.first / stride;
    for (std::int64_t row = 0; row < into.second / stride; ++row) {
      for (std::int64_t column = 0; column < into.first / stride; ++column) {
        cells.push_back(first + row * columns + column);
      }
    }
    first += columns * (from.second / stride);
  }
  return cells;
}

// Exporters also write each cell's place and stride into the graph, as constants of one value a
// cell. Those of a smaller picture are among them.
// Returns whether there were any.
bool cut_places(ov::Model& model, std::int64_t cells, const std::vector<std::int64_t>& left) {
  bool any = false;
  for (const auto& node : model.get_ordered_ops()) {
    const auto places = ov::as_type_ptr<ov::op::v0::Constant>(node);
    if (!places || !places->get_element_type().is_real()) continue;
    const ov::Shape& shape = places->get_shape();
    const auto axis = std::ranges::find(shape, static_cast<std::size_t>(cells));
    if (axis == shape.end()) continue;
    const auto users = places->output(0).get_target_inputs();
    const auto kept = std::make_shared<ov::op::v8::Gather>(
        places, ov::op::v0::Constant::create(ov::element::i64, ov::Shape{left.size()}, left),
        ov::op::v0::Constant::create(ov::element::i64, ov::Shape{}, {axis - shape.begin()}));
    for (auto user : users) user.replace_source_output(kept);
    any = true;
  }
  return any;
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
  const ov::PartialShape before = model.input().get_partial_shape();
  const ov::PartialShape after(input);
  if (before.rank().is_static() && before.size() == 4 && after.size() == 4) {
    const auto from = picture_of(before);
    const auto into = picture_of(after);
    if (from != into && into.first > 0 && into.second > 0) {
      const std::int64_t cells = cells_of(from);
      open_shapes(model, cells);
      const bool smaller = into.first <= from.first && into.second <= from.second;
      if (smaller && cut_places(model, cells, cells_left(from, into))) {
        // Model::reshape() would first look at the graph as it is, half of one size, half of the
        // other.
        model.get_parameters().front()->set_partial_shape(after);
        model.validate_nodes_and_infer_types();
        return;
      }
    }
  }
  model.reshape(after);
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
