// The two messages between a program and the nursery of a decoder: what to start with, and the
// number of the process that was started. Both ends include this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "perception/media/channel.hpp"

namespace tally::media {

inline constexpr std::size_t kBirthBytesMax = 256;

struct Birth {
  std::vector<std::string> words;  // The program's arguments.
  UniqueFd socket;
  UniqueFd input;
};

// False: the other end is gone, or the words are longer than kBirthBytesMax in all.
[[nodiscard]] bool send_birth(int nursery, const std::vector<std::string>& words, int socket,
                              int input);
// Waits. False: the other end is gone, or does not keep to this.
[[nodiscard]] bool receive_birth(int parent, Birth& birth);

// `pid`, or a negative errno.
void send_born(int parent, std::int32_t pid);
// Waits `milliseconds` at most. False: nothing came, or the nursery is gone.
[[nodiscard]] bool receive_born(int nursery, int milliseconds, std::int32_t& pid);

}  // namespace tally::media
