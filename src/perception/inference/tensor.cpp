#include "perception/inference/tensor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>

namespace tally::inference {

std::size_t size_of(ElementType type) {
  switch (type) {
    case ElementType::kU8:
      return 1;
    case ElementType::kI32:
      return 4;
    case ElementType::kI64:
      return 8;
    case ElementType::kF16:
      return 2;
    case ElementType::kF32:
      return 4;
  }
  std::abort();
}

std::string_view name_of(ElementType type) {
  switch (type) {
    case ElementType::kU8:
      return "u8";
    case ElementType::kI32:
      return "i32";
    case ElementType::kI64:
      return "i64";
    case ElementType::kF16:
      return "f16";
    case ElementType::kF32:
      return "f32";
  }
  std::abort();
}

std::int64_t element_count(const Shape& shape) {
  std::int64_t count = 1;
  for (const std::int64_t dimension : shape) {
    TALLY_ASSERT(dimension >= 0);
    count *= dimension;
  }
  return count;
}

std::string to_string(const Shape& shape) { return fmt::format("[{}]", fmt::join(shape, ",")); }

}  // namespace tally::inference
