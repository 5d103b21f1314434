#include "cli/quantise.hpp"

#include <fmt/format.h>

#include <future>
#include <stop_token>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "base/child_program.hpp"
#include "cli/cli_error.hpp"
#include "cli/interrupt.hpp"
#include "cli/model.hpp"
#include "perception/verify/calibration.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kLookEvery{100};

Result<fs::path> program() {
  const fs::path lab = fs::absolute(here_or_in_checkout("lab/quantise"));
  std::error_code error;
  if (!fs::exists(lab / "run", error)) {
    return fail(inference::EngineError::kUnavailable,
                "int8 is made by lab/quantise of tally's checkout, which is not here: run this "
                "there, or give a graph that is quantised already");
  }
  const fs::path python = lab.parent_path().parent_path() / ".deps/quantise-venv/bin/python";
  if (!fs::exists(python, error)) {
    return fail(inference::EngineError::kUnavailable,
                fmt::format("int8 is made by lab/quantise, which is not set up; once: {}",
                            (lab / "setup").string()));
  }
  return lab / "run";
}

// A Ctrl-C reaches the child through the stop alone.
Result<void> run_until_interrupted(const std::vector<std::string>& words, Console& console) {
  std::stop_source stop;
  auto child = std::async(std::launch::async,
                          [&] { return run_child(words, kQuantiseTimeMax, stop.get_token()); });
  console.note("quantising with NNCF …");
  while (child.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    if (!interrupted_within(kLookEvery)) continue;
    stop.request_stop();
    child.wait();
  }
  auto done = child.get();
  if (interrupted()) return fail(CliError::kInterrupted, "interrupted; nothing was written");
  if (!done) return fail_within("lab/quantise", std::move(done.error()));
  return {};
}

}  // namespace

Result<fs::path> quantise(const inference::ModelPackage& package, const fs::path& pictures,
                          const fs::path& folder, Console& console) {
  auto lab = program();
  if (!lab) return lab;
  auto set = verify::list_pictures(pictures);
  if (!set) return std::unexpected(std::move(set.error()));
  const fs::path tensors = folder / "pictures.u8";
  auto count = verify::write_network_pictures(
      package, *set, tensors, [&](std::int64_t done, std::int64_t total) -> Result<void> {
        if (interrupted()) return fail(CliError::kInterrupted, "interrupted; nothing was written");
        console.progress("calibrate", done, total, "pictures");
        return {};
      });
  console.progress_done();
  if (!count) return std::unexpected(std::move(count.error()));
  fs::path graph = folder / "quantised.xml";
  auto done = run_until_interrupted({lab->string(), fs::absolute(package.folder).string(),
                                     "--pictures", tensors.string(), "--output", graph.string()},
                                    console);
  if (!done) return std::unexpected(std::move(done.error()));
  return graph;
}

}  // namespace tally::cli
