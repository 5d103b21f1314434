// SIGINT and SIGTERM as a flag that long work looks at, so that staged output is removed before the
// program ends. A second signal ends it at once.
#pragma once

namespace tally::cli {

void watch_for_interrupts();
[[nodiscard]] bool interrupted();

// Ends the program by the signal that came, as shells expect it of an interrupted program. Does
// nothing where none came.
void end_by_signal_if_interrupted();

}  // namespace tally::cli
