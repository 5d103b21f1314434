// What several commands' arguments are made of. Includes a heavy header: for the sources that read
// the command line only.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <filesystem>
#include <string>

#include "cli/audit_command.hpp"
#include "cli/bench_command.hpp"
#include "cli/compile_command.hpp"
#include "cli/config_command.hpp"
#include "cli/demo_command.hpp"
#include "cli/device_command.hpp"
#include "cli/enroll_command.hpp"
#include "cli/eval_command.hpp"
#include "cli/models_command.hpp"
#include "cli/serve_command.hpp"

namespace tally::cli {

// Unlike CLI11's own range it lets no NaN through.
CLI::Validator number_between(double low, double high);

void add_threads(CLI::App& app, int& threads);
void add_outputs(CLI::App& app, bool& json, bool& quiet);
void add_model(CLI::App& app, std::filesystem::path& model);  // --model, a detector's.

CLI::App& add_command(CLI::App& parent, const std::string& name, const std::string& description,
                      const std::string& examples);

// Commands with a source of their own.
void add_compile(CLI::App& root, CompileArguments& into);
void add_models(CLI::App& root, ModelsArguments& into);
void add_audit(CLI::App& root, AuditArguments& into);
void add_eval(CLI::App& root, EvalArguments& into);
void add_enroll(CLI::App& root, EnrollArguments& into);
void add_config(CLI::App& root, ConfigArguments& into);
void add_serve(CLI::App& root, ServeArguments& into);
void add_demo(CLI::App& root, DemoArguments& into);

struct BenchPending {
  BenchEngineArguments engine;
  BenchPipelineArguments pipeline;
  BenchDensityArguments density;
  BenchCompareArguments compare;
  BenchCostArguments cost;
};
void add_bench(CLI::App& root, BenchPending& into);

struct DevicePending {
  DeviceArguments run;
  DeviceProvisionArguments provision;
  DeviceKeyArguments rotate_key;
};
void add_device(CLI::App& root, DevicePending& into);

// What is wrong with arguments that were read one by one, or "".
std::string enroll_problem(const EnrollArguments& arguments);

}  // namespace tally::cli
