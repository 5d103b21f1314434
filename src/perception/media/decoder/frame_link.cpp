#include "perception/media/decoder/frame_link.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace tally::media::decoder {
namespace {

[[noreturn]] void leave() { ::_exit(0); }

template <typename T>
bool read_as(const Datagram& datagram, protocol::MessageType type, T& message) {
  if (datagram.size != sizeof(T)) return false;
  std::memcpy(&message, datagram.buffer.data(), sizeof message);
  return message.type == type;
}

}  // namespace

protocol::Failed message_of(const Failure& failure) {
  protocol::Failed message;
  message.error = static_cast<std::uint32_t>(failure.error);
  const std::size_t size = std::min(failure.text.size(), message.text.size());
  std::copy_n(failure.text.begin(), size, message.text.begin());
  return message;
}

Outcome<void> FrameLink::announce(const protocol::Hello& hello) {
  if (!send_message(socket_, hello)) leave();
  Datagram datagram;
  if (receive(socket_, datagram, Waiting::kBlock, Descriptors::kTakeOne) != Receipt::kMessage) {
    leave();
  }
  protocol::Slots slots;
  if (!read_as(datagram, protocol::MessageType::kSlots, slots) || !datagram.fd ||
      slots.count > static_cast<std::uint32_t>(protocol::kSlotsMax)) {
    return failed(MediaError::kDecoderFailed, "tally and tally-decoder are from different builds");
  }
  frame_bytes_ = hello.frame_bytes;
  void* mapped = ::mmap(nullptr, frame_bytes_ * slots.count, PROT_READ | PROT_WRITE, MAP_SHARED,
                        datagram.fd.get(), 0);
  if (mapped == MAP_FAILED) {
    return failed(MediaError::kDecoderFailed, "its frames do not fit the decoder's memory limit");
  }
  memory_ = static_cast<std::byte*>(mapped);
  free_.assign(slots.count, true);
  return {};
}

void FrameLink::take(const Datagram& datagram) {
  protocol::ReleaseSlot release;
  if (read_as(datagram, protocol::MessageType::kReleaseSlot, release) &&
      release.slot < free_.size()) {
    free_[release.slot] = true;
  }
  protocol::Grow grow;
  if (read_as(datagram, protocol::MessageType::kGrow, grow)) {
    reach_ = {grow.bytes, grow.final != 0};
  }
}

void FrameLink::take_one() {
  Datagram datagram;
  const Receipt receipt = receive(socket_, datagram, Waiting::kBlock, Descriptors::kRefuse);
  if (receipt == Receipt::kClosed) leave();
  if (receipt == Receipt::kMessage) take(datagram);
}

Reach FrameLink::wait_for_growth(std::int64_t bytes) {
  protocol::Starved starved;
  starved.bytes = bytes;
  if (!send_message(socket_, starved)) leave();
  while (!reach_.whole && reach_.bytes <= bytes) take_one();
  return reach_;
}

std::uint32_t FrameLink::wait_for_slot() {
  auto found = std::ranges::find(free_, true);
  while (found == free_.end()) {
    take_one();
    found = std::ranges::find(free_, true);
  }
  *found = false;
  return static_cast<std::uint32_t>(found - free_.begin());
}

std::span<std::byte> FrameLink::memory_of(std::uint32_t slot) const {
  return {memory_ + frame_bytes_ * slot, frame_bytes_};
}

void FrameLink::publish(std::uint32_t slot, std::int64_t time_us) {
  protocol::FrameReady ready;
  ready.slot = slot;
  ready.index = frames_;
  ready.time_us = time_us;
  if (!send_message(socket_, ready)) leave();
  ++frames_;
}

void FrameLink::end() {
  protocol::End end;
  end.frames = frames_;
  static_cast<void>(send_message(socket_, end));
}

void FrameLink::fail(const Failure& failure) {
  static_cast<void>(send_message(socket_, message_of(failure)));
}

}  // namespace tally::media::decoder
