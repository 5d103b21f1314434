// For tests: which files and folders this program told the disk to keep. Linking it replaces
// fsync() by one that notes what it is called for, and then does it.
//
// Thread-safety: all functions may be called from any thread.
#pragma once

#include <filesystem>
#include <vector>

namespace tally {

// Since the last call, in order.
[[nodiscard]] std::vector<std::filesystem::path> take_recorded_syncs();

}  // namespace tally
