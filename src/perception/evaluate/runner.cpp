#include "perception/evaluate/runner.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/assert.hpp"
#include "base/digest.hpp"
#include "base/files.hpp"
#include "perception/evaluate/cart_reader.hpp"
#include "perception/evaluate/error.hpp"
#include "perception/evaluate/json_errors.hpp"

namespace tally::evaluate {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds kLookEvery{100};  // For cancellation.
constexpr std::size_t kRecordBytesMax = 4096;

Result<std::string> inputs_of(const Job& job) {
  auto session = session_digest(job.session.folder);
  if (!session) return std::unexpected(std::move(session.error()));
  std::string text = job.settings;
  text.append(1, '\0').append(*session);
  for (const std::string& camera : job.cameras) text.append(1, '\0').append(camera);
  return sha256_hex(text);
}

bool finished_earlier(const Job& job, const std::string& inputs) {
  const auto text = read_file(job.output / kRecordFile, kRecordBytesMax);
  const auto cart = sha256_hex_of_file(job.output / kCartFile);
  if (!text || !cart) return false;
  JsonReader reader("record", kJsonErrors);
  const nlohmann::json record = reader.parse(*text, kRecordSchema);
  const std::string recorded_inputs = reader.text(record, "inputs_sha256", kRecordBytesMax);
  const std::string recorded_cart = reader.text(record, "cart_sha256", kRecordBytesMax);
  return !reader.failed() && recorded_inputs == inputs && recorded_cart == *cart;
}

Result<void> write_record(const Job& job, const std::string& inputs) {
  const auto cart = sha256_hex_of_file(job.output / kCartFile);
  if (!cart) return std::unexpected(cart.error());
  const nlohmann::ordered_json record = {
      {"schema", kRecordSchema}, {"inputs_sha256", inputs}, {"cart_sha256", *cart}};
  return write_file_atomically(job.output / kRecordFile, record.dump(2) + "\n");
}

Result<void> process_lent(const Job& job, const ProcessSession& process, const fs::path& scratch,
                          const std::stop_token& stop) {
  auto lent = StagedFolder::beside(scratch / "session");  // Never committed: it goes away.
  if (!lent) return std::unexpected(std::move(lent.error()));
  const fs::path session = lent->path() / job.session.name;
  if (auto made = lend_session(job.session, job.cameras, session); !made) return made;
  return process({.session = session, .output = job.output, .stop = stop});
}

JobResult failed(const Error& error) { return {JobState::kFailed, error.message}; }

JobResult run_one(const Job& job, const ProcessSession& process, const RunOptions& options,
                  const std::stop_token& stop) {
  if (!job.session.problem.empty()) return {JobState::kFailed, job.session.problem};
  const auto inputs = inputs_of(job);
  if (!inputs) return failed(inputs.error());
  if (!options.fresh && finished_earlier(job, *inputs)) return {JobState::kKept, ""};
  const auto done = process_lent(job, process, options.scratch, stop);
  if (stop.stop_requested()) return {JobState::kStopped, ""};
  if (!done) return failed(done.error());
  if (auto recorded = write_record(job, *inputs); !recorded) return failed(recorded.error());
  return {JobState::kDone, ""};
}

// Of the videos and what lies beside them; how long a session takes goes with it.
std::uintmax_t bytes_of(const Job& job) {
  std::uintmax_t bytes = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(job.session.folder, error)) {
    if (entry.is_regular_file(error)) bytes += entry.file_size(error);
  }
  return bytes;
}

std::vector<std::size_t> longest_first(const std::vector<Job>& jobs) {
  std::vector<std::pair<std::uintmax_t, std::size_t>> sized;
  for (std::size_t i = 0; i < jobs.size(); ++i) sized.emplace_back(bytes_of(jobs[i]), i);
  std::ranges::stable_sort(sized, std::greater{}, &std::pair<std::uintmax_t, std::size_t>::first);
  std::vector<std::size_t> order;
  for (const auto& [bytes, job] : sized) order.push_back(job);
  return order;
}

// The jobs' queue and their results, shared by the workers.
class Board {
 public:
  explicit Board(std::vector<std::size_t> order)
      : results_(order.size()), order_(std::move(order)) {}

  std::optional<std::size_t> take() {
    const std::lock_guard lock(mutex_);
    if (next_ == order_.size()) return std::nullopt;
    return order_[next_++];
  }

  void put(std::size_t job, JobResult result) {
    const std::lock_guard lock(mutex_);
    finished_ += result.state == JobState::kStopped ? 0 : 1;
    failed_ += result.state == JobState::kFailed ? 1 : 0;
    results_[job] = std::move(result);
    changed_.notify_all();
  }

  void leave() {
    const std::lock_guard lock(mutex_);
    ++left_;
    changed_.notify_all();
  }

  struct State {
    std::size_t finished = 0;
    std::size_t failed = 0;
    bool all_left = false;
  };
  State wait_a_little(std::size_t workers) {
    std::unique_lock lock(mutex_);
    if (left_ < workers) changed_.wait_for(lock, kLookEvery);
    return {finished_, failed_, left_ == workers};
  }

  std::vector<JobResult> results() && { return std::move(results_); }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<JobResult> results_;
  const std::vector<std::size_t> order_;
  std::size_t next_ = 0;
  std::size_t finished_ = 0;
  std::size_t failed_ = 0;
  std::size_t left_ = 0;
};

void work(Board& board, const std::vector<Job>& jobs, const ProcessSession& process,
          const RunOptions& options, const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto job = board.take();
    if (!job) break;
    board.put(*job, run_one(jobs[*job], process, options, stop));
  }
  board.leave();
}

}  // namespace

std::vector<JobResult> run_jobs(const std::vector<Job>& jobs, const ProcessSession& process,
                                const RunOptions& options) {
  TALLY_ASSERT(process && options.jobs >= 1 && options.jobs <= kJobsMax);
  Board board(longest_first(jobs));
  std::stop_source stop;
  const std::size_t count = std::min(static_cast<std::size_t>(options.jobs), jobs.size());
  {
    std::vector<std::jthread> workers;
    for (std::size_t i = 0; i < count; ++i) {
      workers.emplace_back([&] { work(board, jobs, process, options, stop.get_token()); });
    }
    for (bool going = count > 0; going;) {
      const Board::State state = board.wait_a_little(count);
      if (options.cancelled && options.cancelled()) stop.request_stop();
      if (options.on_progress) options.on_progress(state.finished, state.failed);
      going = !state.all_left;
    }
  }
  return std::move(board).results();
}

}  // namespace tally::evaluate
