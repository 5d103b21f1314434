// What a decoder that was taken over can say to its reader: the input is cut into datagrams, each
// led by a length byte, and run through the same two checks as the real thing. Between them slots
// are released as a caller would. Whatever is accepted must keep the promises that frames are built
// on.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <variant>

#include "base/assert.hpp"
#include "perception/media/protocol.hpp"

namespace {

using namespace tally::media;

constexpr int kSlots = 4;

void check_hello(const protocol::Hello& hello) {
  const auto kind =
      hello.still != 0 ? protocol::PictureKind::kStill : protocol::PictureKind::kVideo;
  TALLY_ASSERT(protocol::size_allowed(hello.width, hello.height, kind));
  const auto layout =
      protocol::layout_of(static_cast<PixelFormat>(hello.format), static_cast<int>(hello.width),
                          static_cast<int>(hello.height));
  TALLY_ASSERT(hello.frame_bytes == layout.bytes);
}

struct Reader {
  protocol::ProtocolState state{kSlots};
  std::deque<std::uint32_t> held;
  std::int64_t frames = 0;
  std::int64_t last_us = -1;

  // False: the reader would end the decoder here.
  bool hear(std::span<const std::byte> datagram) {
    const auto message = protocol::parse_message(datagram, protocol::Limits{});
    if (!message || !state.accept(*message)) return false;
    if (const auto* hello = std::get_if<protocol::Hello>(&*message)) check_hello(*hello);
    if (const auto* failed = std::get_if<protocol::Failed>(&*message)) {
      for (const char c : protocol::printable_text(*failed)) TALLY_ASSERT(c >= ' ' && c <= '~');
    }
    if (const auto* ready = std::get_if<protocol::FrameReady>(&*message)) {
      TALLY_ASSERT(state.hello().has_value());
      TALLY_ASSERT(ready->slot < kSlots && ready->index == frames && ready->time_us > last_us);
      held.push_back(ready->slot);
      TALLY_ASSERT(held.size() <= kSlots);
      ++frames;
      last_us = ready->time_us;
    }
    return true;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::span<const std::byte> rest = std::as_bytes(std::span(data, size));
  Reader reader;
  // Every other input begins behind a good greeting, which chance alone seldom makes.
  if (size % 2 == 1) {
    protocol::Hello hello;
    hello.width = 64;
    hello.height = 48;
    hello.frame_bytes = protocol::layout_of(PixelFormat::kI420, 64, 48).bytes;
    TALLY_ASSERT(reader.hear(std::as_bytes(std::span(&hello, 1))));
  }
  while (!rest.empty()) {
    const auto head = std::to_integer<std::size_t>(rest.front());
    rest = rest.subspan(1);
    // A zero is no datagram but a caller that lets go of its oldest frame.
    if (head == 0 && !reader.held.empty()) {
      reader.state.release(reader.held.front());
      reader.held.pop_front();
      continue;
    }
    const std::size_t length = head < rest.size() ? head : rest.size();
    if (!reader.hear(rest.first(length))) return 0;
    rest = rest.subspan(length);
  }
  return 0;
}
