// tally compile: an exported graph to a model package, in fp32 or in less; what is less is held to
// fp32 on pictures, and refused where it loses too much.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.hpp"
#include "cli/console.hpp"

namespace tally::cli {

inline constexpr double kToleranceDefault = 0.02;

struct CompileArguments {
  std::filesystem::path graph;
  std::filesystem::path output;
  std::string task;   // "detect", "segment", "embed"; empty: as the graph says or looks.
  std::string names;  // A file or "coco80"; empty: from the graph's metadata.
  std::string name;
  std::string licence;
  std::string source;
  std::string precision = "fp32";   // "fp32", "bf16", "fp16", "int8"
  std::string size;                 // "WxH"; empty: the graph's.
  std::string batch;                // A number or "dynamic"; empty: the graph's.
  std::string target = "cpu";       // "cpu", "neuron"
  std::filesystem::path calibrate;  // Pictures for int8; empty: the graph is quantised already.
  std::string verify;               // FOLDER or FOLDER=CLASS[,CLASS…]; empty: nothing is compared.
  std::filesystem::path against;    // The graph in fp32 to compare with; empty: `graph`.
  double tolerance = kToleranceDefault;  // verify::loss_of() above this refuses the package.
  bool force = false;
  bool quiet = false;
};

// Errors: CliError::kUsage for words that don't go together, and for another target;
// VerifyError::kWorse for a package beyond the tolerance; those of compile_onnx() and quantise().
Result<void> run_compile(const CompileArguments& arguments, Console& console);

}  // namespace tally::cli
