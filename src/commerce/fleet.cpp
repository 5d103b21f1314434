#include "commerce/fleet.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace tally::commerce {
namespace {

bool is_blind(const CabinetHealth& health) {
  return health.cameras_working && *health.cameras_working < health.policy.cameras_least;
}

class Stepper {
 public:
  explicit Stepper(const CabinetHealth& health) : made_{health, {}} {}

  FleetStep finish() { return std::move(made_); }

  void on(const CabinetConnected& event) {
    if (event.connection >= health().connection && !event.software.empty()) {
      health().software = event.software;
      health().cameras = event.cameras;
      if (health().cameras.size() > kHealthCamerasMax) health().cameras.resize(kHealthCamerasMax);
    }
    connect(event.connection);
    seen(event.at);
  }

  void on(const CabinetDisconnected& event) {
    if (event.connection >= health().connection) {
      health().connection = event.connection;
      health().connected = false;
    }
  }

  void on(const Heartbeat& event) {
    connect(event.connection);
    seen(event.at);
    if (event.celsius) read(*event.celsius, event.at);
    lock_if_warm(event.at);
    health().camera_problems = event.camera_problems;
    if (health().camera_problems.size() > kCameraProblemsMax) {
      health().camera_problems.resize(kCameraProblemsMax);
    }
    set(CabinetAlert::kCamera, !event.camera_problems.empty());
    health().cameras_working = event.cameras_working;
    set(CabinetAlert::kBlind, is_blind(health()));
  }

  void on(const ForcedDoor& event) {
    seen(event.at);
    set(CabinetAlert::kDoorForced, true);
  }

  void on(const OperatorLocks&) { health().locked_by_operator = true; }

  void on(const OperatorClears&) {
    health().locked_by_operator = false;
    health().locked_warm = false;
    health().warm_since.reset();
    set(CabinetAlert::kTooWarm, false);
    set(CabinetAlert::kDoorForced, false);
  }

  void on(const DoorChecked&) { set(CabinetAlert::kDoorForced, false); }

  void on(const FleetTick& event) {
    const FleetPolicy& policy = health().policy;
    const auto older = [&](const std::optional<Instant>& when, Duration age) {
      return when && event.at >= *when + age;
    };
    if (older(health().last_seen, policy.offline_after)) set(CabinetAlert::kOffline, true);
    if (older(health().celsius_at, policy.no_reading_after)) {
      set(CabinetAlert::kNoTemperature, true);
    }
    lock_if_warm(event.at);
  }

 private:
  CabinetHealth& health() { return made_.health; }

  // By a newer connection alone: the latest may have ended before its last words were heard.
  void connect(std::int64_t connection) {
    if (connection <= health().connection) return;
    health().connection = connection;
    health().connected = true;
  }

  // A cabinet's words may come in another order than they were said.
  void seen(Instant at) {
    health().last_seen = std::max(at, health().last_seen.value_or(at));
    set(CabinetAlert::kOffline, false);
  }

  void read(double celsius, Instant at) {
    const bool sound =
        std::isfinite(celsius) && celsius >= kCelsiusLeast && celsius <= kCelsiusMost;
    if (!sound || (health().celsius_at && at < *health().celsius_at)) return;
    health().celsius = celsius;
    health().celsius_at = at;
    set(CabinetAlert::kNoTemperature, false);
    if (celsius <= health().policy.celsius_max) {
      health().warm_since.reset();
      return;
    }
    if (!health().warm_since) health().warm_since = at;
  }

  void lock_if_warm(Instant at) {
    const std::optional<Instant>& since = health().warm_since;
    if (!since || health().locked_warm || at < *since + health().policy.warm_time) return;
    health().locked_warm = true;
    set(CabinetAlert::kTooWarm, true);
  }

  void set(CabinetAlert alert, bool raised) {
    const bool changed =
        raised ? health().alerts.insert(alert).second : health().alerts.erase(alert) > 0;
    if (!changed) return;
    if (raised) {
      made_.effects.emplace_back(RaiseCabinetAlert{alert});
    } else {
      made_.effects.emplace_back(ClearCabinetAlert{alert});
    }
  }

  FleetStep made_;
};

}  // namespace

std::string_view name_of(CabinetAlert alert) {
  switch (alert) {
    case CabinetAlert::kOffline:
      return "offline";
    case CabinetAlert::kTooWarm:
      return "too_warm";
    case CabinetAlert::kNoTemperature:
      return "no_temperature";
    case CabinetAlert::kCamera:
      return "camera";
    case CabinetAlert::kDoorForced:
      return "door_forced";
    case CabinetAlert::kBlind:
      return "blind";
  }
  std::abort();
}

FleetStep step(const CabinetHealth& health, const FleetEvent& event) {
  Stepper stepper(health);
  std::visit([&](const auto& what) { stepper.on(what); }, event);
  return stepper.finish();
}

std::string_view name_of(Unwell reason) {
  switch (reason) {
    case Unwell::kOffline:
      return "offline";
    case Unwell::kWarm:
      return "warm";
    case Unwell::kBlind:
      return "blind";
    case Unwell::kLocked:
      return "locked";
  }
  std::abort();
}

std::string_view words_of(Unwell reason) {
  switch (reason) {
    case Unwell::kOffline:
      return "this cabinet has no connection at the moment";
    case Unwell::kWarm:
      return "this cabinet was too warm; its operator has to check what is inside";
    case Unwell::kBlind:
      return "this cabinet's cameras do not work at the moment";
    case Unwell::kLocked:
      return "this cabinet is out of order";
  }
  std::abort();
}

std::vector<Unwell> why_closed(const CabinetHealth& health, bool restocking) {
  std::vector<Unwell> reasons;
  if (!health.connected || health.alerts.contains(CabinetAlert::kOffline)) {
    reasons.push_back(Unwell::kOffline);
  }
  if (restocking) return reasons;
  if (health.locked_warm) reasons.push_back(Unwell::kWarm);
  if (is_blind(health)) reasons.push_back(Unwell::kBlind);
  if (health.locked_by_operator) reasons.push_back(Unwell::kLocked);
  return reasons;
}

std::optional<Instant> due(const CabinetHealth& health) {
  std::optional<Instant> next;
  const auto consider = [&](const std::optional<Instant>& when, Duration age, CabinetAlert alert) {
    if (!when || health.alerts.contains(alert)) return;
    next = std::min(next.value_or(Instant::max()), *when + age);
  };
  consider(health.last_seen, health.policy.offline_after, CabinetAlert::kOffline);
  consider(health.celsius_at, health.policy.no_reading_after, CabinetAlert::kNoTemperature);
  if (health.warm_since && !health.locked_warm) {
    next = std::min(next.value_or(Instant::max()), *health.warm_since + health.policy.warm_time);
  }
  return next;
}

}  // namespace tally::commerce
