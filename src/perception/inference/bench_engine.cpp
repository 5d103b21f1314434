#include "perception/inference/bench_engine.hpp"

#include <algorithm>
#include <cmath>
#include <thread>
#include <vector>

namespace tally::inference {
namespace {

// Between 0 and 1, or all bytes: values without denormals, the same in every run.
void fill(const MutableTensorView& input) {
  if (input.type == ElementType::kF32) {
    const std::span<float> values = input.as<float>();
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = static_cast<float>(i * 31 % 256) / 255.0F;
    return;
  }
  for (std::size_t i = 0; i < input.bytes.size(); ++i)
    input.bytes[i] = static_cast<std::byte>(i * 31 % 256);
}

Result<void> run_each_once(Engine& engine) {
  for (std::size_t request = 0; request < engine.request_count(); ++request) {
    if (auto started = engine.start(request); !started) return started;
  }
  for (std::size_t request = 0; request < engine.request_count(); ++request) {
    if (auto done = engine.wait(request); !done) return done;
  }
  return {};
}

// What one request went through.
struct Lane {
  Result<void> outcome;
  std::vector<double> latencies;
  double end = 0;
};

// Each request has a thread that waits for it: waiting for all of them in turn would leave a stream
// idle whenever they end in another order.
Lane drive(Engine& engine, std::size_t request, double deadline,
           const std::function<double()>& clock_seconds) {
  Lane lane;
  do {
    const double begin = clock_seconds();
    lane.outcome = engine.start(request);
    if (lane.outcome) lane.outcome = engine.wait(request);
    lane.end = clock_seconds();
    lane.latencies.push_back(lane.end - begin);
  } while (lane.outcome && lane.end < deadline);
  return lane;
}

// Nearest rank: the smallest latency that at least `share` of all do not exceed.
double percentile_ms(const std::vector<double>& sorted, double share) {
  const double rank = std::ceil(share * static_cast<double>(sorted.size()));
  const auto index = static_cast<std::size_t>(std::max(rank, 1.0)) - 1;
  return 1e3 * sorted[std::min(index, sorted.size() - 1)];
}

EngineBench summary(std::vector<double> latencies, double seconds, std::int64_t batch) {
  std::ranges::sort(latencies);
  EngineBench bench;
  bench.inferences = static_cast<std::int64_t>(latencies.size()) * batch;
  bench.seconds = seconds;
  bench.inferences_per_second = seconds > 0 ? static_cast<double>(bench.inferences) / seconds : 0;
  bench.latency_ms_min = percentile_ms(latencies, 0);
  bench.latency_ms_p50 = percentile_ms(latencies, 0.5);
  bench.latency_ms_p90 = percentile_ms(latencies, 0.9);
  bench.latency_ms_p99 = percentile_ms(latencies, 0.99);
  bench.latency_ms_max = percentile_ms(latencies, 1);
  return bench;
}

}  // namespace

Result<EngineBench> bench_engine(Engine& engine, double seconds,
                                 const std::function<double()>& clock_seconds) {
  const std::size_t requests = engine.request_count();
  for (std::size_t request = 0; request < requests; ++request) {
    for (std::size_t i = 0; i < engine.inputs().size(); ++i) fill(engine.input(request, i));
  }
  if (auto warm = run_each_once(engine); !warm) return std::unexpected(warm.error());

  std::vector<Lane> lanes(requests);
  const double begin = clock_seconds();
  {
    std::vector<std::jthread> threads;
    for (std::size_t request = 0; request < requests; ++request) {
      threads.emplace_back([&, request] {
        lanes[request] = drive(engine, request, begin + seconds, clock_seconds);
      });
    }
  }
  double end = begin;
  std::vector<double> latencies;
  for (Lane& lane : lanes) {
    if (!lane.outcome) return std::unexpected(lane.outcome.error());
    end = std::max(end, lane.end);
    latencies.insert(latencies.end(), lane.latencies.begin(), lane.latencies.end());
  }
  return summary(std::move(latencies), end - begin, engine.inputs().front().shape.front());
}

}  // namespace tally::inference
