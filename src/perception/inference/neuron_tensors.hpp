// What the Neuron engine owns on a core: a loaded model, and sets of tensors with their host's
// side. Internal to neuron_engine.cpp.
//
// Ownership: each frees what it holds, in the order that the runtime asks for; a set must end
// before its model. Thread-safety: different sets may be used from different threads, a set by one;
// a model may execute from several.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "perception/inference/neuron_runtime.hpp"
#include "perception/inference/tensor.hpp"

namespace tally::inference {

inline constexpr std::size_t kNeffBytesMax = std::size_t{2} << 30U;
inline constexpr std::uint64_t kNeffTensorsMax = 1024;

class NeuronTensorSet;

class NeuronModel {
 public:
  // Loads a NEFF onto a core and finds the tensors that the manifest tells of: by name, or, where
  // no tensor of the NEFF has it, the only one left of that kind, type and shape.
  // Errors: EngineError; PackageError::kInconsistent where they are others.
  static Result<NeuronModel> load(std::shared_ptr<NeuronRuntime> runtime, std::string_view neff,
                                  std::size_t core, std::vector<TensorSpec> inputs,
                                  std::vector<TensorSpec> outputs);
  NeuronModel(NeuronModel&& other) noexcept;
  NeuronModel& operator=(NeuronModel&&) = delete;
  ~NeuronModel();

  // Names are the NEFF's.
  [[nodiscard]] const std::vector<TensorSpec>& inputs() const { return inputs_; }
  [[nodiscard]] const std::vector<TensorSpec>& outputs() const { return outputs_; }
  [[nodiscard]] const NrtCalls& calls() const { return runtime_->calls(); }
  [[nodiscard]] std::size_t core() const { return core_; }

  // Blocks until the core has done it.
  Result<void> execute(const NeuronTensorSet& inputs, const NeuronTensorSet& outputs) const;

  // "nrt_execute on core 1: NRT_TIMEOUT (5): …"
  [[nodiscard]] Result<void> checked(nrt::Status status, std::string_view call) const;

 private:
  friend class NeuronTensorSet;
  NeuronModel(std::shared_ptr<NeuronRuntime> runtime, std::size_t core)
      : runtime_(std::move(runtime)), core_(core) {}
  Result<void> match_tensors(std::vector<TensorSpec> inputs, std::vector<TensorSpec> outputs);

  std::shared_ptr<NeuronRuntime> runtime_;
  std::size_t core_;
  nrt::Model* model_ = nullptr;
  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
};

class NeuronTensorSet {
 public:
  static Result<NeuronTensorSet> allocate(const NeuronModel& model,
                                          const std::vector<TensorSpec>& specs);
  NeuronTensorSet(NeuronTensorSet&& other) noexcept;
  NeuronTensorSet& operator=(NeuronTensorSet&&) = delete;
  ~NeuronTensorSet();

  [[nodiscard]] const std::vector<TensorSpec>& specs() const { return specs_; }
  [[nodiscard]] std::span<std::byte> bytes(std::size_t index) { return bytes_[index]; }
  [[nodiscard]] std::span<const std::byte> bytes(std::size_t index) const { return bytes_[index]; }

  Result<void> write();  // From the host's side to the core.
  Result<void> read();   // Back.

 private:
  friend class NeuronModel;
  NeuronTensorSet(const NeuronModel& model, const std::vector<TensorSpec>& specs)
      : runtime_(model.runtime_), core_(model.core_), specs_(specs) {}
  [[nodiscard]] Result<void> checked(nrt::Status status, std::string_view call) const;

  std::shared_ptr<NeuronRuntime> runtime_;
  std::size_t core_;
  std::vector<TensorSpec> specs_;
  nrt::TensorSet* set_ = nullptr;
  std::vector<nrt::Tensor*> tensors_;
  std::vector<std::vector<std::byte>> bytes_;
};

}  // namespace tally::inference
