#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/doctor_checks.hpp"
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

}  // namespace tally::cli
