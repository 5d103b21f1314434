// Assertions that stay on in release builds. They state what the code itself guarantees; no input
// can reach one (input gets an Error). A failed assertion prints where and aborts.
#pragma once

#include <cstdio>
#include <cstdlib>

#define TALLY_ASSERT(condition)                                                              \
  do {                                                                                       \
    if (!(condition)) [[unlikely]] {                                                         \
      std::fprintf(stderr, "%s:%d: assertion failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)
