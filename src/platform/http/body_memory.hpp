// How much memory the bodies of all requests of a server take together. Inside of platform/http
// only.
#pragma once

#include <atomic>
#include <cstddef>

namespace tally::http {

// Thread-safety: all functions may be called from any thread.
class BodyMemory {
 public:
  explicit BodyMemory(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // What one body has of it, until it is destroyed.
  class Share {
   public:
    explicit Share(BodyMemory& memory) : memory_(memory) {}
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;
    ~Share() { memory_.bytes_ -= bytes_; }

    // False, and it has no more than before, if that would be too much.
    [[nodiscard]] bool grow(std::size_t bytes) {
      if (memory_.bytes_.fetch_add(bytes) + bytes > memory_.bytes_max_) {
        memory_.bytes_ -= bytes;
        return false;
      }
      bytes_ += bytes;
      return true;
    }

   private:
    BodyMemory& memory_;
    std::size_t bytes_ = 0;
  };

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  const std::size_t bytes_max_;
  std::atomic<std::size_t> bytes_ = 0;
};

}  // namespace tally::http
