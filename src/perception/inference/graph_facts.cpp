#include "perception/inference/graph_facts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "perception/inference/engine.hpp"
#include "perception/inference/openvino_support.hpp"

namespace tally::inference {
namespace {

TensorSpec spec_of(const ov::Output<ov::Node>& port, std::size_t index) {
  TensorSpec spec;
  spec.name = port.get_names().empty() ? fmt::format("#{}", index) : port.get_any_name();
  const auto type = openvino::element_type_of(port.get_element_type());
  OPENVINO_ASSERT(type, "tensor ", spec.name, " has element type ", port.get_element_type(),
                  "; tally handles u8, i32, i64, f16 and f32");
  spec.type = *type;
  const ov::PartialShape& shape = port.get_partial_shape();
  OPENVINO_ASSERT(shape.rank().is_static(), "tensor ", spec.name,
                  " has no fixed number of dimensions");
  for (const ov::Dimension& dimension : shape) {
    spec.shape.push_back(dimension.is_static() ? dimension.get_length() : kDynamic);
  }
  return spec;
}

std::map<std::string, std::string> metadata_of(const ov::Model& model) {
  std::map<std::string, std::string> metadata;
  const auto framework = model.get_rt_info().find("framework");
  if (framework == model.get_rt_info().end()) return metadata;
  // From ONNX it is a map; from IR it is read on first use.
  for (const auto& [key, value] : model.get_rt_info<ov::AnyMap>("framework")) {
    metadata[key] = value.as<std::string>();
  }
  return metadata;
}

// Static and dynamic quantisation both round, and nothing in a float network does.
bool rounds(const ov::Model& model) {
  return std::ranges::any_of(model.get_ops(), [](const std::shared_ptr<ov::Node>& node) {
    const std::string_view type = node->get_type_name();
    return type == "Round" || type == "FakeQuantize";
  });
}

}  // namespace

Result<GraphFacts> read_graph_facts(const std::filesystem::path& path) {
  try {
    static_cast<void>(openvino::core());
  } catch (const std::exception& error) {
    return fail(EngineError::kUnavailable,
                fmt::format("OpenVINO does not start: {}", openvino::readable(error.what())));
  }
  try {
    const auto model = openvino::read_model(path);
    GraphFacts facts;
    for (const auto& port : model->inputs()) {
      facts.inputs.push_back(spec_of(port, facts.inputs.size()));
    }
    for (const auto& port : model->outputs()) {
      facts.outputs.push_back(spec_of(port, facts.outputs.size()));
    }
    facts.metadata = metadata_of(*model);
    facts.quantised = rounds(*model);
    return facts;
  } catch (const std::exception& error) {
    return fail(EngineError::kGraphInvalid,
                fmt::format("{}: not a graph that OpenVINO can read: {}; if the file was copied or "
                            "downloaded, it may be cut short",
                            path.string(), openvino::readable(error.what())));
  }
}

}  // namespace tally::inference
