// What several of `tally bench` tell.
#pragma once

#include <cstdint>
#include <string>

#include "cli/json_output.hpp"
#include "perception/inference/engine.hpp"
#include "perception/inference/model_package.hpp"
#include "perception/inference/openvino_engine.hpp"

namespace tally::cli {

[[nodiscard]] EngineFacts facts_of(const inference::Engine& engine,
                                   const inference::ModelPackage& package,
                                   const inference::EngineOptions& options);

// "145 MiB"
[[nodiscard]] std::string mebibytes(std::int64_t bytes);

}  // namespace tally::cli
