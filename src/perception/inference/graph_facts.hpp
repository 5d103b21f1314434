// What a graph file says about itself, before anything is known of its meaning.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "perception/inference/tensor.hpp"

namespace tally::inference {

struct GraphFacts {
  std::vector<TensorSpec> inputs;  // Any dimension may be kDynamic here.
  std::vector<TensorSpec> outputs;
  std::map<std::string, std::string> metadata;  // ONNX metadata_props.
  bool quantised = false;                       // Rounds to whole steps somewhere inside.
};

// Reads *.onnx, or *.xml with its *.bin, with OpenVINO. Thread-safe.
// Errors: EngineError::kGraphInvalid, kUnavailable.
Result<GraphFacts> read_graph_facts(const std::filesystem::path& path);

}  // namespace tally::inference
