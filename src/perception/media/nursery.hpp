// Where decoders come from: of each decoder program one process is kept that has loaded its
// libraries and does nothing but fork. A start takes 2 ms of processor time in place of 40.
//
// A nursery reads nothing but requests of this process. It is started at the first request, by
// posix_spawn: nothing of ours runs between fork and exec. It ends when this process does, whatever
// way, and is started again where it has died. Its children are this process's own.
//
// Ownership: nurseries live until end_nurseries(), or this process ends. Thread-safety: any thread.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "perception/media/channel.hpp"

namespace tally::media {

// A process of `program` with these words as its arguments, `socket` on decoder::kSocketFd and
// `input` on decoder::kInputFd. The caller ends and reaps it. Errors: MediaError::kDecoderMissing,
// kDecoderFailed.
Result<pid_t> start_decoder(const std::filesystem::path& program,
                            const std::vector<std::string>& words, const UniqueFd& socket,
                            const UniqueFd& input);

// Ends and reaps them all. What they have started goes on; the next start begins a new one.
void end_nurseries();

}  // namespace tally::media
