// Frames of many sessions share the batches of one DataParallel, each session through an Engine of
// its own that takes one sample at a time.
//
// For engines whose batch is compiled in and that gain from filling it, as accelerators do. On CPUs
// a batch gains nothing over more streams: there each session keeps an engine of its own.
//
// A batch runs as soon as it is full, or when the sample that has waited longest has waited
// `wait_max`: no session waits longer for others than that. Samples are taken in the order they
// were started, whose ever they are. Where a batch fails, each of its samples runs once more by
// itself, so that a bad one fails nobody else's.
//
// A sample is copied once on its way in and out: where in a batch it goes is not known when it is
// written. Ownership: engines share what they came from. Thread-safety: yes; of the engines as
// engine.hpp says.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "base/error.hpp"
#include "perception/inference/data_parallel.hpp"
#include "perception/inference/engine.hpp"

namespace tally::inference {

inline constexpr std::chrono::milliseconds kBatchWaitMax{2};

class SharedBatches : public std::enable_shared_from_this<SharedBatches> {
 public:
  // `parallel` should have been opened with its compiled batch as split_size.
  static std::shared_ptr<SharedBatches> over(std::unique_ptr<DataParallel> parallel,
                                             std::chrono::nanoseconds wait_max = kBatchWaitMax);
  virtual ~SharedBatches() = default;

  // An engine with batch 1. `requests` 0: as many as keep all devices busy; at least 1.
  [[nodiscard]] virtual std::unique_ptr<Engine> engine(std::size_t requests = 0) = 0;
};

}  // namespace tally::inference
