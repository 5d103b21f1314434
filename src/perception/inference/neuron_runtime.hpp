// AWS Neuron's runtime library, libnrt.so.1, loaded at run time.
//
// Which cores a process sees is the library's to say, by NEURON_RT_VISIBLE_CORES (a core, a list or
// a range; it wins) or NEURON_RT_NUM_CORES; here they are counted from 0. A process keeps its cores
// from open() until the last owner lets go, and the library can't be relied on to start a second
// time: keep the runtime for as long as the process may need it.
//
// Ownership: engines share it. Thread-safety: yes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "perception/inference/engine.hpp"
#include "perception/inference/nrt_api.hpp"

namespace tally::inference {

// "NRT_EXEC_NC_BUSY (1005): the core is in use by another model or process"; a status that is not
// documented gives its number.
[[nodiscard]] std::string nrt_status_text(nrt::Status status);

// What a call that gave `status` means to the one who asked for an engine: kUnavailable where the
// machine lacks it, kGraphInvalid where the NEFF is at fault, else kExecution.
[[nodiscard]] EngineError nrt_error_of(nrt::Status status);

struct NrtCalls {
  decltype(&nrt::nrt_init) init = nullptr;
  decltype(&nrt::nrt_close) close = nullptr;
  decltype(&nrt::nrt_get_visible_vnc_count) get_visible_vnc_count = nullptr;
  decltype(&nrt::nrt_load) load = nullptr;
  decltype(&nrt::nrt_unload) unload = nullptr;
  decltype(&nrt::nrt_get_model_tensor_info) get_model_tensor_info = nullptr;
  decltype(&nrt::nrt_free_model_tensor_info) free_model_tensor_info = nullptr;
  decltype(&nrt::nrt_allocate_tensor_set) allocate_tensor_set = nullptr;
  decltype(&nrt::nrt_destroy_tensor_set) destroy_tensor_set = nullptr;
  decltype(&nrt::nrt_add_tensor_to_tensor_set) add_tensor_to_tensor_set = nullptr;
  decltype(&nrt::nrt_tensor_allocate) tensor_allocate = nullptr;
  decltype(&nrt::nrt_tensor_free) tensor_free = nullptr;
  decltype(&nrt::nrt_tensor_write) tensor_write = nullptr;
  decltype(&nrt::nrt_tensor_read) tensor_read = nullptr;
  decltype(&nrt::nrt_execute) execute = nullptr;
};

// Where the library is looked for: TALLY_LIBNRT of the environment, else "libnrt.so.1" by the
// system's search, else where AWS's package puts it, /opt/aws/neuron/lib.
[[nodiscard]] std::filesystem::path default_nrt_library();

struct NeuronFound {
  std::string library;
  std::uint32_t visible_cores = 0;
};

// Whether a NEFF could run here, without starting the runtime, which would take the cores.
// Errors: EngineError::kUnavailable with what to install.
Result<NeuronFound> find_neuron(const std::filesystem::path& library = default_nrt_library());

class NeuronRuntime {
  struct Opened {};  // Only open() has one.

 public:
  // Loads the library and starts it; while somebody holds the runtime, gives the same again. A
  // library once loaded stays in the process.
  // Errors: EngineError::kUnavailable with what to install, or the runtime's own words; another
  // library while one runs.
  static Result<std::shared_ptr<NeuronRuntime>> open(
      const std::filesystem::path& library = default_nrt_library());
  NeuronRuntime(Opened, std::string library, const NrtCalls& calls, std::uint32_t visible_cores)
      : library_(std::move(library)), calls_(calls), visible_cores_(visible_cores) {}
  ~NeuronRuntime();
  NeuronRuntime(const NeuronRuntime&) = delete;
  NeuronRuntime& operator=(const NeuronRuntime&) = delete;

  [[nodiscard]] const NrtCalls& calls() const { return calls_; }
  [[nodiscard]] std::uint32_t visible_cores() const { return visible_cores_; }  // At least 1.
  [[nodiscard]] const std::string& library() const { return library_; }

 private:
  std::string library_;
  NrtCalls calls_;
  std::uint32_t visible_cores_;
};

}  // namespace tally::inference
