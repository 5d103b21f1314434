#include "perception/inference/fake_engine.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tally::inference {

FakeEngine::FakeEngine(FakeBench& bench, std::size_t device, std::int64_t batch,
                       std::size_t requests)
    : bench_(bench),
      device_(device),
      inputs_{{"images", ElementType::kF32, {batch, 2}}},
      outputs_{{"output0", ElementType::kF32, {batch, 1}}},
      slots_(requests) {
  const auto items = static_cast<std::size_t>(std::max<std::int64_t>(batch, 0));
  // Not zeros: whoever must write, padding included, is seen not to.
  for (Slot& slot : slots_) {
    slot.input.assign(2 * items, std::numeric_limits<float>::quiet_NaN());
    slot.output.assign(items, std::numeric_limits<float>::quiet_NaN());
  }
}

MutableTensorView FakeEngine::input(std::size_t request, std::size_t index) {
  TALLY_ASSERT(index == 0 && !slots_[request].running);
  return {inputs_[0].type, inputs_[0].shape,
          std::as_writable_bytes(std::span(slots_[request].input))};
}

Result<void> FakeEngine::start(std::size_t request) {
  Slot& slot = slots_[request];
  TALLY_ASSERT(!slot.running);
  slot.running = true;
  return {};
}

Result<void> FakeEngine::wait(std::size_t request) {
  Slot& slot = slots_[request];
  TALLY_ASSERT(slot.running);
  slot.running = false;
  std::vector<float> piece;
  for (std::size_t i = 0; i < slot.input.size(); i += 2) piece.push_back(slot.input[i]);
  const std::scoped_lock lock(bench_.mutex);
  const bool bad = bench_.poison != 0 && std::ranges::find(piece, bench_.poison) != piece.end();
  if (bad || bench_.broken.contains(device_)) {
    return fail(EngineError::kExecution, "the fake fails");
  }
  for (std::size_t i = 0; i < piece.size(); ++i) slot.output[i] = 10 * piece[i];
  bench_.ran[device_].insert(std::move(piece));
  return {};
}

TensorView FakeEngine::output(std::size_t request, std::size_t index) const {
  TALLY_ASSERT(index == 0 && !slots_[request].running);
  return {outputs_[0].type, outputs_[0].shape, std::as_bytes(std::span(slots_[request].output))};
}

}  // namespace tally::inference
