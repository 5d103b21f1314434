// A decoder that misbehaves, for tests. What it does is said by the name it is started under:
// "fake-hang", "fake-killed", …; see kMisdeeds. Some greet properly first and lie afterwards.
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string_view>
#include <vector>

#include "perception/media/channel.hpp"
#include "perception/media/decoder/nursery.hpp"
#include "perception/media/decoder_fds.hpp"
#include "perception/media/protocol.hpp"

namespace tally::media {
namespace {

using decoder::kSocketFd;

protocol::Hello good_hello() {
  protocol::Hello hello;
  hello.width = 64;
  hello.height = 48;
  hello.frame_bytes = protocol::layout_of(PixelFormat::kI420, 64, 48).bytes;
  return hello;
}

template <typename T>
void say(const T& message) {
  static_cast<void>(send_message(kSocketFd, message));
}

Datagram hear() {
  Datagram datagram;
  static_cast<void>(receive(kSocketFd, datagram, Waiting::kBlock, Descriptors::kTakeOne));
  return datagram;
}

void greet() {
  say(good_hello());
  hear();
}

void frame(std::uint32_t slot, std::int64_t index, std::int64_t time_us) {
  protocol::FrameReady ready;
  ready.slot = slot;
  ready.index = index;
  ready.time_us = time_us;
  say(ready);
}

void end(std::int64_t frames) {
  protocol::End message;
  message.frames = frames;
  say(message);
}

void starve(std::int64_t bytes) {
  protocol::Starved starved;
  starved.bytes = bytes;
  say(starved);
}

void shrink_memory() {
  say(good_hello());
  const Datagram slots = hear();
  // Sealed: must fail, or reading the frame ends the reader by SIGBUS.
  if (::ftruncate(slots.fd.get(), 0) == 0) frame(0, 0, 0);
}

void send_oversize() {
  const std::vector<std::byte> bytes(100'000);
  static_cast<void>(send_bytes(kSocketFd, bytes));
}

void send_garbage() {
  std::array<std::byte, 64> bytes{};
  bytes.fill(std::byte{0xA5});
  static_cast<void>(send_bytes(kSocketFd, bytes));
}

void attach_descriptors() {
  static_cast<void>(send_message(kSocketFd, good_hello(), kSocketFd));
  hear();
  frame(0, 0, 0);
  ::raise(SIGKILL);
}

struct Misdeed {
  std::string_view name;
  void (*act)();
};

constexpr std::array kMisdeeds{
    Misdeed{"fake-exit", [] { ::_exit(3); }},
    Misdeed{"fake-killed",
            [] {
              greet();
              frame(0, 0, 0);
              ::raise(SIGKILL);
            }},
    Misdeed{"fake-hang",
            [] {
              greet();
              frame(0, 0, 0);
              ::pause();
            }},
    Misdeed{"fake-mute", [] { ::pause(); }},
    Misdeed{"fake-oversize", &send_oversize},
    Misdeed{"fake-garbage", &send_garbage},
    Misdeed{"fake-descriptors", &attach_descriptors},
    Misdeed{"fake-shrink", &shrink_memory},
    Misdeed{"fake-no-hello",
            [] {
              frame(0, 0, 0);
              ::pause();
            }},
    Misdeed{"fake-huge",
            [] {
              auto h = good_hello();
              h.width = 60'000;
              say(h);
              ::pause();
            }},
    Misdeed{"fake-bytes",
            [] {
              auto h = good_hello();
              h.frame_bytes *= 2;
              say(h);
              ::pause();
            }},
    Misdeed{"fake-slot",
            [] {
              greet();
              frame(8, 0, 0);
              ::pause();
            }},
    Misdeed{"fake-slot-held",
            [] {
              greet();
              frame(0, 0, 0);
              frame(0, 1, 1000);
              ::pause();
            }},
    Misdeed{"fake-index",
            [] {
              greet();
              frame(0, 1, 0);
              ::pause();
            }},
    Misdeed{"fake-time",
            [] {
              greet();
              frame(0, 0, 0);
              frame(1, 1, 0);
              ::pause();
            }},
    Misdeed{"fake-count",
            [] {
              greet();
              frame(0, 0, 0);
              end(2);
              ::pause();
            }},
    Misdeed{"fake-after-end",
            [] {
              greet();
              frame(0, 0, 0);
              end(1);
              frame(1, 1, 1000);
              ::pause();
            }},
    Misdeed{"fake-starved", [] { starve(0); }},
    Misdeed{"fake-starved-twice",
            [] {
              starve(0);
              starve(0);
            }},
    Misdeed{"fake-starved-beyond", [] { starve(1'000'000); }},
    Misdeed{"fake-escape",
            [] {
              protocol::Failed failed;
              failed.error = static_cast<std::uint32_t>(MediaError::kCorrupt);
              std::memcpy(failed.text.data(), "\x1b[2Jbad\n", 8);
              say(failed);
            }},
};

int act(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  for (const Misdeed& misdeed : kMisdeeds) {
    if (misdeed.name == name) misdeed.act();
  }
  return 0;
}

}  // namespace
}  // namespace tally::media

int main(int /*count*/, char** arguments) {
  static_cast<void>(tally::media::decoder::wait_to_be_born());
  ::_exit(tally::media::act(arguments[0]));
}
