// Runs one compiled graph: raw tensors in, raw tensors out, batch on dimension 0, several requests
// in flight.
//
// A request is a numbered slot that owns its input and output buffers, so nothing is copied on the
// way: write into input(), start(), do something else, wait(), read output(). Which request runs on
// which stream, core or device is the engine's matter.
//
// Thread-safety: different requests may be used from different threads; one request by one thread
// at a time. Determinism: the same input gives the same output bytes, whatever else is in flight.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "perception/inference/tensor.hpp"

namespace tally::inference {

enum class EngineError : std::uint8_t {
  kUnavailable,   // The engine's library or device is not on this machine.
  kGraphInvalid,  // The graph can't be read or compiled; the message has the compiler's words.
  kPrecision,     // The precision asked for is not possible on this device.
  kExecution,     // A request failed while it ran.
  kOptions,       // A number of streams, threads, requests or items outside its limits.
};
[[nodiscard]] ErrorCode code_of(EngineError error);

// Arithmetic inside the graph, chosen explicitly and recorded with results; engines never choose
// silently.
enum class Precision : std::uint8_t { kFp32, kBf16, kFp16, kFp8, kInt8 };
[[nodiscard]] std::string_view name_of(Precision precision);  // "fp32", "bf16", "fp16",
                                                              // "fp8_e4m3", "int8"

class Engine {
 public:
  virtual ~Engine() = default;

  [[nodiscard]] virtual const std::vector<TensorSpec>& inputs() const = 0;
  [[nodiscard]] virtual const std::vector<TensorSpec>& outputs() const = 0;
  [[nodiscard]] virtual std::size_t request_count() const = 0;  // At least 1.
  // "openvino 2026.4.1 cpu fp32, 2 streams x 1 thread"
  [[nodiscard]] virtual std::string description() const = 0;

  // Valid until the engine is destroyed. Input may be written only while the request is not
  // running.
  [[nodiscard]] virtual MutableTensorView input(std::size_t request, std::size_t index) = 0;
  virtual Result<void> start(std::size_t request) = 0;  // Asserts that the request is not running.
  virtual Result<void> wait(std::size_t request) = 0;   // Blocks; asserts that it was started.
  // Valid after wait() until the next start() of the same request.
  [[nodiscard]] virtual TensorView output(std::size_t request, std::size_t index) const = 0;
};

}  // namespace tally::inference
