// The decoder's end of the conversation with the reader: announces a stream, receives the shared
// memory, waits for free slots, publishes frames. See protocol.hpp.
//
// When the reader is gone there is nobody to tell: every member then ends the process.
// Thread-safety: one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "perception/media/channel.hpp"
#include "perception/media/decoder/failure.hpp"
#include "perception/media/decoder/input.hpp"
#include "perception/media/protocol.hpp"

namespace tally::media::decoder {

class FrameLink {
 public:
  explicit FrameLink(int socket) : socket_(socket) {}

  // Sends the greeting and maps the memory that comes back. Errors: kDecoderFailed.
  Outcome<void> announce(const protocol::Hello& hello);

  // Blocks until the reader has given back a slot; its number stays valid until publish().
  std::uint32_t wait_for_slot();
  [[nodiscard]] std::span<std::byte> memory_of(std::uint32_t slot) const;
  void publish(std::uint32_t slot, std::int64_t time_us);

  // Of a growing file: asks for more than `bytes` and blocks until there is, or it is whole.
  Reach wait_for_growth(std::int64_t bytes);

  void end();
  void fail(const Failure& failure);

  [[nodiscard]] std::int64_t frames() const { return frames_; }

 private:
  void take(const Datagram& datagram);
  void take_one();

  int socket_;
  std::byte* memory_ = nullptr;  // Unmapped by the end of the process.
  std::size_t frame_bytes_ = 0;
  std::vector<bool> free_;
  std::int64_t frames_ = 0;
  Reach reach_;
};

[[nodiscard]] protocol::Failed message_of(const Failure& failure);

}  // namespace tally::media::decoder
