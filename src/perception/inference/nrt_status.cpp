#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "perception/inference/neuron_runtime.hpp"

namespace tally::inference {
namespace {

struct Meaning {
  nrt::Status status;
  std::string_view name;
  std::string_view words;
  EngineError error = EngineError::kExecution;
};

constexpr std::array<Meaning, 28> kMeanings{{
    {0, "NRT_SUCCESS", "it succeeded"},
    {1, "NRT_FAILURE", "it failed without saying why; see the runtime's log"},
    {2, "NRT_INVALID", "the NEFF, a name or a size is not valid", EngineError::kGraphInvalid},
    {3, "NRT_INVALID_HANDLE", "the handle is not valid"},
    {4, "NRT_RESOURCE", "memory or another resource ran out", EngineError::kUnavailable},
    {5, "NRT_TIMEOUT", "it took longer than NEURON_RT_EXEC_TIMEOUT"},
    {6, "NRT_HW_ERROR", "the hardware failed", EngineError::kUnavailable},
    {7, "NRT_QUEUE_FULL", "too many requests wait for this core"},
    {9, "NRT_LOAD_NOT_ENOUGH_NC", "not enough cores are free; see NEURON_RT_VISIBLE_CORES",
     EngineError::kUnavailable},
    {10, "NRT_UNSUPPORTED_NEFF_VERSION",
     "the NEFF is of another version; compile it with the SDK that is installed here",
     EngineError::kGraphInvalid},
    {11, "NRT_FAIL_HOST_MEM_ALLOC", "the host's memory ran out", EngineError::kUnavailable},
    {13, "NRT_UNINITIALIZED", "the runtime has not been started", EngineError::kUnavailable},
    {14, "NRT_CLOSED", "the runtime has been closed in this process", EngineError::kUnavailable},
    {15, "NRT_QUEUE_EMPTY", "the queue is empty"},
    {101, "NRT_EXEC_UNIT_UNRECOVERABLE", "the core is lost until the process is started again"},
    {1002, "NRT_EXEC_BAD_INPUT", "the input is not what the graph takes"},
    {1003, "NRT_EXEC_COMPLETED_WITH_NUM_ERR", "it gave values that are no numbers"},
    {1004, "NRT_EXEC_COMPLETED_WITH_ERR", "it ended with errors"},
    {1005, "NRT_EXEC_NC_BUSY", "the core is in use by another model or process"},
    {1006, "NRT_EXEC_OOB", "it reached outside of its memory"},
    {1100, "NRT_COLL_PENDING", "a collective operation is pending"},
    {1200, "NRT_EXEC_HW_ERR_COLLECTIVES", "it hangs in a collective operation"},
    {1201, "NRT_EXEC_HW_ERR_HBM_UE", "the device's memory has an error that can't be mended"},
    {1202, "NRT_EXEC_HW_ERR_NC_UE", "the core's memory has a parity error"},
    {1203, "NRT_EXEC_HW_ERR_DMA_ABORT", "a transfer engine failed"},
    {1204, "NRT_EXEC_SW_NQ_OVERFLOW", "the queue of notifications overflowed"},
    {1205, "NRT_EXEC_HW_ERR_REPAIRABLE_HBM_UE", "the device's memory has an error; reset it"},
    {1206, "NRT_NETWORK_PROXY_FAILURE", "the network proxy failed"},
}};

const Meaning* meaning_of(nrt::Status status) {
  const auto found = std::ranges::find(kMeanings, status, &Meaning::status);
  return found == kMeanings.end() ? nullptr : &*found;
}

}  // namespace

std::string nrt_status_text(nrt::Status status) {
  const Meaning* meaning = meaning_of(status);
  if (meaning == nullptr) return fmt::format("status {}, which is not documented", status);
  return fmt::format("{} ({}): {}", meaning->name, status, meaning->words);
}

EngineError nrt_error_of(nrt::Status status) {
  const Meaning* meaning = meaning_of(status);
  return meaning == nullptr ? EngineError::kExecution : meaning->error;
}

}  // namespace tally::inference
