#include "device/cabinet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace tally::device {
namespace {

using State = CabinetState;
using Signal = CabinetSignal;

constexpr std::array kTransitions{
    CabinetTransition{State::kLocked, Signal::kUnlock, State::kUnlocked},
    CabinetTransition{State::kLocked, Signal::kLock, State::kLocked},
    CabinetTransition{State::kLocked, Signal::kDoorOpened, State::kForced},
    CabinetTransition{State::kLocked, Signal::kStartedOpen, State::kForced},
    CabinetTransition{State::kUnlocked, Signal::kUnlock, State::kUnlocked},
    CabinetTransition{State::kUnlocked, Signal::kLock, State::kLocked},
    CabinetTransition{State::kUnlocked, Signal::kDoorOpened, State::kOpen},
    CabinetTransition{State::kUnlocked, Signal::kTimeout, State::kLocked},
    CabinetTransition{State::kUnlocked, Signal::kStartedOpen, State::kOpen},
    CabinetTransition{State::kUnlocked, Signal::kStartedClosed, State::kLocked},
    CabinetTransition{State::kOpen, Signal::kLock, State::kLocking},
    CabinetTransition{State::kOpen, Signal::kDoorClosed, State::kClosed},
    CabinetTransition{State::kOpen, Signal::kStartedClosed, State::kClosed},
    CabinetTransition{State::kLocking, Signal::kLock, State::kLocking},
    CabinetTransition{State::kLocking, Signal::kDoorClosed, State::kLocked},
    CabinetTransition{State::kLocking, Signal::kStartedClosed, State::kLocked},
    CabinetTransition{State::kClosed, Signal::kUnlock, State::kClosed},
    CabinetTransition{State::kClosed, Signal::kLock, State::kLocked},
    CabinetTransition{State::kClosed, Signal::kDoorOpened, State::kOpen},
    CabinetTransition{State::kClosed, Signal::kTimeout, State::kLocked},
    CabinetTransition{State::kClosed, Signal::kStartedOpen, State::kOpen},
    CabinetTransition{State::kForced, Signal::kLock, State::kForced},
    CabinetTransition{State::kForced, Signal::kDoorClosed, State::kLocked},
    CabinetTransition{State::kForced, Signal::kStartedClosed, State::kLocked},
};

const CabinetTransition* row_of(State from, Signal on) {
  const auto found = std::ranges::find_if(
      kTransitions, [&](const CabinetTransition& row) { return row.from == from && row.on == on; });
  return found == kTransitions.end() ? nullptr : &*found;
}

bool recording_in(State state) {
  return state == State::kOpen || state == State::kLocking || state == State::kClosed;
}

// In kOpen the bolt is free, so that a door that swings back does not lock itself.
bool locked_in(State state) {
  return state == State::kLocked || state == State::kForced || state == State::kLocking;
}

class Stepper {
 public:
  explicit Stepper(const Cabinet& cabinet)
      : was_open_(cabinet.state == State::kOpen || cabinet.state == State::kLocking ||
                  cabinet.state == State::kForced) {
    step_.cabinet = cabinet;
  }

  CabinetStep take(const CabinetEvent& event) {
    std::visit([this](const auto& one) { on(one); }, event);
    return std::move(step_);
  }

 private:
  Cabinet& now_is() { return step_.cabinet; }

  void on(const CommandCame& event) {
    const link::Command& command = event.command;
    Cabinet& cabinet = now_is();
    if (command.counter <= cabinet.last_command) {
      return answer(command, fmt::format("its counter is {}, and {} was obeyed before",
                                         command.counter, cabinet.last_command));
    }
    if (event.now - event.arrived >= Duration(command.valid_ms)) {
      return answer(command, "it was no longer valid when it could be obeyed");
    }
    std::string refused =
        std::visit([&](const auto& body) { return obey(event.now, body); }, command.body);
    if (refused.empty()) {
      cabinet.last_command = command.counter;
      step_.changed = true;
    }
    answer(command, std::move(refused));
  }

  std::string obey(Duration now, const link::Unlock& unlock) {
    Cabinet& cabinet = now_is();
    const bool other = !cabinet.session.empty() && cabinet.session != unlock.session;
    if (other) return "another session is under way";
    if (row_of(cabinet.state, Signal::kUnlock) == nullptr) return "the door is open";
    cabinet.session = unlock.session;
    const Duration wait =
        cabinet.state == State::kClosed ? kClosedTimeout : Duration(unlock.open_timeout_ms);
    move(now, Signal::kUnlock);
    now_is().deadline = now + wait;
    return "";
  }
  std::string obey(Duration now, const link::Lock& /*lock*/) {
    move(now, Signal::kLock);
    return "";
  }
  std::string obey(Duration /*now*/, const link::ShowToken& token) {
    step_.effects.emplace_back(ShowOnScreen{token});
    return "";
  }
  std::string obey(Duration /*now*/, const link::ShowText& text) {
    step_.effects.emplace_back(ShowOnScreen{text});
    return "";
  }

  void on(const DoorMoved& event) {
    move(event.now, event.open ? Signal::kDoorOpened : Signal::kDoorClosed);
  }
  void on(const TimePassed& event) {
    const auto& deadline = now_is().deadline;
    if (deadline && event.now >= *deadline) move(event.now, Signal::kTimeout);
  }
  // The bolt is put where the state wants it: nobody knows where it was left.
  void on(const Started& event) {
    move(event.now, event.door_open ? Signal::kStartedOpen : Signal::kStartedClosed);
    step_.effects.insert(step_.effects.begin(), SetLock{locked_in(now_is().state)});
  }
  void on(const RecordingBegan& event) {
    report(event.now, event.session, link::Recording{event.cameras});
  }
  void on(const RecordingEnded& event) { report(event.now, event.session, link::Manifest{}); }
  void on(const Acknowledged& event) {
    step_.changed |= std::erase_if(now_is().reports, [&](const KeptReport& report) {
                       return report.number <= event.number;
                     }) > 0;
  }
  // A gateway that knows of more reports than were numbered here spoke with a cabinet that has lost
  // its memory since: what waits now is new to it.
  void on(const Welcomed& event) {
    Cabinet& cabinet = now_is();
    if (event.report_seen <= cabinet.last_report)
      return on(Acknowledged{event.now, event.report_seen});
    std::int64_t number = event.report_seen;
    for (KeptReport& report : cabinet.reports) report.number = ++number;
    cabinet.last_report = number;
    step_.changed = true;
  }

  void move(Duration now, Signal signal) {
    Cabinet& cabinet = now_is();
    const CabinetTransition* row = row_of(cabinet.state, signal);
    if (row == nullptr) return;
    const State from = cabinet.state;
    cabinet.state = row->to;
    step_.changed = true;
    tell_of_door(now, signal);
    keep_deadline(now, from);
    if (from != row->to && locked_in(from) != locked_in(row->to)) {
      step_.effects.emplace_back(SetLock{locked_in(row->to)});
    }
    const bool records = recording_in(row->to);
    if (records && !recording_in(from)) step_.effects.emplace_back(Record{cabinet.session});
    if (!records && recording_in(from)) step_.effects.emplace_back(EndRecording{cabinet.session});
    if (row->to == State::kLocked) cabinet.session = {};
  }

  void tell_of_door(Duration now, Signal signal) {
    const bool opened = signal == Signal::kDoorOpened || signal == Signal::kStartedOpen;
    const bool closed =
        signal == Signal::kDoorClosed || (signal == Signal::kStartedClosed && was_open_);
    if (opened) report(now, now_is().session, link::DoorOpened{});
    if (closed) report(now, now_is().session, link::DoorClosed{});
  }

  void keep_deadline(Duration now, State from) {
    Cabinet& cabinet = now_is();
    if (cabinet.state == from) return;
    cabinet.deadline.reset();
    if (cabinet.state == State::kClosed) cabinet.deadline = now + kClosedTimeout;
  }

  void report(Duration now, const SessionId& session, link::ReportBody body) {
    Cabinet& cabinet = now_is();
    if (session.empty() && cabinet.reports.size() >= kForcedReportsMax) return;
    cabinet.reports.push_back({++cabinet.last_report, session, now, std::move(body)});
    step_.changed = true;
  }

  void answer(const link::Command& command, std::string refused) {
    const bool obeyed = refused.empty();
    step_.effects.emplace_back(AnswerCommand{{command.id, obeyed, std::move(refused)}});
  }

  bool was_open_;
  CabinetStep step_;
};

}  // namespace

std::string_view name_of(CabinetState state) {
  switch (state) {
    case State::kLocked:
      return "locked";
    case State::kUnlocked:
      return "unlocked";
    case State::kOpen:
      return "open";
    case State::kLocking:
      return "locking";
    case State::kClosed:
      return "closed";
    case State::kForced:
      return "forced";
  }
  std::abort();
}

std::string_view name_of(CabinetSignal signal) {
  switch (signal) {
    case Signal::kUnlock:
      return "unlock";
    case Signal::kLock:
      return "lock";
    case Signal::kDoorOpened:
      return "door_opened";
    case Signal::kDoorClosed:
      return "door_closed";
    case Signal::kTimeout:
      return "timeout";
    case Signal::kStartedOpen:
      return "started_open";
    case Signal::kStartedClosed:
      return "started_closed";
  }
  std::abort();
}

std::span<const CabinetTransition> cabinet_transitions() { return kTransitions; }

std::string cabinet_diagram() {
  std::string text = "stateDiagram-v2\n";
  for (const CabinetTransition& row : kTransitions) {
    if (row.from == row.to) continue;
    text += fmt::format("  {} --> {}: {}\n", name_of(row.from), name_of(row.to), name_of(row.on));
  }
  return text;
}

CabinetStep step(const Cabinet& cabinet, const CabinetEvent& event) {
  return Stepper(cabinet).take(event);
}

AnswerCommand refusal(const link::Command& command, std::string reason) {
  return {{command.id, false, std::move(reason)}};
}

}  // namespace tally::device
