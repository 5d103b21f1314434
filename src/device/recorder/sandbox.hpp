// Gives up what playing a clip does not need: files, network, new programs (seccomp filters, and
// limits on memory and output). Capturing from a device keeps its system calls, for drivers need
// many; it gives up new privileges only.
#pragma once

namespace tally::device::recorder {

// False: the system does not allow it, and nothing must be played.
[[nodiscard]] bool enter_player_sandbox(int input);
[[nodiscard]] bool give_up_privileges();

}  // namespace tally::device::recorder
