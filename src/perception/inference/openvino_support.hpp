// What the sources that speak to OpenVINO share. Internal: this header brings all of OpenVINO in;
// include it in few .cpp files. Functions throw what OpenVINO throws; callers turn that into
// values.
#pragma once

#include <openvino/openvino.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "perception/inference/tensor.hpp"

namespace tally::inference::openvino {

// One per process, made at the first call and never destroyed.
[[nodiscard]] ov::Core& core();

// Reads *.onnx or *.xml (with the *.bin beside it) by exactly that format's front end.
[[nodiscard]] std::shared_ptr<ov::Model> read_model(const std::filesystem::path& path);

// Gives the model's one input another shape; constants that flatten a head's cells follow.
void reshape(ov::Model& model, const std::vector<ov::Dimension>& input);

// OpenVINO's words without its source positions, in one line of at most 500 bytes.
[[nodiscard]] std::string readable(std::string_view what);

[[nodiscard]] std::optional<ElementType> element_type_of(const ov::element::Type& type);

// "2026.4.1"
[[nodiscard]] std::string version();

}  // namespace tally::inference::openvino
