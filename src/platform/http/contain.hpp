// Calling what others gave us. Inside of platform/http only.
#pragma once

#include <atomic>
#include <cstdint>

namespace tally::http {

// An exception is a bug of theirs: it is counted, and goes no further. False if there was one.
template <typename Call>
bool contain(std::atomic<std::uint64_t>& failures, const Call& call) {
  try {
    call();
    return true;
  } catch (...) {
    ++failures;
    return false;
  }
}

}  // namespace tally::http
