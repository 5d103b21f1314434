#include <map>

#include "cli/argument_parts.hpp"

namespace tally::cli {
namespace {

constexpr int kJobsMax = 256;  // As the runner's.
constexpr double kSecondsMax = 24 * 3600;

const std::map<std::string, KeepReports> kKeepWords{
    {"failed", KeepReports::kFailed}, {"all", KeepReports::kAll}, {"none", KeepReports::kNone}};

}  // namespace

void add_eval(CLI::App& root, EvalArguments& into) {
  CLI::App& app = add_command(root, "eval", "Measure carts of sessions against their truth.",
                              R"(Examples:
  tally eval sessions                                 eval.html and eval.json in out/eval/sessions/
  tally eval sessions --cameras all,best-single       three cameras against the best single one
  tally eval sessions --require exact=0.95,wrong=0.003 --json
  tally eval sessions --limit 20 -- --no-gate         what follows -- goes to 'tally process')");
  app.add_option("DIR", into.folder, "Folder of sessions, each with session.toml and truth.json")
      ->required();
  app.add_option("PROCESS_OPTIONS", into.process_options, "After --: options for 'tally process'");
  app.add_option("--output,-o,--out", into.output, "Where results go; default: out/eval/<DIR>")
      ->option_text("DIR");
  app.add_option("--model,-m", into.model, "Model package for 'tally process'; default: its own")
      ->envname("TALLY_MODEL")
      ->option_text("PKG");
  app.add_option("--cameras", into.cameras,
                 "'cam0,cam1': these only; 'all'; 'best-single': each by itself; may be repeated")
      ->allow_extra_args(false)
      ->option_text("LIST");
  app.add_option("--limit", into.limit, "Only the first N sessions")
      ->check(number_between(1, 1e9))
      ->option_text("N");
  app.add_option("--jobs,-j", into.jobs, "Sessions at the same time; default: one for each core")
      ->check(number_between(1, kJobsMax))
      ->option_text("N");
  app.add_option("--policy-threshold", into.policy_threshold,
                 "Decide anew: review exactly the carts that are less sure")
      ->check(number_between(0, 1))
      ->option_text("P");
  app.add_option("--wrong-limit", into.wrong_limit,
                 "Wrong charges to allow when looking for the best threshold; default: 0.003")
      ->check(number_between(0, 1))
      ->option_text("R");
  app.add_option("--require", into.require,
                 "Figures to reach, as exact=0.95,wrong=0.003; one that is missed ends with 1")
      ->option_text("GATES");
  app.add_option("--reports", into.keep, "Clips and reports to keep: failed (default), all, none")
      ->transform(CLI::CheckedTransformer(kKeepWords))
      ->option_text("WHICH");
  app.add_option("--time-limit", into.time_max_seconds, "Seconds for one session; default: 600")
      ->check(number_between(1, kSecondsMax))
      ->option_text("S");
  app.add_flag("--fresh", into.fresh, "Do finished sessions again too");
  add_threads(app, into.threads);
  add_outputs(app, into.json, into.quiet);
}

}  // namespace tally::cli
