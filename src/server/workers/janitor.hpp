// The janitor: removes what has had its time. Video and other blobs by their retention (what a
// dispute holds stays), content files that no blob has, replies under idempotency keys, ended
// sign-ins, finished jobs and messages, dead webhooks, door tokens.
//
// Each of these is a chore with a row that says when it is due next, and is leased while it is
// done: one program does it, also where several have a janitor, and if it is killed another goes on
// when the lease ends. A chore is many short transactions, since others wait for them; each begins
// by making the lease longer, and is rolled back if it was lost. A chore that fails is logged and
// tried again after kChoreAgain; it holds up no other.
//
// Ownership: borrows the office and the files; the destructor ends and joins the thread.
#pragma once

#include <functional>
#include <string_view>
#include <thread>
#include <vector>

#include "platform/blobs.hpp"
#include "server/core/office.hpp"
#include "server/log.hpp"

namespace tally::workers {

inline constexpr Duration kChoreLook = std::chrono::minutes(1);
inline constexpr Duration kChoreLease = std::chrono::minutes(2);  // Longer than one step takes.
inline constexpr Duration kChoreAgain = std::chrono::minutes(5);
inline constexpr int kChoreStepsMax = 1'000;  // At a time; the rest waits for the next look.
inline constexpr Duration kBlobsEvery = std::chrono::minutes(5);
inline constexpr Duration kStraysEvery = std::chrono::hours(6);
inline constexpr Duration kRowsEvery = std::chrono::hours(1);
inline constexpr Duration kFinishedKept = std::chrono::days(30);  // Jobs and messages.

struct Chore {
  std::string_view name;
  Duration every;
  // One short step of it; whether there may be more.
  std::function<Result<bool>(platform::Transaction& transaction, Instant now)> step;
};

// All there are. `files` and `log` are used as long as the chores are.
[[nodiscard]] std::vector<Chore> chores(const platform::BlobFiles& files,
                                        const platform::Retention& retention, server::Log log);

// Does those that are due now and that nobody else is at. How many.
int do_chores(core::Office& office, const std::vector<Chore>& chores, const server::Log& log);

class Janitor {
 public:
  Janitor(core::Office& office, std::vector<Chore> chores, server::Log log);
  Janitor(const Janitor&) = delete;
  Janitor& operator=(const Janitor&) = delete;
  ~Janitor();

 private:
  void run();

  core::Office& office_;
  std::vector<Chore> chores_;
  server::Log log_;
  std::jthread thread_;
};

}  // namespace tally::workers
