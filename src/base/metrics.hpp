// What a run cost: memory, processor time, open files, and how a series of durations is
// distributed. Linux only; figures come from /proc and getrusage(2). Thread-safety: no shared
// state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tally {

// Of this process. A figure the system does not tell is 0.
struct ResourceUse {
  std::int64_t resident_bytes = 0;
  std::int64_t resident_bytes_peak = 0;  // Since the process started; children have their own.
  double cpu_seconds = 0;                // User and system, all threads.
  double child_cpu_seconds = 0;          // Of children that have ended.
  int open_files = 0;
};
[[nodiscard]] ResourceUse resource_use();

// Any unit. All 0 for no samples.
struct Distribution {
  std::size_t count = 0;
  double mean = 0;
  double p50 = 0;
  double p90 = 0;
  double p99 = 0;
  double max = 0;
};

// Percentiles are nearest-rank: always one of the samples.
[[nodiscard]] Distribution distribution_of(std::vector<double> samples);

}  // namespace tally
