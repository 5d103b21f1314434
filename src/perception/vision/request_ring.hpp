// An engine's requests used in turn: started in order, answered in order, whatever order the engine
// finishes in.
//
//   write into engine.input(ring.next(), 0); ring.start(); … request = ring.finish(); read
//   engine.output(request, 0)
//
// Borrows the engine; its destructor waits for what is in flight. One thread at a time.
#pragma once

#include <cstddef>

#include "base/assert.hpp"
#include "base/error.hpp"
#include "perception/inference/engine.hpp"

namespace tally::vision {

class RequestRing {
 public:
  explicit RequestRing(inference::Engine& engine)
      : engine_(engine), capacity_(engine.request_count()) {}
  ~RequestRing() {
    while (in_flight_ > 0) (void)finish();
  }
  RequestRing(const RequestRing&) = delete;
  RequestRing& operator=(const RequestRing&) = delete;

  [[nodiscard]] std::size_t capacity() const { return capacity_; }  // At least 1.
  [[nodiscard]] std::size_t in_flight() const { return in_flight_; }

  // The request whose input may be written now. Asserts in_flight() < capacity().
  [[nodiscard]] std::size_t next() const {
    TALLY_ASSERT(in_flight_ < capacity_);
    return (oldest_ + in_flight_) % capacity_;
  }

  // Starts next(). After an error it is not in flight.
  Result<void> start() {
    auto started = engine_.start(next());
    if (started) ++in_flight_;
    return started;
  }

  // Waits for the oldest in flight and tells which it is; its outputs may be read until it is
  // started again. Asserts in_flight() > 0. After an error that request is done with.
  Result<std::size_t> finish() {
    TALLY_ASSERT(in_flight_ > 0);
    const std::size_t request = oldest_;
    oldest_ = (oldest_ + 1) % capacity_;
    --in_flight_;
    if (auto done = engine_.wait(request); !done) return std::unexpected(std::move(done.error()));
    return request;
  }

 private:
  inference::Engine& engine_;
  std::size_t capacity_;
  std::size_t oldest_ = 0;  // The next in_flight_ of them, cyclically, are running.
  std::size_t in_flight_ = 0;
};

}  // namespace tally::vision
