// For bench/start.py, which preloads it: writes into the file $TALLY_FIRST_INFERENCE when, by the
// monotonic clock, the process's first inference was there, in seconds.
#include <dlfcn.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>

// Has the name of OpenVINO's own, and so is called in its place.
namespace ov {
class InferRequest {
 public:
  void wait();
};
}  // namespace ov

void ov::InferRequest::wait() {
  using Wait = void (*)(InferRequest*);
  static const Wait real =
      reinterpret_cast<Wait>(::dlsym(RTLD_NEXT, "_ZN2ov12InferRequest4waitEv"));
  real(this);
  static std::atomic<bool> first = true;
  const char* file = std::getenv("TALLY_FIRST_INFERENCE");
  if (!first.exchange(false) || file == nullptr) return;
  const std::chrono::duration<double> now = std::chrono::steady_clock::now().time_since_epoch();
  if (std::FILE* out = std::fopen(file, "we"); out != nullptr) {
    std::fprintf(out, "%.6f\n", now.count());
    std::fclose(out);
  }
}
