// DataParallel: one model on several devices; any number of samples at a time, gathered in order.
//
// With the semantics of torch.neuron.DataParallel and its dynamic batching (AWS Neuron SDK, "Data
// Parallel Inference on torch_neuronx" and "PyTorch NeuronX DataParallel API"):
//   - a replica on every visible device, or on those named;
//   - samples are scattered on dimension 0 in chunks of split_size = max(1, N / devices), chunk i
//     to device i modulo their number; the last chunk may be smaller;
//   - a chunk is cut into pieces of the batch that the graph was compiled for, the last piece
//     padded (with zeros), and what the padding gave is dropped;
//   - workers = 2 x devices, so that one writes and reads while the other's piece runs;
//   - answers are gathered in the order of the samples.
// In addition, a device that fails is taken out: see run().
//
// It works over Engines, one for each device, and never looks into tensors: each sample is written
// by the caller straight into an engine's input and read straight from its output.
//
// Ownership: owns the engines and its threads; destroying it waits for calls that run.
// Thread-safety: everything may be called from several threads; calls share devices and workers,
// and each begins at another device. Determinism: what is given for a sample depends on its place
// in its piece only as far as the engine's does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "perception/inference/engine.hpp"
#include "perception/inference/tensor.hpp"

namespace tally::inference {

inline constexpr std::size_t kDevicesMax = 256;
inline constexpr std::size_t kWorkersMax = 1024;
inline constexpr std::size_t kSamplesMax = 65'536;  // Of one call.

struct DataParallelOptions {
  std::vector<std::size_t> devices = {};  // Zero-based among the visible; empty: all of them.
  bool dynamic_batching = true;           // Off: N must be devices x the compiled batch.
  std::size_t split_size = 0;             // 0: max(1, N / devices).
  std::size_t workers = 0;                // 0: 2 x devices.
};

// Opens the engine of one device. All must take and give the same tensors.
using OpenDevice = std::function<Result<std::unique_ptr<Engine>>(std::size_t device)>;

// Samples `first` to `first + count - 1`, to be run by the device'th of `devices`.
struct Chunk {
  std::size_t first = 0;
  std::size_t count = 0;
  std::size_t device = 0;
  friend bool operator==(const Chunk&, const Chunk&) = default;
};

// How N samples are scattered; `split_size` 0 is the default one. Asserts that devices > 0.
[[nodiscard]] std::vector<Chunk> scatter(std::size_t samples, std::size_t devices,
                                         std::size_t split_size = 0);

// Writes one sample into the engine's inputs, or reads it from its outputs: for each tensor the
// part of that sample, with dimension 0 of 1. Called by workers, different samples at the same
// time; must not throw. A sample is written again, the same way, where its piece has to run again.
using WriteSample = std::function<void(std::size_t sample, std::span<const MutableTensorView>)>;
using ReadSample = std::function<void(std::size_t sample, std::span<const TensorView>)>;

// What the outputs of all samples were, in their order.
struct Gathered {
  std::vector<TensorSpec> specs;  // Dimension 0 is the number of samples.
  std::vector<std::vector<std::byte>> bytes;
};

class DataParallel {
 public:
  // Opens devices one after the other; an engine that does not open is an error that names its
  // device. `visible` is how many devices there are.
  // Errors: EngineError::kOptions for a device that is not there or named twice, numbers over their
  // limits and engines that differ; else the engine's.
  static Result<std::unique_ptr<DataParallel>> open(std::size_t visible,
                                                    const OpenDevice& open_device,
                                                    const DataParallelOptions& options = {});
  virtual ~DataParallel() = default;

  // Runs all samples and returns when all are read. Each is read exactly once.
  //
  // A piece whose request fails runs on another device; where that one succeeds, those that had
  // failed are taken out for good, but never the last one. A piece that fails on every device that
  // is left is at fault itself: the call ends with an error that names the device and the samples,
  // and no device is taken out for it. After an error some samples have been read, some have not.
  // Errors: EngineError::kOptions for too many samples, or a number that does not fit where dynamic
  // batching is off; EngineError::kExecution.
  virtual Result<void> run(std::size_t samples, const WriteSample& write,
                           const ReadSample& read) = 0;

  // The same for tensors that lie together; all must agree with inputs() and have the same number
  // of samples in dimension 0. Errors: also EngineError::kOptions where they don't.
  Result<Gathered> run(std::span<const TensorView> inputs);

  // As the engines', dimension 0 open.
  [[nodiscard]] virtual const std::vector<TensorSpec>& inputs() const = 0;
  [[nodiscard]] virtual const std::vector<TensorSpec>& outputs() const = 0;
  [[nodiscard]] virtual std::size_t compiled_batch() const = 0;
  [[nodiscard]] virtual std::size_t workers() const = 0;
  // The devices that are left, ascending as they were named.
  [[nodiscard]] virtual std::vector<std::size_t> devices() const = 0;
  // "2 x neuron … bf16, 1 of 3 taken out"
  [[nodiscard]] virtual std::string description() const = 0;
};

}  // namespace tally::inference
