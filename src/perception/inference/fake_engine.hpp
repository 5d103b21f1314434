// For tests: an engine without a graph. Its input "images" is [batch, 2], its output "output0"
// [batch, 1], ten times the first value of each item. It notes what it ran and fails when told to.
//
// A FakeBench is shared by the fakes of several devices and must outlive them. Its sets may be
// changed while nothing runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "perception/inference/engine.hpp"

namespace tally::inference {

struct FakeBench {
  using Ran = std::map<std::size_t, std::multiset<std::vector<float>>>;
  std::mutex mutex;
  Ran ran;                       // By device: the first values of each piece's items.
  std::set<std::size_t> broken;  // Devices on which everything fails.
  float poison = 0;              // A value that fails on every device; 0: none.
};

class FakeEngine final : public Engine {
 public:
  FakeEngine(FakeBench& bench, std::size_t device, std::int64_t batch, std::size_t requests);

  [[nodiscard]] const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  [[nodiscard]] const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  [[nodiscard]] std::size_t request_count() const override { return slots_.size(); }
  [[nodiscard]] std::string description() const override { return "fake"; }
  [[nodiscard]] MutableTensorView input(std::size_t request, std::size_t index) override;
  Result<void> start(std::size_t request) override;
  Result<void> wait(std::size_t request) override;
  [[nodiscard]] TensorView output(std::size_t request, std::size_t index) const override;

 private:
  struct Slot {
    std::vector<float> input;
    std::vector<float> output;
    bool running = false;
  };

  FakeBench& bench_;
  std::size_t device_;
  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
  std::vector<Slot> slots_;
};

}  // namespace tally::inference
