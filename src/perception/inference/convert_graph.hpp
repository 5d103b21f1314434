// Changes of a graph before it is packaged: another size of its picture, another batch, weights
// stored in fp16.
//
// OpenVINO carries the new shapes through the graph. A graph whose own constants were made for one
// size, as those of many exports are, can't be changed: the answer then says so, and how to export
// one that fits. Thread-safe.
#pragma once

#include <filesystem>

#include "base/error.hpp"
#include "perception/inference/compile.hpp"

namespace tally::inference {

// The graph to package: the request's own file where nothing is to be changed, else IR written into
// `folder`. Errors: CompileError::kChange, kGraphInvalid, kUsage; EngineError::kUnavailable.
Result<std::filesystem::path> convert_graph(const CompileRequest& request,
                                            const std::filesystem::path& folder);

// That this CPU counts in bf16. Errors: EngineError::kPrecision.
Result<void> check_bf16();

}  // namespace tally::inference
