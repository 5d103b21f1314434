// SIGINT and SIGTERM as a flag that long work looks at, so that staged output is removed before the
// program ends. A second signal ends it at once.
#pragma once

#include <chrono>

namespace tally::cli {

void watch_for_interrupts();
[[nodiscard]] bool interrupted();
// Waits so long, or until a signal comes; whether there was one. In the main thread.
bool interrupted_within(std::chrono::milliseconds time);

// Ends the program by the signal that came, as shells expect it of an interrupted program. Does
// nothing where none came.
void end_by_signal_if_interrupted();

}  // namespace tally::cli
