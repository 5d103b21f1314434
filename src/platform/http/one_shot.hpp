// A callback that is called just once: the answer somebody waits for.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "base/assert.hpp"

namespace tally::http {

// Movable; may be called from any thread, during the call that handed it out or later. Destroyed
// uncalled it tells the one who waits that no answer will come. Calling it twice is a bug and
// aborts.
template <typename Value>
class OneShot {
 public:
  using Deliver = std::move_only_function<void(std::optional<Value>)>;

  explicit OneShot(Deliver deliver) : deliver_(std::move(deliver)) {}
  OneShot(OneShot&& other) noexcept : deliver_(std::exchange(other.deliver_, nullptr)) {}
  OneShot& operator=(OneShot&& other) noexcept {
    drop();
    deliver_ = std::exchange(other.deliver_, nullptr);
    return *this;
  }
  ~OneShot() { drop(); }

  void operator()(Value value) {
    TALLY_ASSERT(deliver_);
    std::exchange(deliver_, nullptr)(std::move(value));
  }

 private:
  void drop() {
    if (deliver_) std::exchange(deliver_, nullptr)(std::nullopt);
  }

  Deliver deliver_;
};

}  // namespace tally::http
