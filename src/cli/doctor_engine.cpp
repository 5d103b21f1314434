#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/doctor_checks.hpp"
#include "perception/inference/neuron_runtime.hpp"
#include "perception/inference/openvino_support.hpp"

namespace tally::cli {

Check check_engine() {
  Check check{.name = "engine", .grade = Check::Grade::kOk, .found = "", .mend = ""};
  try {
    const std::vector<std::string> devices = inference::openvino::core().get_available_devices();
    check.found = fmt::format("OpenVINO {}, devices: {}", inference::openvino::version(),
                              fmt::join(devices, ", "));
    if (std::ranges::find(devices, "CPU") != devices.end()) return check;
    check.found += "; the CPU is not among them";
  } catch (const std::exception& error) {
    check.found = "OpenVINO does not start: " + inference::openvino::readable(error.what());
  }
  check.grade = Check::Grade::kFail;
  check.mend = "run tools/setup, which unpacks OpenVINO, and build again";
  return check;
}

// Most machines have none, and lack nothing by it.
Check check_neuron() {
  const auto found = inference::find_neuron();
  if (found) {
    return {.name = "neuron",
            .grade = Check::Grade::kOk,
            .found = fmt::format("{}, {} {} visible", found->library, found->visible_cores,
                                 found->visible_cores == 1 ? "core" : "cores"),
            .mend = ""};
  }
  return {.name = "neuron",
          .grade = Check::Grade::kOk,
          .found = "not here; only packages with target \"neuron\" need it",
          .mend = found.error().message};
}

}  // namespace tally::cli
