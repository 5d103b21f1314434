// The engine on one core of AWS Neuron (Inferentia2, Trainium): a package whose graph is a NEFF.
//
// The batch is the one that was compiled. Each request has tensors of its own on the core and a
// thread that writes, executes and reads; the runtime pipelines what overlaps, so two or three
// requests keep a core busy. All cores together: data_parallel.hpp.
//
// Thread-safety: opening is thread-safe; see engine.hpp for the rest.
#pragma once

#include <cstddef>
#include <memory>

#include "base/error.hpp"
#include "perception/inference/engine.hpp"
#include "perception/inference/model_package.hpp"
#include "perception/inference/neuron_runtime.hpp"
#include "perception/inference/openvino_engine.hpp"

namespace tally::inference {

inline constexpr std::size_t kNeuronRequests = 3;
inline constexpr std::size_t kNeuronRequestsMax = 16;

struct NeuronOptions {
  std::size_t core = 0;                    // Among the visible ones, from 0.
  std::size_t requests = kNeuronRequests;  // 1 to kNeuronRequestsMax.
  InputForm input = InputForm::kPicture;   // A float NEFF's pictures are converted on the host.
};

// Loads the package's NEFF onto a core and allocates its requests' tensors there.
// Errors: EngineError; PackageError::kInconsistent where NEFF and manifest disagree. A status of
// the runtime is named, with the call that gave it and the core.
Result<std::unique_ptr<Engine>> open_neuron_engine(const ModelPackage& package,
                                                   std::shared_ptr<NeuronRuntime> runtime,
                                                   const NeuronOptions& options = {});

}  // namespace tally::inference
