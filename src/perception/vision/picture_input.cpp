#include "perception/vision/picture_input.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "perception/vision/error.hpp"

namespace tally::vision {

Result<void> check_picture_input(const inference::ModelPackage& package,
                                 const inference::Engine& engine) {
  const inference::Shape wanted{1, package.input.height, package.input.width, 3};
  const std::vector<inference::TensorSpec>& inputs = engine.inputs();
  const bool fits = inputs.size() == 1 && inputs[0].type == inference::ElementType::kU8 &&
                    inputs[0].shape == wanted;
  if (fits) return {};
  const std::string seen = inputs.size() != 1
                               ? fmt::format("{} inputs", inputs.size())
                               : fmt::format("{} {}", inference::name_of(inputs[0].type),
                                             inference::to_string(inputs[0].shape));
  return fail(VisionError::kInputShape,
              fmt::format("{}: the engine takes {}, needed is u8 {}. Compile the model again",
                          package.name, seen, inference::to_string(wanted)));
}

}  // namespace tally::vision
