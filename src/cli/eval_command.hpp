// tally eval: how good the carts of many sessions are, against the truth that came with them.
//
// Each session is processed by a child, `tally process`, so that one that crashes is one failure
// and memory does not grow; results go to OUTPUT/results/<cameras>/<session>/, and eval.json and
// eval.html beside them. docs/eval.md defines the figures and the options' meaning.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "cli/console.hpp"
#include "perception/evaluate/runner.hpp"

namespace tally::cli {

// Of which sessions clips and report.html stay.
enum class KeepReports : std::uint8_t {
  kFailed,  // Of those that are not all right.
  kAll,
  kNone,  // No clips are cut; reports without clips stay.
};

struct EvalArguments {
  std::filesystem::path folder;
  std::filesystem::path output;              // Empty: out/eval/<folder's name>.
  std::filesystem::path model;               // Empty: what `tally process` takes by itself.
  std::vector<std::string> cameras;          // As camera_choices takes them.
  std::vector<std::string> process_options;  // Passed on to `tally process`.
  std::string require;                       // As parse_gates takes them; empty: none.
  std::optional<double> policy_threshold;    // Decide anew: review what is less sure.
  double wrong_limit = 0.003;                // For the best knob.
  double time_max_seconds = 600;             // For one session.
  std::size_t limit = 0;                     // 0: all sessions.
  int jobs = 0;                              // 0: one for each core.
  int threads = 0;                           // Of each job's engine; 0: the cores' share.
  KeepReports keep = KeepReports::kFailed;
  bool fresh = false;
  bool json = false;
  bool quiet = false;
};

// `process` turns a session into a cart; empty is the child. Errors: those of finding sessions and
// of writing results; CliError::kGate when a gate was missed, after each was told;
// CliError::kInterrupted, with what is done kept.
Result<void> run_eval(const EvalArguments& arguments, Console& console,
                      const evaluate::ProcessSession& process = {});

}  // namespace tally::cli
