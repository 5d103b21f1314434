// The engine that a package's target asks for.
//
// cpu: OpenVINO, compiled when it opens. neuron: all visible NeuronCores by DataParallel; the model
// is loaded once for all engines of the process that are open at a time, which share its batches;
// the runtime is started with the first and kept until the process ends.
//
// Thread-safety: yes.
#pragma once

#include <memory>

#include "base/error.hpp"
#include "perception/inference/engine.hpp"
#include "perception/inference/model_package.hpp"
#include "perception/inference/openvino_engine.hpp"

namespace tally::inference {

// Where the graph has fixed its precision and batch, as a NEFF has, the options' precision, streams
// and threads are not looked at, and the engine takes one picture at a time: batch must be 1 and
// the input kPicture.
// Errors: EngineError, kUnavailable with what to install where the target can't run here;
// PackageError::kInconsistent where graph and manifest disagree.
Result<std::unique_ptr<Engine>> open_engine(const ModelPackage& package,
                                            const EngineOptions& options = {});

}  // namespace tally::inference
