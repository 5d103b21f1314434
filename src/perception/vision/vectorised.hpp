// TALLY_VECTORISED before a function with plain inner loops: the compiler makes one version for
// every x86-64 and one for AVX2, and the loader picks. Integer results and float comparisons are
// the same in both. Write such loops over pointers and indices: clang does not instantiate a
// template that only a cloned function uses. Sanitizer builds keep one version: their runtime is
// not up yet when the loader picks.
#pragma once

#if defined(__x86_64__) && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
#define TALLY_VECTORISED __attribute__((target_clones("avx2", "default")))
#else
#define TALLY_VECTORISED
#endif
