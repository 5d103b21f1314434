#include "perception/inference/tensor.hpp"

#include <gtest/gtest.h>

namespace tally::inference {
namespace {

TEST(Tensor, CountsAndWritesShapes) {
  EXPECT_EQ(element_count({2, 3, 4}), 24);
  EXPECT_EQ(element_count({}), 1);
  EXPECT_EQ(to_string(Shape{1, 3, 640, 640}), "[1,3,640,640]");
  EXPECT_EQ(to_string(Shape{kDynamic, 3}), "[-1,3]");
}

TEST(Tensor, ViewsAreTyped) {
  const std::array<float, 2> values{1.5F, -2.0F};
  const TensorView view{ElementType::kF32, {2}, std::as_bytes(std::span(values))};
  EXPECT_EQ(view.as<float>()[1], -2.0F);
  EXPECT_EQ(view.as<float>().size(), 2U);
  EXPECT_EQ(size_of(ElementType::kF16), 2U);
  EXPECT_EQ(name_of(ElementType::kI64), "i64");
}

TEST(TensorDeathTest, ADynamicShapeHasNoCount) {
  EXPECT_DEATH(static_cast<void>(element_count({kDynamic, 3})), "assertion failed");
}

}  // namespace
}  // namespace tally::inference
