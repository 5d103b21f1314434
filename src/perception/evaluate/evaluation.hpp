// The whole of an evaluation: runs over the same sessions with different cameras, each session with
// what was expected and what came. Values; what eval.json and eval.html are made from.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "perception/evaluate/gates.hpp"
#include "perception/evaluate/score.hpp"
#include "perception/evaluate/summary.hpp"
#include "perception/evaluate/truth.hpp"

namespace tally::evaluate {

struct EvaluatedSession {
  std::string name;
  std::size_t cameras = 0;  // Whose videos the cart was made from.
  SessionScore score;
  Truth truth;
  Cart cart;            // Empty where the session failed.
  std::string failure;  // Why there is no cart; else empty.
  std::string report;   // Path of its report.html from eval.html; empty where none was kept.
};

struct EvaluatedRun {
  std::string label;                       // "all", "cam0", "cam0+cam2".
  bool single = false;                     // One camera by itself.
  std::vector<EvaluatedSession> sessions;  // By name.
  Summary summary;
  std::vector<Group> by_cameras;  // Sessions with the same number of cameras: "1", "3".
};

// Not measured: its truth can't be read, or it lacks a camera that a run needs.
struct LeftOut {
  std::string run;
  std::string session;
  std::string why;
};

struct Evaluation {
  std::string source;  // The folder, as given.
  std::string tally_version;
  std::optional<double> policy_threshold;  // Given where decisions were made anew by it.
  std::vector<EvaluatedRun> runs;          // Never empty; the first is what gates look at.
  std::vector<LeftOut> left_out;
  std::vector<GateResult> gates;
};

// Scores a session from what its job left in `output`. `failure` as the runner told it, empty for
// none; a cart that can't be read is a failure too. `threshold` makes the decision anew.
[[nodiscard]] EvaluatedSession evaluate_session(std::string name, Truth truth,
                                                const std::filesystem::path& output,
                                                std::string failure,
                                                std::optional<double> threshold);

// Fills in the summary of a run from its sessions.
void summarise_run(EvaluatedRun& run, double wrong_max);

// Nothing to see: exact, every item right, and decided without a human.
[[nodiscard]] bool all_right(const EvaluatedSession& session);

// The sessions that are not all right, most serious first: wrong charges, missed charges, failed,
// carts that are not exact, wrong items in exact carts, reviews of right carts; by name within.
[[nodiscard]] std::vector<const EvaluatedSession*> worth_a_look(const EvaluatedRun& run);

// The single-camera run with the highest exact rate (then F1, then the earlier); null for none.
[[nodiscard]] const EvaluatedRun* best_single(const std::vector<EvaluatedRun>& runs);

}  // namespace tally::evaluate
