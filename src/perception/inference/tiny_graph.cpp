#include "perception/inference/tiny_graph.hpp"

#include <openvino/op/constant.hpp>
#include <openvino/op/matmul.hpp>
#include <openvino/op/normalize_l2.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/reduce_mean.hpp>
#include <openvino/op/reshape.hpp>
#include <openvino/op/result.hpp>
#include <openvino/op/sigmoid.hpp>
#include <openvino/openvino.hpp>

namespace tally::inference {
namespace {

std::vector<float> weights_of(std::size_t count, float gain) {
  std::vector<float> weights(count);
  for (std::size_t i = 0; i < count; ++i) {
    weights[i] = gain * (static_cast<float>(i * 37 % 101) / 50.0F - 1.0F);
  }
  return weights;
}

ov::Output<ov::Node> head_of(const ov::Output<ov::Node>& mean, const Shape& shape,
                             const TinyGraph& graph) {
  const auto count = static_cast<std::size_t>(element_count(shape));
  const auto weights = ov::op::v0::Constant::create(ov::element::f32, ov::Shape{3, count},
                                                    weights_of(3 * count, graph.gain));
  ov::Output<ov::Node> values = std::make_shared<ov::op::v0::MatMul>(mean, weights);
  if (graph.unit_length) {
    const auto axis = ov::op::v0::Constant::create(ov::element::i64, ov::Shape{1}, {1});
    values = std::make_shared<ov::op::v0::NormalizeL2>(values, axis, 1e-9F, ov::op::EpsMode::MAX);
  } else if (graph.probabilities) {
    values = std::make_shared<ov::op::v0::Sigmoid>(values);
  }
  Shape target{0};
  target.insert(target.end(), shape.begin(), shape.end());
  const auto pattern =
      ov::op::v0::Constant::create(ov::element::i64, ov::Shape{target.size()}, target);
  return std::make_shared<ov::op::v1::Reshape>(values, pattern, true);
}

}  // namespace

void write_tiny_graph(const TinyGraph& graph, const std::filesystem::path& path) {
  const ov::PartialShape shape(std::vector<ov::Dimension>(graph.input.begin(), graph.input.end()));
  const auto input = std::make_shared<ov::op::v0::Parameter>(ov::element::f32, shape);
  input->output(0).set_names({"images"});
  input->set_friendly_name("images");
  const bool channels_first = graph.input.at(1) == 3;
  const auto axes = ov::op::v0::Constant::create(ov::element::i64, ov::Shape{2},
                                                 channels_first ? Shape{2, 3} : Shape{1, 2});
  const auto mean = std::make_shared<ov::op::v1::ReduceMean>(input, axes);
  ov::ResultVector results;
  for (const Shape& output : graph.outputs) {
    const ov::Output<ov::Node> values = head_of(mean, output, graph);
    values.get_tensor().set_names({"output" + std::to_string(results.size())});
    results.push_back(std::make_shared<ov::op::v0::Result>(values));
  }
  const auto model = std::make_shared<ov::Model>(results, ov::ParameterVector{input}, "tiny");
  for (const auto& [key, value] : graph.metadata) model->set_rt_info(value, "framework", key);
  std::filesystem::path weights = path;
  ov::serialize(model, path.string(), weights.replace_extension(".bin").string());
}

}  // namespace tally::inference
