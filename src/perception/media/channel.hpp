// One message per datagram over a SOCK_SEQPACKET socket, with at most one file descriptor beside
// it. Used by both ends; nothing here interprets a message.
//
// Ownership: UniqueFd closes what it holds. Thread-safety: sending is atomic and may be done on any
// thread; one thread receives.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "perception/media/protocol.hpp"

namespace tally::media {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
  void reset();
  void release() { fd_ = -1; }  // Closes nothing.

 private:
  int fd_ = -1;
};

// Sends without blocking and without SIGPIPE. False: the other end is gone, or does not read.
[[nodiscard]] bool send_bytes(int socket, std::span<const std::byte> message, int fd_beside = -1);

template <typename T>
[[nodiscard]] bool send_message(int socket, const T& message, int fd_beside = -1) {
  return send_bytes(socket, std::as_bytes(std::span(&message, 1)), fd_beside);
}

enum class Receipt { kMessage, kNothingYet, kClosed };

struct Datagram {
  // One byte more than a message may have, so that one that is too long shows.
  std::array<std::byte, protocol::kMessageBytesMax + 1> buffer{};
  std::size_t size = 0;
  UniqueFd fd;

  [[nodiscard]] std::span<const std::byte> bytes() const { return std::span(buffer).first(size); }
};

enum class Waiting { kBlock, kReturnAtOnce };
enum class Descriptors { kRefuse, kTakeOne };

// With Descriptors::kRefuse the kernel drops descriptors that the other end attached.
[[nodiscard]] Receipt receive(int socket, Datagram& datagram, Waiting waiting,
                              Descriptors descriptors);

}  // namespace tally::media
