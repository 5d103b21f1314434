// Tensors as engines take and give them: an element type, a shape, and bytes. No arithmetic.
//
// TensorView and MutableTensorView borrow; row-major, contiguous.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.hpp"

namespace tally::inference {

enum class ElementType : std::uint8_t { kU8, kI32, kI64, kF16, kF32 };
[[nodiscard]] std::size_t size_of(ElementType type);
[[nodiscard]] std::string_view name_of(ElementType type);  // "u8", "i32", "i64", "f16", "f32"

using Shape = std::vector<std::int64_t>;
inline constexpr std::int64_t kDynamic = -1;  // Allowed on dimension 0 only.
[[nodiscard]] std::int64_t element_count(
    const Shape& shape);  // Product; asserts that no dim is dynamic.
[[nodiscard]] std::string to_string(const Shape& shape);  // "[1,3,640,640]"

struct TensorSpec {
  std::string name;
  ElementType type = ElementType::kF32;
  Shape shape;
  friend bool operator==(const TensorSpec&, const TensorSpec&) = default;
};

struct TensorView {
  ElementType type = ElementType::kF32;
  Shape shape;
  std::span<const std::byte> bytes;

  template <typename T>
  [[nodiscard]] std::span<const T> as() const {
    TALLY_ASSERT(sizeof(T) == size_of(type));
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
};

struct MutableTensorView {
  ElementType type = ElementType::kF32;
  Shape shape;
  std::span<std::byte> bytes;

  template <typename T>
  [[nodiscard]] std::span<T> as() const {
    TALLY_ASSERT(sizeof(T) == size_of(type));
    return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
};

}  // namespace tally::inference
