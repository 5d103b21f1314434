#include "perception/evaluate/runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <mutex>
#include <set>

#include "perception/evaluate/error.hpp"
#include "perception/evaluate/testing_folder.hpp"

namespace tally::evaluate {
namespace {

namespace fs = std::filesystem;
using testing::Folder;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using testing::write_session;

// Notes whom it processed and writes a cart; fails for the session named "bad".
class Fake {
 public:
  ProcessSession function() {
    return [this](const Assignment& assignment) -> Result<void> {
      const std::string name = assignment.session.filename().string();
      {
        const std::lock_guard lock(mutex_);
        processed_.insert(name);
      }
      if (name == "bad") return fail(EvaluateError::kNotFinished, "the decoder died");
      EXPECT_FALSE(fs::exists(assignment.session / "truth.json"));
      EXPECT_TRUE(fs::exists(assignment.session / "session.toml"));
      return write_file_atomically(assignment.output / kCartFile, "cart of " + name);
    };
  }
  std::multiset<std::string> take_processed() { return std::exchange(processed_, {}); }

 private:
  std::mutex mutex_;
  std::multiset<std::string> processed_;
};

class Runner : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"one", "two", "bad"}) write_session(here_, fs::path("set") / name);
    here_.write("out/.keep", "");
  }
  std::vector<Job> jobs() {
    std::vector<Job> all;
    for (const SessionSource& session : find_sessions(here_.path() / "set").value()) {
      all.push_back({session, {}, here_.path() / "out" / session.name, settings_});
    }
    return all;
  }
  RunOptions options(int count = 2) {
    RunOptions options;
    options.jobs = count;
    options.scratch = here_.path() / "out";
    return options;
  }
  std::map<std::string, JobResult> run(const RunOptions& options) {
    const std::vector<Job> all = jobs();
    const std::vector<JobResult> results = run_jobs(all, fake_.function(), options);
    std::map<std::string, JobResult> by_name;
    for (std::size_t i = 0; i < all.size(); ++i) by_name[all[i].session.name] = results[i];
    return by_name;
  }

  Folder here_;
  Fake fake_;
  std::string settings_ = "program 1";
};

TEST_F(Runner, OneFailureIsOneResultAndTheOthersAreDone) {
  auto results = run(options());
  EXPECT_EQ(results["one"].state, JobState::kDone);
  EXPECT_EQ(results["two"].state, JobState::kDone);
  EXPECT_EQ(results["bad"].state, JobState::kFailed);
  EXPECT_THAT(results["bad"].failure, HasSubstr("the decoder died"));
  EXPECT_EQ(here_.read("out/one/cart.json"), "cart of one");
}

TEST_F(Runner, WhatIsFinishedIsKeptAndWhatFailedIsTriedAgain) {
  static_cast<void>(run(options()));
  EXPECT_THAT(fake_.take_processed(), UnorderedElementsAre("one", "two", "bad"));
  auto results = run(options());
  EXPECT_THAT(fake_.take_processed(), UnorderedElementsAre("bad"));
  EXPECT_EQ(results["one"].state, JobState::kKept);
  EXPECT_EQ(results["bad"].state, JobState::kFailed);
}

TEST_F(Runner, ChangedInputsAreRunAgain) {
  static_cast<void>(run(options()));
  static_cast<void>(fake_.take_processed());
  here_.write("set/one/cam0.mp4", "another video");
  static_cast<void>(run(options()));
  EXPECT_THAT(fake_.take_processed(), UnorderedElementsAre("one", "bad"));
  here_.write("set/two/truth.json", "another truth");
  static_cast<void>(run(options()));
  EXPECT_THAT(fake_.take_processed(), UnorderedElementsAre("bad"));
  settings_ = "program 2";
  static_cast<void>(run(options()));
  EXPECT_THAT(fake_.take_processed(), UnorderedElementsAre("one", "two", "bad"));
}

TEST_F(Runner, ACartThatIsNotTheRecordedOneIsMadeAgain) {
  static_cast<void>(run(options()));
  static_cast<void>(fake_.take_processed());
  here_.write("out/one/cart.json", "tampered");
  here_.write("out/two/evaluated.json", "not JSON");
  static_cast<void>(run(options()));
  EXPECT_THAT(fake_.take_processed(), UnorderedElementsAre("one", "two", "bad"));
  EXPECT_EQ(here_.read("out/one/cart.json"), "cart of one");
}

TEST_F(Runner, FreshKeepsNothing) {
  static_cast<void>(run(options()));
  static_cast<void>(fake_.take_processed());
  RunOptions fresh = options();
  fresh.fresh = true;
  static_cast<void>(run(fresh));
  EXPECT_THAT(fake_.take_processed(), UnorderedElementsAre("one", "two", "bad"));
}

TEST_F(Runner, AProcessThatWritesNoCartHasFailed) {
  const auto results =
      run_jobs(jobs(), [](const Assignment&) -> Result<void> { return {}; }, options());
  for (const JobResult& result : results) {
    EXPECT_EQ(result.state, JobState::kFailed);
    EXPECT_THAT(result.failure, HasSubstr("cart.json"));
  }
}

TEST_F(Runner, AnUnreadableSessionFailsWithItsProblem) {
  here_.write("set/one/session.toml", "no toml");
  auto results = run(options());
  EXPECT_EQ(results["one"].state, JobState::kFailed);
  EXPECT_THAT(results["one"].failure, HasSubstr("session.toml"));
  EXPECT_EQ(results["two"].state, JobState::kDone);
}

TEST_F(Runner, StoppingKeepsWhatIsDoneAndBeginsNothingMore) {
  std::atomic<int> begun = 0;
  std::atomic<bool> cancel = false;
  RunOptions stopped = options(1);
  stopped.cancelled = [&] { return cancel.load(); };
  // "bad" comes first and fails, "one" is done, "two" waits for the stop.
  const auto process = [&](const Assignment& assignment) -> Result<void> {
    if (++begun == 2) {
      EXPECT_TRUE(write_file_atomically(assignment.output / kCartFile, "done"));
      return {};
    }
    if (begun < 2) return fail(EvaluateError::kNotFinished, "broken");
    cancel = true;
    std::latch asked(1);
    const std::stop_callback on_stop(assignment.stop, [&] { asked.count_down(); });
    asked.wait();
    return fail(EvaluateError::kNotFinished, "ended by the stop");
  };
  const auto results = run_jobs(jobs(), process, stopped);
  EXPECT_EQ(results[0].state, JobState::kFailed);
  EXPECT_EQ(results[1].state, JobState::kDone);
  EXPECT_EQ(results[2].state, JobState::kStopped);
  EXPECT_TRUE(here_.has("out/one/evaluated.json"));
  EXPECT_FALSE(here_.has("out/two/evaluated.json"));
  auto next = run(options());
  EXPECT_EQ(next["one"].state, JobState::kKept);
  EXPECT_EQ(next["two"].state, JobState::kDone);
}

TEST_F(Runner, NothingLentStaysBehind) {
  static_cast<void>(run(options()));
  for (const auto& entry : fs::directory_iterator(here_.path() / "out")) {
    EXPECT_THAT(entry.path().filename().string(), ::testing::AnyOf(".keep", "one", "two"));
  }
}

TEST_F(Runner, JobsRunAtTheSameTimeUpToTheirNumber) {
  // Both wait for each other: with fewer workers than two this would never end.
  std::latch both(2);
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  std::atomic<int> turn = 0;
  const auto process = [&](const Assignment& assignment) -> Result<void> {
    const int now = ++running;
    for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
    }
    if (++turn <= 2) both.arrive_and_wait();
    --running;
    return write_file_atomically(assignment.output / kCartFile, "cart");
  };
  static_cast<void>(run_jobs(jobs(), process, options(2)));
  EXPECT_EQ(most, 2);
}

TEST_F(Runner, TheSessionWithTheMostBytesBeginsFirst) {
  here_.write("set/two/cam0.mp4", std::string(3'000, 'v'));
  here_.write("set/bad/cam0.mp4", std::string(2'000, 'v'));
  here_.write("set/one/products/p/0.jpg", std::string(9'000, 'v'));  // Not of its length.
  std::vector<std::string> begun;
  const ProcessSession process = [&](const Assignment& assignment) {
    begun.push_back(assignment.session.filename().string());
    return write_file_atomically(assignment.output / kCartFile, "a cart");
  };
  const std::vector<JobResult> results = run_jobs(jobs(), process, options(1));
  EXPECT_THAT(begun, ::testing::ElementsAre("two", "bad", "one"));
  EXPECT_THAT(results, ::testing::Each(::testing::Field(&JobResult::state, JobState::kDone)));
}

TEST_F(Runner, ProgressEndsWithAll) {
  RunOptions watched = options();
  std::size_t finished = 0;
  std::size_t failed = 0;
  watched.on_progress = [&](std::size_t now, std::size_t wrong) {
    EXPECT_GE(now, finished);
    finished = now;
    failed = wrong;
  };
  static_cast<void>(run(watched));
  EXPECT_EQ(finished, 3U);
  EXPECT_EQ(failed, 1U);
}

TEST_F(Runner, NoJobsAreDoneAtOnce) {
  EXPECT_TRUE(run_jobs({}, fake_.function(), options()).empty());
}

}  // namespace
}  // namespace tally::evaluate
