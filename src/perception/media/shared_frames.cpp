#include "perception/media/shared_frames.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <variant>

namespace tally::media {
namespace {

std::unexpected<Error> no_memory(std::string_view step) {
  return fail(MediaError::kDecoderFailed,
              fmt::format("shared memory for its frames can't be {}: {}; free some memory or ask "
                          "for fewer slots",
                          step, std::strerror(errno)));
}

}  // namespace

SharedFrames::SharedFrames(int slots, int socket, bool growing)
    : state_(slots, growing), socket_(socket) {}

SharedFrames::~SharedFrames() {
  if (memory_ != nullptr) ::munmap(const_cast<std::uint8_t*>(memory_), bytes_);
}

Result<void> SharedFrames::accept(const protocol::Message& message) {
  const std::lock_guard lock(mutex_);
  auto accepted = state_.accept(message);
  const bool answerable =
      accepted && std::holds_alternative<protocol::Starved>(message) && !state_.starving();
  if (answerable && socket_ >= 0) static_cast<void>(send_message(socket_, state_.told()));
  return accepted;
}

// Only what was asked for is sent, so that the decoder's socket never fills up.
void SharedFrames::grow(std::int64_t bytes, bool final) {
  const std::lock_guard lock(mutex_);
  if (!state_.grow(bytes, final) || socket_ < 0) return;
  static_cast<void>(send_message(socket_, state_.told()));
}

bool SharedFrames::starving() {
  const std::lock_guard lock(mutex_);
  return state_.starving();
}

Result<void> SharedFrames::share() {
  const protocol::Hello& hello = *state_.hello();
  layout_ = protocol::layout_of(static_cast<PixelFormat>(hello.format),
                                static_cast<int>(hello.width), static_cast<int>(hello.height));
  bytes_ = layout_.bytes * state_.slots();
  const UniqueFd memory(::memfd_create("tally-frames", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory) return no_memory("made");
  if (::ftruncate(memory.get(), static_cast<off_t>(bytes_)) != 0) return no_memory("sized");
  // A decoder that could shrink it would end this process by SIGBUS.
  if (::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    return no_memory("sealed");
  }
  void* mapped = ::mmap(nullptr, bytes_, PROT_READ, MAP_SHARED, memory.get(), 0);
  if (mapped == MAP_FAILED) return no_memory("mapped");
  memory_ = static_cast<const std::uint8_t*>(mapped);
  protocol::Slots announcement;
  announcement.count = static_cast<std::uint32_t>(state_.slots());
  // A decoder that has died is told with its cause when its next message is waited for.
  static_cast<void>(send_message(socket_, announcement, memory.get()));
  return {};
}

Frame SharedFrames::borrow(const protocol::FrameReady& ready) {
  const protocol::Hello& hello = *state_.hello();
  Frame frame;
  frame.format = static_cast<PixelFormat>(hello.format);
  frame.matrix = static_cast<ColorMatrix>(hello.matrix);
  frame.range = static_cast<ColorRange>(hello.range);
  frame.width = static_cast<int>(hello.width);
  frame.height = static_cast<int>(hello.height);
  frame.index = ready.index;
  frame.time = SessionTime(ready.time_us);
  const std::uint8_t* slot = memory_ + layout_.bytes * ready.slot;
  for (std::size_t plane = 0; plane < static_cast<std::size_t>(layout_.planes); ++plane) {
    frame.planes[plane] = {slot + layout_.offset[plane], layout_.stride[plane]};
  }
  frame.keep_alive = std::shared_ptr<const void>(
      slot,
      [self = shared_from_this(), index = ready.slot](const void*) { self->give_back(index); });
  return frame;
}

void SharedFrames::give_back(std::uint32_t slot) {
  const std::lock_guard lock(mutex_);
  // Noted before it is sent: the decoder may fill the slot and say so at once.
  state_.release(slot);
  if (socket_ >= 0) {
    protocol::ReleaseSlot release;
    release.slot = slot;
    static_cast<void>(send_message(socket_, release));
  }
  released_.notify_one();
}

void SharedFrames::wait_for_free_slot() {
  std::unique_lock lock(mutex_);
  released_.wait(lock, [this] { return !state_.every_slot_held(); });
}

void SharedFrames::close() {
  const std::lock_guard lock(mutex_);
  socket_ = -1;
}

}  // namespace tally::media
