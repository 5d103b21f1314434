// tally: the command line. Exit codes follow ErrorKind (base/error.hpp); an interrupted program
// ends by its signal.
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/console.hpp"
#include "cli/interrupt.hpp"

namespace {

using tally::Result;
using tally::cli::Console;

Result<void> run(const tally::cli::PrintText& text, Console& console) {
  console.print(text.text);
  return {};
}
Result<void> run(const tally::cli::ProcessArguments& arguments, Console& console) {
  return run_process(arguments, console);
}
Result<void> run(const tally::cli::DetectArguments& arguments, Console& console) {
  return run_detect(arguments, console);
}
Result<void> run(const tally::cli::CompileArguments& arguments, Console& console) {
  return run_compile(arguments, console);
}
Result<void> run(const tally::cli::ModelsArguments& arguments, Console& console) {
  return run_models(arguments, console);
}
Result<void> run(const tally::cli::EnrollArguments& arguments, Console& console) {
  return run_enroll(arguments, console);
}
Result<void> run(const tally::cli::AuditArguments& arguments, Console& console) {
  return run_audit(arguments, console);
}
Result<void> run(const tally::cli::BenchEngineArguments& arguments, Console& console) {
  return run_bench_engine(arguments, console);
}
Result<void> run(const tally::cli::BenchPipelineArguments& arguments, Console& console) {
  return run_bench_pipeline(arguments, console);
}
Result<void> run(const tally::cli::BenchDensityArguments& arguments, Console& console) {
  return run_bench_density(arguments, console);
}
Result<void> run(const tally::cli::BenchCompareArguments& arguments, Console& console) {
  return run_bench_compare(arguments, console);
}
Result<void> run(const tally::cli::BenchCostArguments& arguments, Console& console) {
  return run_bench_cost(arguments, console);
}
Result<void> run(const tally::cli::EvalArguments& arguments, Console& console) {
  return run_eval(arguments, console);
}
Result<void> run(const tally::cli::DeviceArguments& arguments, Console& console) {
  return run_device(arguments, console);
}
Result<void> run(const tally::cli::DeviceProvisionArguments& arguments, Console& console) {
  return run_device_provision(arguments, console);
}
Result<void> run(const tally::cli::DeviceKeyArguments& arguments, Console& console) {
  return run_device_rotate_key(arguments, console);
}
Result<void> run(const tally::cli::DoctorArguments& arguments, Console& console) {
  return run_doctor(arguments, console);
}

Result<void> run(const tally::cli::ConfigArguments& arguments, Console& console) {
  return run_config(arguments, console);
}

Result<void> run(const tally::cli::ServeArguments& arguments, Console& console) {
  return run_serve(arguments, console);
}
Result<void> run(const tally::cli::DemoArguments& arguments, Console& console) {
  return run_demo(arguments, console);
}

Result<void> run(const std::vector<std::string>& words, Console& console) {
  auto invocation = tally::cli::parse_arguments(words);
  if (!invocation) return std::unexpected(std::move(invocation.error()));
  auto done = std::visit([&](const auto& chosen) { return run(chosen, console); }, *invocation);
  console.progress_done();
  if (!done) return done;
  return console.flush();
}

}  // namespace

int main(int count, char** words) {
  tally::cli::watch_for_interrupts();
  Console console;
  const auto done =
      run(std::vector<std::string>(words + (count > 0 ? 1 : 0), words + count), console);
  if (done) return 0;
  console.error(done.error());
  tally::cli::end_by_signal_if_interrupted();
  return static_cast<int>(done.error().code.kind);
}
