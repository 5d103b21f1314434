// The way to int8: pictures as the network sees them, handed with a package in fp32 to
// lab/quantise, which answers with the quantised graph.
//
// lab/quantise is a program of the checkout that this one was built in, and has Python and NNCF in
// an environment of its own (lab/quantise/setup).
#pragma once

#include <chrono>
#include <filesystem>

#include "base/error.hpp"
#include "cli/console.hpp"
#include "perception/inference/model_package.hpp"

namespace tally::cli {

inline constexpr std::chrono::hours kQuantiseTimeMax{4};

// Writes files into `folder`, among them the graph that is named: OpenVINO's IR. Errors:
// EngineError::kUnavailable with what to run where lab/quantise is not set up; ChildError::kFailed
// with its last words; CliError::kInterrupted; those of reading pictures.
Result<std::filesystem::path> quantise(const inference::ModelPackage& package,
                                       const std::filesystem::path& pictures,
                                       const std::filesystem::path& folder, Console& console);

}  // namespace tally::cli
