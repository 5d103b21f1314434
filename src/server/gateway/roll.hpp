// The roll: what a gateway's cabinets have said of themselves, in memory, and how it comes into the
// store.
//
// What is news (commerce::is_news), who comes and who goes is written at once: with all that waits
// meanwhile, for many cabinets in one transaction, one transaction at a time. That a cabinet is
// there and as cold as before is written every kSeenStored, spread over that time. So the store has
// as much to do as it manages, and nothing piles up in it: while it is busy the newest word of each
// cabinet is kept here, and every crossing of a limit with its time (kNewsKept of them).
//
// Each transaction also says that the gateway lives (core/gateway_book.hpp). A gateway that was
// taken for lost, since it could not say so, takes another name and says whom it holds.
//
// Ownership: shared; borrows the office, until `under_way` is stopped. Thread-safety: all functions
// may be called from any thread; `done` is called on a thread of the store, or inside of the call.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/device_link.hpp"
#include "server/core/office.hpp"
#include "server/gateway/under_way.hpp"
#include "server/log.hpp"

namespace tally::gateway {

inline constexpr Duration kSeenStored = std::chrono::minutes(5);
inline constexpr std::size_t kCabinetsAtATime = 200;  // In one transaction.
inline constexpr std::size_t kNewsKept = 8;           // Of one cabinet, while the store is busy.

// What a cabinet that has said hello hears.
struct Greeting {
  std::int64_t report_seen = 0;
  std::vector<link::Command> commands;
};
struct RollCounts {
  std::uint64_t transactions = 0;
  std::uint64_t cabinets = 0;  // Whose words they wrote.
};
using Greeted = std::function<void(Result<Greeting>)>;

class Roll : public std::enable_shared_from_this<Roll> {
 public:
  // `name`: nobody had it before.
  Roll(core::Office& office, UnderWay& under_way, std::string name, server::Log log)
      : office_(office),
        under_way_(under_way),
        base_name_(name),
        log_(std::move(log)),
        name_(std::move(name)) {}

  struct Connection {
    TenantId tenant;
    CabinetId cabinet;
    std::int64_t number = 0;  // Later ones have higher ones.
  };
  // `done` gets what is stored of it. Never, where a newer connection says hello before. Errors:
  // the cabinet's row is damaged.
  void greet(const Connection& connection, const link::Hello& hello, Greeted done);
  void hear(const Connection& connection, const link::Heartbeat& heartbeat);
  // Its connection has ended; `heard` is when it said something last.
  void end(const Connection& connection, Instant heard);

  // Once a second: what is due is written, what could not be is tried again.
  void look();
  [[nodiscard]] RollCounts counts() const;
  // Writes what waits, as far as the store takes it, and no more after that.
  void stop();

 private:
  struct Hello {
    commerce::CabinetConnected event;
    std::int64_t last_command = 0;
    Greeted done;
  };
  // What waits to be written of a cabinet.
  struct Words {
    std::optional<Hello> hello;
    bool kept = false;  // To be said under the gateway's new name.
    std::vector<commerce::Heartbeat> beats;
    std::optional<commerce::CabinetDisconnected> end;
  };
  struct Entry {
    TenantId tenant;
    std::int64_t number = 0;
    Words words;
    std::optional<commerce::Heartbeat> quiet;      // No news: the newest.
    std::optional<commerce::CabinetHealth> known;  // With all words in it.
    Instant due;                                   // When what is quiet is written.
    bool queued = false;
    bool alone = false;  // In a transaction of its own: one with others failed.
  };
  struct Job {
    TenantId tenant;
    CabinetId cabinet;
    std::int64_t number = 0;
    Words words;
  };
  struct Stored {
    commerce::CabinetHealth health;
    Greeting greeting;
  };
  struct Outcome {
    bool lives = true;           // Else nothing was written.
    std::vector<Stored> stored;  // Of each job.
  };
  using Jobs = std::vector<Job>;
  using Lock = std::unique_lock<std::mutex>;

  static Result<Stored> write(core::Desk& desk, const Job& job, const std::string& name);
  static Result<Outcome> write(core::Desk& desk, const Jobs& jobs, const std::string& name,
                               bool first);

  void queue(const CabinetId& cabinet, Entry& entry);
  Jobs take();
  void pump(bool even_if_empty = false);
  void finish(const std::shared_ptr<Jobs>& jobs, Result<Outcome> outcome);
  void settle(Jobs& jobs, std::vector<Stored>& stored);
  void give_up(Job& job, const Error& why);
  void put_back(Jobs& jobs, bool alone);
  void take_another_name();

  core::Office& office_;
  UnderWay& under_way_;
  const std::string base_name_;
  const server::Log log_;

  mutable std::mutex mutex_;  // Guards all below.
  std::condition_variable idle_;
  std::map<CabinetId, Entry> entries_;
  std::deque<CabinetId> queue_;
  std::string name_;
  int names_ = 1;
  bool first_ = true;  // Nobody has heard of the name.
  bool writing_ = false;
  bool waits_ = false;  // The store would not; until the next look.
  bool stopped_ = false;
  Instant seen_{};
  RollCounts counts_;
};

}  // namespace tally::gateway
