// From what a graph says about itself to what its input and outputs mean, or a refusal that tells
// what was seen. Pure functions.
//
// Head families and their preparation of pictures follow Ultralytics' documentation of its exports
// (https://docs.ultralytics.com/modes/export) and YOLOX's of its ONNX demo
// (demo/ONNXRuntime/README.md).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "perception/inference/graph_facts.hpp"
#include "perception/inference/model_package.hpp"

namespace tally::inference {

struct RecognisedHead {
  HeadFamily head = HeadFamily::kYolov8;
  InputSpec input;
  std::vector<TensorSpec> outputs;  // Candidates first, then prototypes.
  int classes = 0;                  // 0: the shapes do not tell, or there are none.
  bool task_told = false;           // By the caller or the file, and not only seen from shapes.
};

// `where` names the graph in messages; `task` is what the caller says it is for, if that is known.
// Errors: CompileError::kUnknownHead (compile.hpp).
Result<RecognisedHead> recognise_head(const GraphFacts& facts, std::string_view where,
                                      std::optional<Task> task = std::nullopt);

}  // namespace tally::inference
