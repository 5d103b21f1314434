#include "cli/doctor_command.hpp"

#include <fmt/format.h>

#include "cli/cli_error.hpp"
#include "cli/json_output.hpp"

namespace tally::cli {
namespace {

Tint tint_of(Check::Grade grade) {
  if (grade == Check::Grade::kOk) return Tint::kGood;
  return grade == Check::Grade::kWarn ? Tint::kWarning : Tint::kBad;
}

}  // namespace

Result<void> run_doctor(const DoctorArguments& arguments, Console& console) {
  const std::vector<Check> checks = run_checks();
  int failed = 0;
  for (const Check& check : checks) failed += check.grade == Check::Grade::kFail ? 1 : 0;
  if (arguments.json) console.print(doctor_json(checks));
  for (const Check& check : checks) {
    if (arguments.json) break;
    console.print(fmt::format(
        "{}  {:<10} {}\n",
        console.tinted(tint_of(check.grade), fmt::format("{:<4}", name_of(check.grade))),
        check.name, one_line(check.found)));
    if (!check.mend.empty()) console.print(fmt::format("{:<16} {}\n", "", check.mend));
  }
  if (failed == 0) return {};
  return fail(CliError::kCheckFailed, fmt::format("{} essential {} not work", failed,
                                                  failed == 1 ? "part does" : "parts do"));
}

}  // namespace tally::cli
