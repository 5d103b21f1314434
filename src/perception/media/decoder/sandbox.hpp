// What the decoder takes away from itself before it reads the first byte of input: memory,
// processor time and files (rlimits), the file system and TCP (Landlock, where the kernel has it),
// and every system call but the few that decoding needs (seccomp; anything else kills the process).
// No memory becomes executable.
//
// The descriptors that stay usable, and how: the socket (messages), the input (pread at a place),
// and in clip mode the descriptor decoder::kReceivedFd (write, seek). Nothing can be opened.
//
// Landlock is best effort: kernels before 5.13 lack it and seccomp alone forbids the same calls.
// seccomp is not: without it nothing is decoded. Sanitizer builds allow what the sanitizer's
// runtime needs.
#pragma once

#include <cstdint>

#include "perception/media/decoder/failure.hpp"

namespace tally::media::decoder {

enum class Role : std::uint8_t {
  kDecode,
  kClip,
};

struct SandboxPlan {
  Role role = Role::kDecode;
  std::uint64_t memory_bytes_max = 0;  // Address space, with all that is mapped at the start.
  std::uint64_t output_bytes_max = 0;  // Of one file; 0 in decode mode.
};

Outcome<void> limit_resources(const SandboxPlan& plan);
Outcome<void> deny_files_and_network();
Outcome<void> allow_few_calls(Role role);

// All of the above.
Outcome<void> enter_sandbox(const SandboxPlan& plan);

// Ends this process within a second of the reader's death, even while it decodes. (PR_SET_PDEATHSIG
// would end it with the thread that opened the reader, which may be long before the reader's end.)
void end_with_reader();

}  // namespace tally::media::decoder
