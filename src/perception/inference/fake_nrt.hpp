// For tests: what a fake libnrt (fake_nrt.cpp, a shared library of its own) is told and has seen.
//
// Its NEFF is a text: "FAKE-NEFF", then a line for each tensor, "input|output NAME TYPE D0 D1 …"
// with TYPE u8, f32, f16 or bf16. Executing gives, for item b of the batch, as value k of each
// output: the mean of that item's input values, plus k.
//
// The test gets at it with dlopen and fake_nrt(); one for the whole process. Thread-safety: set and
// read while no engine runs.
#pragma once

#include <dlfcn.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tally::inference {

struct FakeNrt {
  // What to do.
  std::uint32_t cores = 2;
  std::string fail_call;  // "nrt_execute"; empty: nothing fails.
  int fail_status = 0;
  int fail_core = -1;          // Calls about another core succeed; -1: any.
  std::size_t fail_after = 0;  // So many of these calls succeed first.

  // What was seen.
  std::vector<std::string> mistakes;         // Calls that the real one would not forgive.
  std::map<std::string, std::size_t> calls;  // By name.
  std::map<int, std::size_t> executed;       // By core.
  std::vector<std::vector<double>> inputs;   // Of each execution, the means of its items.
  bool running = false;                      // Between nrt_init and nrt_close.
  std::size_t models = 0;                    // Alive.
  std::size_t tensors = 0;
  std::size_t sets = 0;
  std::size_t infos = 0;
};

extern "C" FakeNrt* fake_nrt();
extern "C" void fake_nrt_reset();  // Asserts that nothing is alive.

// The same, from the library at `path`; the test must run beside what its target NEEDS.
inline FakeNrt& loaded_fake_nrt(const char* path) {
  void* library = ::dlopen(path, RTLD_NOW | RTLD_LOCAL);
  return *reinterpret_cast<decltype(&fake_nrt)>(::dlsym(library, "fake_nrt"))();
}

}  // namespace tally::inference
