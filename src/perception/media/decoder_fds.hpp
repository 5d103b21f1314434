// The numbers under which tally-decoder finds its open files, and the word that makes it a nursery.
// Both sides include this and nothing else passes between them by name.
#pragma once

#include <string_view>

namespace tally::media::decoder {

inline constexpr int kSocketFd = 3;
inline constexpr int kInputFd = 4;
inline constexpr int kReceivedFd = 5;  // Came over the socket: shared memory, or a clip's file.
inline constexpr int kFdsMax = 16;

inline constexpr std::string_view kNurseryWord = "nursery";

}  // namespace tally::media::decoder
