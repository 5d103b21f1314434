// The numbers under which tally-decoder finds its open files. Both sides include this and nothing
// else passes between them by name.
#pragma once

namespace tally::media::decoder {

inline constexpr int kSocketFd = 3;
inline constexpr int kInputFd = 4;
inline constexpr int kReceivedFd = 5;  // Came over the socket: shared memory, or a clip's file.
inline constexpr int kFdsMax = 16;

}  // namespace tally::media::decoder
