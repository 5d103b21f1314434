// How fast an engine is by itself: inferences per second with every request in flight, as
// OpenVINO's benchmark_app measures in its asynchronous mode.
#pragma once

#include <cstdint>
#include <functional>

#include "base/error.hpp"
#include "perception/inference/engine.hpp"

namespace tally::inference {

struct EngineBench {
  std::int64_t inferences = 0;  // Batch items, not requests.
  double seconds = 0;           // From the first start to the last end.
  double inferences_per_second = 0;
  // From a request's start to its end, waiting for a stream included.
  double latency_ms_min = 0;
  double latency_ms_p50 = 0;
  double latency_ms_p90 = 0;
  double latency_ms_p99 = 0;
  double latency_ms_max = 0;
};

// Fills every input with a fixed pattern, runs each request once to warm up, then keeps all of them
// in flight for at least `seconds`, with one waiting thread each. `clock_seconds` is monotonic and
// called from all of these threads. Errors: EngineError.
Result<EngineBench> bench_engine(Engine& engine, double seconds,
                                 const std::function<double()>& clock_seconds);

}  // namespace tally::inference
