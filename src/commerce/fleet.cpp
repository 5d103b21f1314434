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

bool is_sound(double celsius) {
  return std::isfinite(celsius) && celsius >= kCelsiusLeast && celsius <= kCelsiusMost;
}

bool is_held(const CabinetHealth& health) { return health.connected && !health.gateway.empty(); }

// By a reading that is no older than one may be.
bool is_warm(const CabinetHealth& health) {
  return health.celsius && *health.celsius > health.policy.celsius_max &&
         !health.alerts.contains(CabinetAlert::kNoTemperature);
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
    connect(event.connection, event.gateway);
    seen(event.at);
  }

  void on(const CabinetKept& event) {
    if (event.connection != health().connection) return;
    health().connected = true;
    health().gateway = event.gateway;
    seen(event.at);
  }

  void on(const CabinetDisconnected& event) {
    if (event.heard) note_seen(*event.heard);
    if (event.connection >= health().connection) {
      health().connection = event.connection;
      health().connected = false;
      health().gateway.clear();
    }
    miss(event.at);
  }

  void on(const GatewayLost& event) {
    if (event.gateway.empty() || health().gateway != event.gateway) return;
    note_seen(event.seen);
    health().connected = false;
    health().gateway.clear();
    miss(event.at);
  }

  void on(const Heartbeat& event) {
    connect(event.connection, {});
    seen(event.at);
    if (event.celsius) read(*event.celsius, event.read.value_or(event.at));
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

  // Where it is warm still, its time begins anew.
  void on(const OperatorClears& event) {
    health().locked_by_operator = false;
    health().locked_warm = false;
    health().warm_since = is_warm(health()) ? std::optional(event.at) : std::nullopt;
    set(CabinetAlert::kTooWarm, false);
    set(CabinetAlert::kDoorForced, false);
  }

  void on(const DoorChecked&) { set(CabinetAlert::kDoorForced, false); }

  void on(const FleetTick& event) {
    miss(event.at);
    if (is_older(health().celsius_at, health().policy.no_reading_after, event.at)) {
      set(CabinetAlert::kNoTemperature, true);
    }
    lock_if_warm(event.at);
  }

 private:
  CabinetHealth& health() { return made_.health; }

  // By a newer connection alone: the latest may have ended before its last words were heard.
  void connect(std::int64_t connection, const std::string& gateway) {
    if (connection <= health().connection) return;
    health().connection = connection;
    health().connected = true;
    health().gateway = gateway;
  }

  // A cabinet's words may come in another order than they were said.
  void note_seen(Instant at) { health().last_seen = std::max(at, health().last_seen.value_or(at)); }
  void seen(Instant at) {
    note_seen(at);
    set(CabinetAlert::kOffline, false);
  }
  void miss(Instant at) {
    if (is_held(health())) return;
    if (is_older(health().last_seen, health().policy.offline_after, at)) {
      set(CabinetAlert::kOffline, true);
    }
  }
  static bool is_older(const std::optional<Instant>& when, Duration age, Instant at) {
    return when && at >= *when + age;
  }

  void read(double celsius, Instant at) {
    if (!is_sound(celsius) || (health().celsius_at && at < *health().celsius_at)) return;
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

bool is_news(const CabinetHealth& health, const Heartbeat& heartbeat) {
  // What time alone has changed meanwhile is none of the heartbeat's.
  const CabinetHealth before = step(health, FleetTick{heartbeat.at}).health;
  CabinetHealth after = step(before, heartbeat).health;
  const bool same = before.celsius && after.celsius
                        ? std::abs(*after.celsius - *before.celsius) < kCelsiusNews
                        : before.celsius == after.celsius;
  after.last_seen = before.last_seen;
  after.celsius = before.celsius;
  after.celsius_at = before.celsius_at;
  return !same || before != after;
}

Heartbeat newer_of(const Heartbeat& older, Heartbeat newer) {
  const bool reads = newer.celsius && is_sound(*newer.celsius);
  if (!reads && older.celsius) {
    newer.celsius = older.celsius;
    newer.read = older.read.value_or(older.at);
  }
  return newer;
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
  if (!is_held(health)) {
    consider(health.last_seen, health.policy.offline_after, CabinetAlert::kOffline);
  }
  consider(health.celsius_at, health.policy.no_reading_after, CabinetAlert::kNoTemperature);
  if (health.warm_since && !health.locked_warm) {
    next = std::min(next.value_or(Instant::max()), *health.warm_since + health.policy.warm_time);
  }
  return next;
}

}  // namespace tally::commerce
