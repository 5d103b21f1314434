// The engine on CPUs: OpenVINO (https://docs.openvino.ai), its CPU plugin.
//
// A stream runs one request at a time on threads of its own; more streams give more inferences per
// second, more threads per stream a shorter single one. An engine opens with the first and makes
// the others once requests wait for it (openvino_streams.hpp). OpenVINO is started once per process
// and shared. Tensors of floats are f32 at the engine's edge even where the graph's are f16.
//
// Thread-safety: opening is thread-safe; see engine.hpp for the rest.
// Determinism: the same options give the same bytes for the same input, whatever runs beside it.
// Other numbers of streams or threads, or another kind of CPU, may differ in the last bits.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/error.hpp"
#include "perception/inference/engine.hpp"
#include "perception/inference/model_package.hpp"

namespace tally::inference {

enum class InputForm : std::uint8_t {
  kPicture,  // u8 [batch, H, W, 3] RGB; type, colour order, scale and layout are changed inside the
             // graph.
  kRaw,      // As the graph declares it.
};

struct EngineOptions {
  // Of the arithmetic; empty: what the package says, bf16 or fp32.
  std::optional<Precision> precision = std::nullopt;
  int streams = 0;   // 0: one for each thread, at most kStreamsAutoMax.
  int threads = 0;   // Shared equally by the streams. 0: as many as cores this process may use.
  int requests = 0;  // 0: one more than streams, so that a stream never waits for its caller.
  int batch = 1;     // Of a graph whose batch is dynamic; otherwise it must be the graph's.
  InputForm input = InputForm::kPicture;
  bool keep_compiled = true;  // In the package's folder, for the next start (openvino_cache.hpp).
};

inline constexpr int kStreamsMax = 256;
inline constexpr int kStreamsAutoMax = 16;  // Each stream has its own intermediate tensors.
inline constexpr int kThreadsMax = 1024;
inline constexpr int kRequestsMax = 1024;
inline constexpr int kBatchMax = 256;

// Compiles the package's graph, which takes from a tenth of a second to seconds; less where an
// earlier start with these options, on this kind of CPU, has kept what it compiled.
// Errors: EngineError; PackageError::kInconsistent where graph and manifest disagree.
Result<std::unique_ptr<Engine>> open_openvino_engine(const ModelPackage& package,
                                                     EngineOptions options = {});

// Cores this process may run on, as its affinity mask says.
[[nodiscard]] int allowed_cores();

}  // namespace tally::inference
