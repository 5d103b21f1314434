#include "server/workers/ticker.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "server/core/dead_work.hpp"

namespace tally::workers {
namespace {

using core::Desk;
using core::TimerName;

template <typename SomeId, typename Event>
Result<void> tell(Desk& desk, const TimerName& timer, Event event) {
  const auto id = SomeId::parse(timer.id);
  if (!id) return fail(core::CoreError::kInvalid, fmt::format("{} is no id", timer.id));
  return desk.tell(timer.tenant, *id, std::move(event));
}

}  // namespace

Result<void> tick(Desk& desk, const TimerName& timer) {
  const Instant now = desk.now();
  if (timer.kind == core::kKind<commerce::Session>) {
    return tell<SessionId>(desk, timer, commerce::SessionEvent(commerce::Tick{now}));
  }
  if (timer.kind == core::kKind<commerce::Payment>) {
    return tell<PaymentId>(desk, timer, commerce::PaymentEvent(commerce::payment_event::Tick{now}));
  }
  if (timer.kind == core::kKind<commerce::Review>) {
    return tell<ReviewId>(desk, timer, commerce::ReviewEvent(commerce::ReviewTick{now}));
  }
  if (timer.kind == core::kKind<commerce::CabinetHealth>) {
    return tell<CabinetId>(desk, timer, commerce::FleetEvent(commerce::FleetTick{now}));
  }
  return fail(core::CoreError::kInvalid, fmt::format("nothing ticks for a {}", timer.kind));
}

void bury(core::Office& office, const server::Log& log) {
  const auto complain = [&](const platform::DeadWork& work, const Error& error) {
    log(server::LogLevel::kError, "ticker",
        fmt::format("{} {}: {}", work.kind, work.id, error.message));
  };
  const auto dead = office.look_and_wait([](platform::Transaction& transaction) {
    return platform::untold_dead(transaction, kBuriedAtATime);
  });
  if (!dead) return log(server::LogLevel::kError, "ticker", dead.error().message);
  for (const platform::DeadWork& work : *dead) {
    if (office.board().stopped()) return;
    const auto told =
        office.act_and_wait([&](Desk& desk) { return core::tell_of_death(desk, work); });
    if (told) {
      log(server::LogLevel::kError, "ticker",
          fmt::format("{} {} of {} was given up after {} tries: {}", work.kind, work.id,
                      core::object_of(work), work.tries, work.error));
      continue;
    }
    complain(work, told.error());
    if (told.error().code.kind == ErrorKind::kUnavailable) continue;  // It may go well later.
    // Else it would be among the oldest for ever, and hide what dies after it.
    const auto alerted =
        office.act_and_wait([&](Desk& desk) { return core::alert_of_death(desk, work); });
    if (!alerted) complain(work, alerted.error());
  }
}

Ticker::Ticker(core::Office& office, server::Log log)
    : office_(office), log_(std::move(log)), gateways_(office, log_), thread_([this] { run(); }) {}

Ticker::~Ticker() {
  office_.board().stop();
  thread_.join();
}

void Ticker::run() {
  core::HintBoard& board = office_.board();
  while (!board.stopped()) {
    const std::uint64_t seen = board.count(core::Topic::kTimers);
    const auto due = office_.look_and_wait([this](platform::Transaction& transaction) {
      return core::due_timers(transaction, office_.world().now());
    });
    if (!due) log_(server::LogLevel::kError, "ticker", due.error().message);
    bury(office_, log_);
    gateways_.look();
    if (due) {
      for (const TimerName& timer : *due) {
        if (board.stopped()) return;
        ring(timer);
      }
    }
    const bool more = due && std::ssize(*due) == core::kTimersMax;
    if (!more) board.wait(core::Topic::kTimers, seen, until_next());
  }
}

void Ticker::ring(const TimerName& timer) {
  const auto done = office_.act_and_wait([&](Desk& desk) -> Result<void> {
    if (auto ticked = tick(desk, timer); !ticked) return ticked;
    // Whoever is due still, though it was told, is asked again later; its own wish, if it has one,
    // is written after this.
    return core::postpone_timer(desk.transaction(), timer, desk.now() + kTickAgain);
  });
  if (done) return;
  log_(server::LogLevel::kError, "ticker",
       fmt::format("{} {}: {}", timer.kind, timer.id, done.error().message));
  const auto postponed = office_.act_and_wait([&](Desk& desk) {
    return core::postpone_timer(desk.transaction(), timer, desk.now() + kTickAgain);
  });
  if (!postponed) log_(server::LogLevel::kError, "ticker", postponed.error().message);
}

Duration Ticker::until_next() {
  const auto next = office_.look_and_wait(
      [](platform::Transaction& transaction) { return core::next_due(transaction); });
  if (!next || !*next) return kTickLongest;
  return std::clamp(**next - office_.world().now(), Duration(1), kTickLongest);
}

}  // namespace tally::workers
