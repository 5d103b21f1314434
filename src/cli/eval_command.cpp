#include "cli/eval_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <set>
#include <system_error>

#include "base/child_program.hpp"
#include "base/files.hpp"
#include "cli/cart_words.hpp"
#include "cli/cli_error.hpp"
#include "cli/eval_json.hpp"
#include "cli/eval_page.hpp"
#include "cli/eval_plan.hpp"
#include "cli/eval_words.hpp"
#include "cli/interrupt.hpp"
#include "cli/model.hpp"
#include "perception/evaluate/evaluation.hpp"
#include "perception/evaluate/runner.hpp"
#include "perception/inference/openvino_engine.hpp"
#include "perception/media/decoder_process.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;
using evaluate::EvaluatedRun;
using evaluate::EvaluatedSession;
using evaluate::Evaluation;
using evaluate::Figures;
using evaluate::Job;
using evaluate::JobResult;
using evaluate::JobState;
using evaluate::SessionSource;

// A session in a run: what is to be processed, and against what it will be held.
struct Entry {
  std::size_t run = 0;
  evaluate::Truth truth;
  Job job;
};

struct Plan {
  fs::path output;
  std::vector<CameraChoice> choices;
  std::vector<Entry> entries;
  std::vector<evaluate::LeftOut> left_out;
};

fs::path output_of(const EvalArguments& arguments) {
  if (!arguments.output.empty()) return arguments.output;
  std::error_code ignored;
  const fs::path folder = fs::weakly_canonical(arguments.folder, ignored);
  const fs::path name = folder.has_filename() ? folder.filename() : folder.parent_path().filename();
  return fs::path("out") / "eval" / name;
}

fs::path this_program() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored);
}

// What every child gets, and its cart depends on.
std::vector<std::string> shared_words(const EvalArguments& arguments) {
  std::vector<std::string> words;
  if (!arguments.model.empty()) words.insert(words.end(), {"--model", arguments.model.string()});
  if (arguments.keep == KeepReports::kNone) words.emplace_back("--no-evidence");
  std::ranges::copy(arguments.process_options, std::back_inserter(words));
  return words;
}

// The models that children take, told or not.
std::vector<fs::path> packages_of(const EvalArguments& arguments) {
  const auto or_variable = [](fs::path given, const char* name) {
    const char* value = given.empty() ? std::getenv(name) : nullptr;
    return value == nullptr ? given : fs::path(value);
  };
  return {package_or_default(or_variable(arguments.model, "TALLY_MODEL"), "detector"),
          package_or_default(or_variable({}, "TALLY_CLOSE_UP"), "close_up"),
          package_or_default(or_variable({}, "TALLY_EMBEDDER"), "embedder")};
}

void plan_run(Plan& plan, std::size_t run, const std::vector<SessionSource>& sessions,
              const std::string& settings) {
  const CameraChoice& choice = plan.choices[run];
  for (const SessionSource& session : sessions) {
    const auto leave_out = [&](std::string why) {
      plan.left_out.push_back({choice.label, session.name, std::move(why)});
    };
    if (!session.problem.empty() && !choice.cameras.empty()) {
      leave_out(session.problem);
      continue;
    }
    if (!has_cameras(session, choice)) {
      leave_out(fmt::format("has only {}", fmt::join(session.cameras, ", ")));
      continue;
    }
    auto truth = evaluate::load_truth(session.folder / evaluate::kTruthFile);
    if (!truth) {
      leave_out(std::move(truth.error().message));
      continue;
    }
    plan.entries.push_back(
        {run,
         std::move(*truth),
         {session, choice.cameras, plan.output / job_folder(choice, session.name), settings}});
  }
}

Result<Plan> plan_of(const EvalArguments& arguments) {
  Plan plan;
  plan.output = output_of(arguments);
  const auto sessions = evaluate::find_sessions(
      arguments.folder, arguments.limit > 0 ? arguments.limit : evaluate::kSessionsMax);
  if (!sessions) return std::unexpected(sessions.error());
  auto choices = camera_choices(arguments.cameras, *sessions);
  if (!choices) return std::unexpected(std::move(choices.error()));
  plan.choices = std::move(*choices);
  const auto settings =
      settings_text(shared_words(arguments), {this_program(), media::decoder_program({})},
                    packages_of(arguments));
  if (!settings) return std::unexpected(settings.error());
  for (std::size_t run = 0; run < plan.choices.size(); ++run) {
    plan_run(plan, run, *sessions, *settings);
  }
  if (plan.entries.empty()) {
    return fail(CliError::kNotFound,
                fmt::format("{}: no session can be measured; {}: {}", arguments.folder.string(),
                            plan.left_out.at(0).session, plan.left_out.at(0).why));
  }
  return plan;
}

evaluate::ProcessSession processing_of(const EvalArguments& arguments, int jobs) {
  const int threads =
      arguments.threads > 0 ? arguments.threads : std::max(1, inference::allowed_cores() / jobs);
  std::vector<std::string> words{this_program().string(), "process"};
  std::vector<std::string> last{"--quiet", "--threads", std::to_string(threads)};
  std::ranges::copy(shared_words(arguments), std::back_inserter(last));
  const auto time_max =
      std::chrono::seconds(std::max<std::int64_t>(1, std::llround(arguments.time_max_seconds)));
  return [words, last, time_max](const evaluate::Assignment& assignment) {
    std::vector<std::string> all = words;
    all.insert(all.end(), {assignment.session.string(), "-o", assignment.output.string()});
    std::ranges::copy(last, std::back_inserter(all));
    return run_child(all, time_max, assignment.stop);
  };
}

Result<std::vector<JobResult>> process_all(const EvalArguments& arguments, const Plan& plan,
                                           const evaluate::ProcessSession& process,
                                           Console& console) {
  std::vector<Job> jobs;
  for (const Entry& entry : plan.entries) jobs.push_back(entry.job);
  evaluate::RunOptions options;
  options.jobs = std::min(arguments.jobs > 0 ? arguments.jobs : inference::allowed_cores(),
                          evaluate::kJobsMax);
  options.fresh = arguments.fresh;
  options.scratch = plan.output;
  options.cancelled = interrupted;
  options.on_progress = [&](std::size_t finished, std::size_t failed) {
    const std::string label = failed == 0 ? "eval" : fmt::format("eval, {} failed", failed);
    console.progress(label, static_cast<std::int64_t>(finished),
                     static_cast<std::int64_t>(jobs.size()), "sessions");
  };
  auto results =
      evaluate::run_jobs(jobs, process ? process : processing_of(arguments, options.jobs), options);
  console.progress_done();
  const auto count = [&](JobState state) {
    return std::ranges::count(results, state, &JobResult::state);
  };
  if (interrupted()) {
    return fail(CliError::kInterrupted,
                fmt::format("interrupted with {} of {} done; the same command goes on from there",
                            count(JobState::kDone) + count(JobState::kKept),
                            counted(static_cast<std::int64_t>(jobs.size()), "session")));
  }
  if (count(JobState::kKept) > 0) {
    console.note(fmt::format("{} of {} were finished already; --fresh does them again",
                             count(JobState::kKept),
                             counted(static_cast<std::int64_t>(jobs.size()), "session")));
  }
  return results;
}

// Where the page finds the report; clips and report of what is all right go away if so wanted.
std::string settle_report(const Entry& entry, const EvaluatedSession& session,
                          const EvalArguments& arguments, const fs::path& output) {
  std::error_code ignored;
  const fs::path report = entry.job.output / "report.html";
  if (arguments.keep == KeepReports::kFailed && evaluate::all_right(session)) {
    fs::remove(report, ignored);
    fs::remove_all(entry.job.output / "evidence", ignored);
    return "";
  }
  // What an earlier run left there is no report of a session that failed now.
  const bool shown = session.failure.empty() && fs::exists(report, ignored);
  return shown ? report.lexically_relative(output).string() : "";
}

// A video may be missing, so the cart knows best.
std::size_t cameras_of(const Entry& entry, const Cart& cart) {
  const auto seen = std::ranges::count_if(cart.inputs.videos,
                                          [](const CartVideo& video) { return video.frames > 0; });
  if (seen > 0) return static_cast<std::size_t>(seen);
  return entry.job.cameras.empty() ? entry.job.session.cameras.size() : entry.job.cameras.size();
}

Evaluation evaluate_all(const EvalArguments& arguments, Plan&& plan,
                        const std::vector<JobResult>& results) {
  Evaluation evaluation;
  evaluation.source = arguments.folder.string();
  evaluation.tally_version = TALLY_VERSION;
  evaluation.policy_threshold = arguments.policy_threshold;
  for (const CameraChoice& choice : plan.choices) {
    EvaluatedRun run;
    run.label = choice.label;
    run.single = choice.single;
    evaluation.runs.push_back(std::move(run));
  }
  for (std::size_t i = 0; i < plan.entries.size(); ++i) {
    Entry& entry = plan.entries[i];
    EvaluatedSession session =
        evaluate::evaluate_session(entry.job.session.name, std::move(entry.truth), entry.job.output,
                                   results[i].failure, arguments.policy_threshold);
    session.cameras = cameras_of(entry, session.cart);
    session.report = settle_report(entry, session, arguments, plan.output);
    evaluation.runs[entry.run].sessions.push_back(std::move(session));
  }
  for (EvaluatedRun& run : evaluation.runs) evaluate::summarise_run(run, arguments.wrong_limit);
  evaluation.left_out = std::move(plan.left_out);
  return evaluation;
}

std::string figures_in_words(const evaluate::Summary& summary) {
  const Figures& all = summary.all;
  std::string text;
  for (const auto& [name, rate] : rates_of(all)) {
    text +=
        fmt::format("  {:<26} {:>9}  {}\n", name, share_text(rate.share()), interval_text(rate));
  }
  text += fmt::format("  {:<26} {:>9.3f}\n", "Count error of a line", all.count_error.mean);
  if (summary.calibration.count == 0) return text;  // There was no cart at all.
  if (all.money) {
    text += fmt::format("  {:<26} {:>9}  {} with its sign\n", "Error in money, a cart",
                        money_text(all.money->error_absolute_minor.mean, all.money->currency),
                        money_text(all.money->error_minor.mean, all.money->currency));
  }
  text += fmt::format("  {:<26} {:>9.3f}  Brier {:.3f}\n", "Calibration error",
                      summary.calibration.ece, summary.calibration.brier);
  if (summary.best) {
    text += fmt::format("  {:<26} {:>9.4f}  {} reviewed, {} charged wrongly\n",
                        fmt::format("Knob for {} wrong", share_text(summary.wrong_max)),
                        summary.best->threshold, share_text(summary.best->review.share()),
                        share_text(summary.best->wrong_charge.share()));
  }
  return text;
}

void print_in_words(const Evaluation& evaluation, const fs::path& output, Console& console) {
  const EvaluatedRun& first = evaluation.runs.front();
  const Figures& all = first.summary.all;
  console.print(fmt::format(
      "{}\n\n{}",
      console.tinted(
          Tint::kStrong,
          fmt::format("{}, {}{}", counted(all.sessions, "session"), one_line(run_words(first)),
                      all.failed == 0 ? "" : fmt::format(", {} without a cart", all.failed))),
      figures_in_words(first.summary)));
  if (evaluation.runs.size() > 1) {
    console.print("\n  cameras                       exact         F1      wrong     review\n");
    const EvaluatedRun* best = evaluate::best_single(evaluation.runs);
    for (const EvaluatedRun& run : evaluation.runs) {
      const Figures& figures = run.summary.all;
      console.print(fmt::format("  {:<26} {:>9}  {:>9}  {:>9}  {:>9}{}\n", one_line(run_words(run)),
                                share_text(figures.exact.share()), share_text(figures.f1.share()),
                                share_text(figures.wrong_charge.share()),
                                share_text(figures.review.share()),
                                &run == best ? "  best single" : ""));
    }
  }
  if (!evaluation.left_out.empty()) {
    std::set<std::string> names;
    for (const evaluate::LeftOut& left : evaluation.left_out) names.insert(left.session);
    console.print(fmt::format("\n{} not measured, the first because of {}\n",
                              counted(static_cast<std::int64_t>(names.size()), "session"),
                              one_line(evaluation.left_out.front().why)));
  }
  console.print(fmt::format("\nReport: {}\n", (output / "eval.html").string()));
}

Result<void> hold_gates(const Evaluation& evaluation, Console& console) {
  std::int64_t missed = 0;
  for (const evaluate::GateResult& gate : evaluation.gates) {
    if (gate.met) continue;
    ++missed;
    console.error({code_of(CliError::kGate), evaluate::words_of(gate)});
  }
  if (missed == 0) return {};
  return fail(CliError::kGate,
              fmt::format("{} of {} missed", missed,
                          counted(static_cast<std::int64_t>(evaluation.gates.size()), "gate")));
}

}  // namespace

Result<void> run_eval(const EvalArguments& arguments, Console& console,
                      const evaluate::ProcessSession& process) {
  console.set_quiet(arguments.quiet);
  std::vector<evaluate::Gate> gates;
  if (!arguments.require.empty()) {
    auto parsed = evaluate::parse_gates(arguments.require);
    if (!parsed) return std::unexpected(std::move(parsed.error()));
    gates = std::move(*parsed);
  }
  auto plan = plan_of(arguments);
  if (!plan) return std::unexpected(std::move(plan.error()));
  std::error_code error;
  fs::create_directories(plan->output, error);
  if (error) {
    return fail(CliError::kOutput,
                fmt::format("can't make {}: {}", plan->output.string(), error.message()));
  }
  const auto results = process_all(arguments, *plan, process, console);
  if (!results) return std::unexpected(results.error());
  const fs::path output = plan->output;
  Evaluation evaluation = evaluate_all(arguments, std::move(*plan), *results);
  evaluation.gates = evaluate::check_gates(gates, evaluation.runs.front().summary);
  const std::string json = evaluation_json(evaluation);
  if (auto written = write_file_atomically(output / "eval.json", json); !written) return written;
  auto written = write_file_atomically(output / "eval.html", render_evaluation(evaluation));
  if (!written) return written;
  if (arguments.json)
    console.print(json);
  else
    print_in_words(evaluation, output, console);
  return hold_gates(evaluation, console);
}

}  // namespace tally::cli
