#include "server/gateway/roll.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <utility>

#include "server/core/commands.hpp"
#include "server/core/gateway_book.hpp"

namespace tally::gateway {

using commerce::CabinetHealth;
using commerce::FleetEvent;
using commerce::Heartbeat;
using core::Desk;

namespace {

CabinetHealth after(const CabinetHealth& health, const Heartbeat& beat) {
  return commerce::step(health, FleetEvent(beat)).health;
}

// The time at which each cabinet's turn begins, spread over all of it.
Duration share_of(const CabinetId& cabinet) {
  const auto spread = static_cast<std::uint64_t>(kSeenStored.count());
  return Duration(static_cast<Duration::rep>(std::hash<std::string>{}(cabinet.text()) % spread));
}

// Beyond kNewsKept the newest takes the place of the one before it.
void add_news(std::vector<Heartbeat>& beats, Heartbeat beat) {
  if (beats.size() < kNewsKept) return beats.push_back(std::move(beat));
  beats.back() = commerce::newer_of(beats.back(), std::move(beat));
}

}  // namespace

void Roll::greet(const Connection& connection, const link::Hello& hello, Greeted done) {
  {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[connection.cabinet];
    if (stopped_ || connection.number < entry.number) return;
    entry.tenant = connection.tenant;
    entry.number = connection.number;
    entry.known.reset();
    entry.words.end.reset();
    entry.words.kept = false;
    entry.words.hello =
        Hello{{office_.world().now(), connection.number, hello.version, hello.cameras, {}},
              hello.last_command,
              std::move(done)};
    queue(connection.cabinet, entry);
  }
  pump();
}

void Roll::hear(const Connection& connection, const link::Heartbeat& heartbeat) {
  Heartbeat beat{.at = office_.world().now(),
                 .connection = connection.number,
                 .celsius = heartbeat.celsius,
                 .camera_problems = heartbeat.camera_problems,
                 .cameras_working = heartbeat.cameras_working};
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(connection.cabinet);
    if (found == entries_.end() || found->second.number != connection.number) return;
    Entry& entry = found->second;
    if (entry.quiet) beat = commerce::newer_of(*entry.quiet, std::move(beat));
    if (entry.known && !commerce::is_news(*entry.known, beat)) {
      entry.quiet = std::move(beat);
      return;
    }
    entry.quiet.reset();
    if (entry.known) entry.known = after(*entry.known, beat);
    add_news(entry.words.beats, std::move(beat));
    queue(connection.cabinet, entry);
  }
  pump();
}

void Roll::end(const Connection& connection, Instant heard) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(connection.cabinet);
    if (found == entries_.end() || found->second.number != connection.number) return;
    Entry& entry = found->second;
    entry.words.hello.reset();
    entry.words.end =
        commerce::CabinetDisconnected{office_.world().now(), connection.number, heard};
    queue(connection.cabinet, entry);
  }
  pump();
}

void Roll::queue(const CabinetId& cabinet, Entry& entry) {
  if (std::exchange(entry.queued, true)) return;
  queue_.push_back(cabinet);
}

void Roll::look() {
  const Instant now = office_.world().now();
  bool seen = false;
  {
    const std::lock_guard lock(mutex_);
    waits_ = false;
    std::size_t quiet = 0;
    for (auto& [cabinet, entry] : entries_) {
      if (quiet == kCabinetsAtATime) break;
      if (!entry.quiet || entry.queued || now < entry.due) continue;
      queue(cabinet, entry);
      ++quiet;
    }
    seen = now < seen_ + core::kGatewaySeen;
  }
  pump(!seen);
}

// Called under the lock.
Roll::Jobs Roll::take() {
  Jobs jobs;
  while (!queue_.empty() && jobs.size() < kCabinetsAtATime) {
    const auto found = entries_.find(queue_.front());
    Entry& entry = found->second;
    if (entry.alone && !jobs.empty()) break;
    queue_.pop_front();
    entry.queued = false;
    Job job{entry.tenant, found->first, entry.number, std::exchange(entry.words, Words{})};
    if (entry.quiet) job.words.beats.push_back(*std::exchange(entry.quiet, std::nullopt));
    jobs.push_back(std::move(job));
    if (std::exchange(entry.alone, false)) break;
  }
  return jobs;
}

void Roll::pump(bool even_if_empty) {
  auto jobs = std::make_shared<Jobs>();
  std::string name;
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (writing_ || waits_ || stopped_) return;
    if (queue_.empty() && !even_if_empty) return;
    if (!under_way_.begin()) return;
    writing_ = true;
    *jobs = take();
    name = name_;
    first = first_;
  }
  office_.act([jobs, name, first](Desk& desk) { return write(desk, *jobs, name, first); },
              [self = shared_from_this(), jobs](Result<Outcome> outcome) {
                self->finish(jobs, std::move(outcome));
                self->under_way_.end();
              });
}

Result<Roll::Stored> Roll::write(Desk& desk, const Job& job, const std::string& name) {
  const auto tell = [&](FleetEvent event) { return desk.tell(job.tenant, job.cabinet, event); };
  Stored stored;
  Result<void> told;
  if (job.words.hello) {
    commerce::CabinetConnected connected = job.words.hello->event;
    connected.gateway = name;
    told = tell(std::move(connected));
    if (told) {
      told = core::obeyed_commands(desk.transaction(), job.cabinet, job.words.hello->last_command);
    }
    if (!told) return std::unexpected(told.error());
    const auto seen = core::report_seen(desk.transaction(), job.cabinet);
    if (!seen) return std::unexpected(seen.error());
    auto commands = core::waiting_commands(desk.transaction(), job.cabinet, desk.now());
    if (!commands) return std::unexpected(commands.error());
    stored.greeting = {*seen, *std::move(commands)};
  }
  if (job.words.kept) told = tell(commerce::CabinetKept{desk.now(), job.number, name});
  for (const Heartbeat& beat : job.words.beats) {
    if (told) told = tell(beat);
  }
  if (told && job.words.end) told = tell(*job.words.end);
  if (!told) return std::unexpected(told.error());
  const auto row = desk.find<CabinetHealth>(job.tenant, job.cabinet.text());
  if (!row) return std::unexpected(row.error());
  if (*row != nullptr) stored.health = (*row)->value;
  return stored;
}

Result<Roll::Outcome> Roll::write(Desk& desk, const Jobs& jobs, const std::string& name,
                                  bool first) {
  const auto lives = core::see_gateway(desk.transaction(), name, first, desk.now());
  if (!lives) return std::unexpected(lives.error());
  Outcome outcome{*lives, {}};
  if (!*lives) return outcome;
  for (const Job& job : jobs) {
    auto stored = write(desk, job, name);
    if (!stored) return std::unexpected(stored.error());
    outcome.stored.push_back(*std::move(stored));
  }
  return outcome;
}

void Roll::finish(const std::shared_ptr<Jobs>& jobs, Result<Outcome> outcome) {
  {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    const bool unavailable = !outcome && outcome.error().code.kind == ErrorKind::kUnavailable;
    if (unavailable || (!outcome && jobs->empty())) {
      waits_ = true;
      put_back(*jobs, false);
    } else if (!outcome && jobs->size() > 1) {
      put_back(*jobs, true);
    } else if (outcome && !outcome->lives) {
      put_back(*jobs, false);
      take_another_name();
    } else if (outcome) {
      first_ = false;
      seen_ = office_.world().now();
      ++counts_.transactions;
      counts_.cabinets += jobs->size();
      settle(*jobs, outcome->stored);
    }
    idle_.notify_all();
  }
  if (!outcome) log_(server::LogLevel::kError, "gateway", outcome.error().message);
  if (outcome && outcome->lives) {
    for (std::size_t i = 0; i < jobs->size(); ++i) {
      auto& hello = (*jobs)[i].words.hello;
      if (hello) hello->done(std::move(outcome->stored[i].greeting));
    }
  } else if (!outcome && jobs->size() == 1 &&
             outcome.error().code.kind != ErrorKind::kUnavailable) {
    give_up(jobs->front(), outcome.error());
  }
  pump();
}

// Called under the lock.
void Roll::settle(Jobs& jobs, std::vector<Stored>& stored) {
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const Job& job = jobs[i];
    const auto found = entries_.find(job.cabinet);
    if (found == entries_.end()) continue;
    Entry& entry = found->second;
    if (entry.number != job.number) continue;
    if (job.words.end) {
      if (!entry.queued) entries_.erase(found);
      continue;
    }
    entry.known = std::move(stored[i].health);
    for (const Heartbeat& beat : entry.words.beats) entry.known = after(*entry.known, beat);
    entry.due = office_.world().now() + (job.words.hello ? share_of(job.cabinet) : kSeenStored);
  }
}

// One that can't be stored takes no other with it, and is not tried for ever.
void Roll::give_up(Job& job, const Error& why) {
  log_(server::LogLevel::kError, "gateway",
       fmt::format("{}: what it said can't be stored", job.cabinet.text()));
  if (job.words.hello) job.words.hello->done(std::unexpected(why));
  if (!job.words.end) return;
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(job.cabinet);
  const bool over =
      found != entries_.end() && found->second.number == job.number && !found->second.queued;
  if (over) entries_.erase(found);
}

// In front of what came meanwhile. Called under the lock.
void Roll::put_back(Jobs& jobs, bool alone) {
  for (Job& job : jobs | std::views::reverse) {
    const auto found = entries_.find(job.cabinet);
    if (found == entries_.end()) continue;
    Entry& entry = found->second;
    Words& words = entry.words;
    std::vector<Heartbeat> beats = std::move(job.words.beats);
    for (Heartbeat& beat : words.beats) add_news(beats, std::move(beat));
    words.beats = std::move(beats);
    entry.alone = alone;
    // Of an older connection than the latest nothing else matters any more.
    if (entry.number == job.number) {
      if (job.words.hello && !words.hello && !words.end) words.hello = std::move(job.words.hello);
      if (job.words.end && !words.end) words.end = std::move(job.words.end);
      words.kept = words.kept || job.words.kept;
    }
    if (entry.queued) continue;
    entry.queued = true;
    queue_.push_front(job.cabinet);
  }
}

// Called under the lock.
void Roll::take_another_name() {
  log_(server::LogLevel::kWarning, "gateway",
       fmt::format("{} was taken for lost, and says anew whom it holds", name_));
  name_ = fmt::format("{}.{}", base_name_, ++names_);
  first_ = true;
  for (auto& [cabinet, entry] : entries_) {
    if (entry.words.hello || entry.words.end) continue;
    entry.words.kept = true;
    queue(cabinet, entry);
  }
}

RollCounts Roll::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

void Roll::stop() {
  Lock lock(mutex_);
  stopped_ = true;
  idle_.wait(lock, [this] { return !writing_; });
  bool going = true;
  while (going && !queue_.empty()) {
    Jobs jobs = take();
    std::erase_if(jobs, [](const Job& job) { return job.words.hello.has_value(); });
    lock.unlock();
    const auto done =
        office_.act_and_wait([&](Desk& desk) { return write(desk, jobs, name_, first_); });
    if (!done) log_(server::LogLevel::kError, "gateway", done.error().message);
    lock.lock();
    going = done && done->lives;
  }
  entries_.clear();
  queue_.clear();
}

}  // namespace tally::gateway
