// The program's side of a nursery (perception/media/nursery.hpp): loaded once, forked for each
// start. As Android's and Chromium's zygotes; loading FFmpeg's hundred libraries takes 40 ms of
// processor time, a fork 2.
#pragma once

#include <string>
#include <vector>

namespace tally::media::decoder {

// Forks for each request that comes over kSocketFd. Returns in the children alone, with the words
// of the request, and with what it brought on kSocketFd and kInputFd and nothing else open beyond.
// A child's parent is the nursery's, which ends and reaps it. The nursery ends when the other end
// closes. One thread.
[[nodiscard]] std::vector<std::string> wait_to_be_born();

}  // namespace tally::media::decoder
