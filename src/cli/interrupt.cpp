#include "cli/interrupt.hpp"

#include <poll.h>

#include <csignal>

namespace tally::cli {
namespace {

volatile std::sig_atomic_t caught_signal = 0;

void remember(int signal) { caught_signal = signal; }

}  // namespace

void watch_for_interrupts() {
  struct sigaction action{};
  action.sa_handler = remember;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() { return caught_signal != 0; }

bool interrupted_within(std::chrono::milliseconds time) {
  if (!interrupted()) ::poll(nullptr, 0, static_cast<int>(time.count()));
  return interrupted();
}

void end_by_signal_if_interrupted() {
  if (caught_signal == 0) return;
  std::signal(caught_signal, SIG_DFL);
  std::raise(caught_signal);
}

}  // namespace tally::cli
