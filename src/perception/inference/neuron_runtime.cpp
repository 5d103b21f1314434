#include "perception/inference/neuron_runtime.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>
#include <mutex>
#include <system_error>
#include <utility>

namespace tally::inference {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kInstall =
    "AWS Neuron's runtime is needed: on an Inferentia or Trainium instance install "
    "aws-neuronx-dkms and aws-neuronx-runtime-lib from AWS's Neuron repository "
    "(https://awsdocs-neuron.readthedocs-hosted.com), or use the model's package for CPUs";
constexpr const char* kLibrary = "libnrt.so.1";
constexpr const char* kInstalledIn = "/opt/aws/neuron/lib";  // By AWS's package.
constexpr const char* kVersion = "tally";                    // For the runtime's log.

// Starting and closing exclude each other. Recursive: the last owner may be one who asks again.
std::recursive_mutex& lifecycle() {
  static std::recursive_mutex mutex;
  return mutex;
}

std::unexpected<Error> unavailable(std::string_view library, std::string_view what) {
  return fail(EngineError::kUnavailable, fmt::format("{}: {}. {}", library, what, kInstall));
}

template <typename Call>
bool resolve(void* handle, const char* name, Call& call, const char*& missing) {
  call = reinterpret_cast<Call>(::dlsym(handle, name));
  if (call == nullptr && missing == nullptr) missing = name;
  return call != nullptr;
}

// Never unloaded: the library has threads of its own.
void* load_library(const std::string& library) {
  constexpr int kHow = RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE;
  const fs::path installed = fs::path(kInstalledIn) / kLibrary;
  std::error_code error;
  void* handle = ::dlopen(library.c_str(), kHow);
  const bool elsewhere = handle == nullptr && library == kLibrary && fs::exists(installed, error);
  return elsewhere ? ::dlopen(installed.c_str(), kHow) : handle;
}

Result<NrtCalls> load(const std::string& library) {
  void* handle = load_library(library);
  if (handle == nullptr) {
    const char* why = ::dlerror();
    return unavailable(library, why == nullptr ? "can't be loaded" : why);
  }
  NrtCalls calls;
  const char* missing = nullptr;
  resolve(handle, "nrt_init", calls.init, missing);
  resolve(handle, "nrt_close", calls.close, missing);
  resolve(handle, "nrt_get_visible_vnc_count", calls.get_visible_vnc_count, missing);
  resolve(handle, "nrt_load", calls.load, missing);
  resolve(handle, "nrt_unload", calls.unload, missing);
  resolve(handle, "nrt_get_model_tensor_info", calls.get_model_tensor_info, missing);
  resolve(handle, "nrt_free_model_tensor_info", calls.free_model_tensor_info, missing);
  resolve(handle, "nrt_allocate_tensor_set", calls.allocate_tensor_set, missing);
  resolve(handle, "nrt_destroy_tensor_set", calls.destroy_tensor_set, missing);
  resolve(handle, "nrt_add_tensor_to_tensor_set", calls.add_tensor_to_tensor_set, missing);
  resolve(handle, "nrt_tensor_allocate", calls.tensor_allocate, missing);
  resolve(handle, "nrt_tensor_free", calls.tensor_free, missing);
  resolve(handle, "nrt_tensor_write", calls.tensor_write, missing);
  resolve(handle, "nrt_tensor_read", calls.tensor_read, missing);
  resolve(handle, "nrt_execute", calls.execute, missing);
  ::dlclose(handle);
  if (missing == nullptr) return calls;
  return unavailable(library, fmt::format("has no {}; it is too old or no libnrt", missing));
}

Result<std::uint32_t> count_cores(const std::string& library, const NrtCalls& calls) {
  std::uint32_t cores = 0;
  if (const nrt::Status status = calls.get_visible_vnc_count(&cores); status != nrt::kSuccess) {
    return unavailable(library,
                       fmt::format("nrt_get_visible_vnc_count gave {}", nrt_status_text(status)));
  }
  if (cores > 0) return cores;
  return unavailable(library, "no NeuronCore is visible; see NEURON_RT_VISIBLE_CORES");
}

}  // namespace

fs::path default_nrt_library() {
  const char* given = std::getenv("TALLY_LIBNRT");
  if (given != nullptr && *given != '\0') return given;
  return kLibrary;
}

Result<NeuronFound> find_neuron(const fs::path& library) {
  const auto calls = load(library.string());
  if (!calls) return std::unexpected(calls.error());
  const auto cores = count_cores(library.string(), *calls);
  if (!cores) return std::unexpected(cores.error());
  return NeuronFound{.library = library.string(), .visible_cores = *cores};
}

NeuronRuntime::~NeuronRuntime() {
  const std::scoped_lock lock(lifecycle());
  calls_.close();
}

Result<std::shared_ptr<NeuronRuntime>> NeuronRuntime::open(const fs::path& library) {
  static std::weak_ptr<NeuronRuntime> running;
  const std::scoped_lock lock(lifecycle());
  if (auto runtime = running.lock()) {
    if (runtime->library() == library.string()) return runtime;
    return unavailable(library.string(),
                       fmt::format("{} runs already in this process", runtime->library()));
  }
  const auto calls = load(library.string());
  if (!calls) return std::unexpected(calls.error());
  if (const nrt::Status status = calls->init(nrt::kFrameworkNone, kVersion, kVersion);
      status != nrt::kSuccess) {
    return unavailable(library.string(), fmt::format("nrt_init gave {}", nrt_status_text(status)));
  }
  const auto cores = count_cores(library.string(), *calls);
  if (!cores) {
    calls->close();
    return std::unexpected(cores.error());
  }
  auto runtime = std::make_shared<NeuronRuntime>(Opened{}, library.string(), *calls, *cores);
  running = runtime;
  return runtime;
}

}  // namespace tally::inference
