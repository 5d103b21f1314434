// tally doctor: what works on this machine, and how to mend what does not.
#pragma once

#include "base/error.hpp"
#include "cli/console.hpp"

namespace tally::cli {

struct DoctorArguments {
  bool json = false;
};

// Errors: CliError::kCheckFailed where something essential does not work.
Result<void> run_doctor(const DoctorArguments& arguments, Console& console);

}  // namespace tally::cli
