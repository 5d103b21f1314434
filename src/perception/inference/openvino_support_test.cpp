#include "perception/inference/openvino_support.hpp"

#include <gtest/gtest.h>
#include <openvino/op/add.hpp>
#include <openvino/op/avg_pool.hpp>
#include <openvino/op/concat.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/op/reshape.hpp>

#include <numeric>

#include "perception/inference/head_shape.hpp"

namespace tally::inference::openvino {
namespace {

std::shared_ptr<ov::Node> shaped(const ov::Output<ov::Node>& input, std::vector<std::int64_t> to) {
  return std::make_shared<ov::op::v1::Reshape>(
      input, ov::op::v0::Constant::create(ov::element::i64, ov::Shape{to.size()}, to), true);
}

// As exporters write YOLOv8: grids flattened to their cells, split by channels, and to each cell a
// number of its own added, all for 64x64 pictures.
std::shared_ptr<ov::Model> head_of_64(const ov::Dimension& batch) {
  const auto input =
      std::make_shared<ov::op::v0::Parameter>(ov::element::f32, ov::PartialShape{batch, 3, 64, 64});
  ov::OutputVector grids;
  for (const int stride : kHeadStrides) {
    const auto side = static_cast<std::size_t>(stride);
    const auto cells =
        std::make_shared<ov::op::v1::AvgPool>(input, ov::Strides{side, side}, ov::Shape{0, 0},
                                              ov::Shape{0, 0}, ov::Shape{side, side}, true);
    grids.push_back(shaped(cells, {0, 3, (64 / stride) * (64 / stride)}));
  }
  const auto all = std::make_shared<ov::op::v0::Concat>(grids, 2);
  std::vector<float> places(84);
  std::iota(places.begin(), places.end(), 1000.0F);
  const auto placed = std::make_shared<ov::op::v1::Add>(
      shaped(all, {0, 3, 1, 84}),
      ov::op::v0::Constant::create(ov::element::f32, ov::Shape{1, 1, 84}, places));
  return std::make_shared<ov::Model>(ov::ResultVector{std::make_shared<ov::op::v0::Result>(placed)},
                                     ov::ParameterVector{input});
}

// Channel c of pixel (x, y).
float pixel(std::size_t c, std::size_t y, std::size_t x) {
  return static_cast<float>((c * 7 + y * 13 + x * 5) % 101);
}

std::vector<float> answer(const std::shared_ptr<ov::Model>& model, std::size_t height,
                          std::size_t width) {
  ov::Tensor picture(ov::element::f32, {1, 3, height, width});
  auto* values = picture.data<float>();
  for (std::size_t i = 0; i < picture.get_size(); ++i) {
    values[i] = pixel(i / (width * height), i / width % height, i % width);
  }
  auto request = core()
                     .compile_model(model, "CPU", ov::hint::inference_precision(ov::element::f32))
                     .create_infer_request();
  request.set_input_tensor(picture);
  request.infer();
  const ov::Tensor out = request.get_output_tensor();
  return {out.data<float>(), out.data<float>() + out.get_size()};
}

// Cell by cell what the whole picture's top left corner gives, places included.
TEST(OpenvinoReshape, ASmallerPicturesHeadIsTheCornerOfTheLargerOnes) {
  for (const ov::Dimension& batch : {ov::Dimension(1), ov::Dimension::dynamic()}) {
    const std::vector<float> whole = answer(head_of_64(batch), 64, 64);
    const auto model = head_of_64(batch);
    reshape(*model, {batch, 3, 32, 64});
    EXPECT_EQ(model->output().get_partial_shape(), (ov::PartialShape{batch, 3, 1, 42}));
    const std::vector<float> half = answer(model, 32, 64);
    ASSERT_EQ(half.size(), 3U * 42);
    // Upper halves of the grids of 8x8, 4x4 and 2x2 cells.
    std::vector<std::size_t> cells(42);
    for (std::size_t i = 0; i < 32; ++i) cells[i] = i;
    for (std::size_t i = 0; i < 8; ++i) cells[32 + i] = 64 + i;
    for (std::size_t i = 0; i < 2; ++i) cells[40 + i] = 80 + i;
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t i = 0; i < 42; ++i) {
        EXPECT_FLOAT_EQ(half[c * 42 + i], whole[c * 84 + cells[i]]) << c << " " << i;
      }
    }
  }
}

TEST(OpenvinoReshape, RefusesALargerPictureThanThePlacesAreOf) {
  const auto model = head_of_64(1);
  EXPECT_THROW(reshape(*model, {1, 3, 96, 64}), ov::Exception);
}

TEST(OpenvinoReshape, LeavesAGraphOfTheSameSizeAsItIs) {
  const auto model = head_of_64(ov::Dimension::dynamic());
  reshape(*model, {2, 3, 64, 64});
  EXPECT_EQ(model->output().get_partial_shape(), (ov::PartialShape{2, 3, 1, 84}));
}

}  // namespace
}  // namespace tally::inference::openvino
