// Float tensors that tests own and fill.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

#include "perception/inference/tensor.hpp"

namespace tally::vision::testing {

struct Tensor {
  explicit Tensor(inference::Shape of)
      : shape(std::move(of)),
        values(static_cast<std::size_t>(inference::element_count(shape)), 0.0F) {}

  float& at(std::initializer_list<std::int64_t> index) {
    std::int64_t flat = 0;
    std::size_t axis = 0;
    for (const std::int64_t i : index) flat = flat * shape[axis++] + i;
    return values[static_cast<std::size_t>(flat)];
  }

  inference::Shape shape;
  std::vector<float> values;
};

inline std::vector<inference::TensorSpec> specs_of(const std::vector<Tensor>& tensors) {
  std::vector<inference::TensorSpec> specs;
  for (const Tensor& tensor : tensors) {
    specs.push_back({"output", inference::ElementType::kF32, tensor.shape});
  }
  return specs;
}

inline std::vector<inference::TensorView> views_of(const std::vector<Tensor>& tensors) {
  std::vector<inference::TensorView> views;
  for (const Tensor& tensor : tensors) {
    views.push_back(
        {inference::ElementType::kF32, tensor.shape, std::as_bytes(std::span(tensor.values))});
  }
  return views;
}

}  // namespace tally::vision::testing
