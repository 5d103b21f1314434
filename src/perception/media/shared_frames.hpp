// The shared memory that frames lie in, seen from the reader: a memfd of exactly slots x frame
// bytes, sealed so that neither side can change its size, mapped read-only here.
//
// Ownership: frames keep this object alive, so they may outlive their reader. Thread-safety: all
// members may be called from any thread.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

#include "perception/media/channel.hpp"
#include "perception/media/frame.hpp"
#include "perception/media/protocol.hpp"

namespace tally::media {

class SharedFrames : public std::enable_shared_from_this<SharedFrames> {
 public:
  // `socket` is where releases are sent to, until close().
  SharedFrames(int slots, int socket, bool growing = false);
  SharedFrames(const SharedFrames&) = delete;
  SharedFrames& operator=(const SharedFrames&) = delete;
  ~SharedFrames();

  // As ProtocolState::accept, in step with releases on other threads.
  Result<void> accept(const protocol::Message& message);

  // Makes and maps the memory for the picture that the greeting announced and hands it to the
  // decoder. Precondition: a Hello was accepted. Errors: MediaError::kDecoderFailed.
  Result<void> share();

  // The frame in a slot that was just accepted; the last copy's end gives the slot back.
  [[nodiscard]] Frame borrow(const protocol::FrameReady& ready);

  // Tells the decoder that its file grew; without effect where there is nothing new.
  void grow(std::int64_t bytes, bool final);
  // As ProtocolState::starving().
  [[nodiscard]] bool starving();

  // Blocks while every slot is held by frames.
  void wait_for_free_slot();

  // The decoder is gone: later releases are kept to this side.
  void close();

 private:
  void give_back(std::uint32_t slot);

  std::mutex mutex_;  // Guards state_ and socket_.
  std::condition_variable released_;
  protocol::ProtocolState state_;
  int socket_;
  protocol::FrameLayout layout_;
  std::size_t bytes_ = 0;
  const std::uint8_t* memory_ = nullptr;
};

}  // namespace tally::media
