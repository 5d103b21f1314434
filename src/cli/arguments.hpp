// The command line, understood: which command with which options, or a text to print.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "cli/audit_command.hpp"
#include "cli/bench_command.hpp"
#include "cli/compile_command.hpp"
#include "cli/config_command.hpp"
#include "cli/demo_command.hpp"
#include "cli/detect_command.hpp"
#include "cli/device_command.hpp"
#include "cli/doctor_command.hpp"
#include "cli/enroll_command.hpp"
#include "cli/eval_command.hpp"
#include "cli/models_command.hpp"
#include "cli/process_command.hpp"
#include "cli/serve_command.hpp"

namespace tally::cli {

struct PrintText {  // --help, --version
  std::string text;
};

using Invocation =
    std::variant<PrintText, ProcessArguments, DetectArguments, CompileArguments, EnrollArguments,
                 AuditArguments, ModelsArguments, BenchEngineArguments, BenchPipelineArguments,
                 BenchDensityArguments, BenchCompareArguments, BenchCostArguments, DoctorArguments,
                 EvalArguments, ConfigArguments, DeviceArguments, DeviceProvisionArguments,
                 DeviceKeyArguments, ServeArguments, DemoArguments>;

// `words` without the program's name. Errors: CliError::kUsage, with a suggestion where one is
// near.
Result<Invocation> parse_arguments(const std::vector<std::string>& words);

}  // namespace tally::cli
