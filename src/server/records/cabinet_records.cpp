// Cabinets' health.
#include "commerce/fleet.hpp"
#include "server/records/archive.hpp"

namespace tally::records {

template <>
inline constexpr int kValues<commerce::CabinetAlert> = 6;

template <typename Archive, Same<commerce::FleetPolicy> Value>
void describe(Archive& archive, Value& policy) {
  archive("celsius_max", policy.celsius_max);
  archive("warm_time_ms", policy.warm_time);
  archive("offline_after_ms", policy.offline_after);
  archive("no_reading_after_ms", policy.no_reading_after);
  archive("cameras_least", policy.cameras_least);
}

template <typename Archive, Same<commerce::CabinetHealth> Value>
void describe(Archive& archive, Value& health) {
  archive("id", health.id);
  archive("policy", health.policy);
  archive("connected", health.connected);
  archive("connection", health.connection);
  archive("gateway", health.gateway);
  archive("software", health.software);
  archive("cameras", health.cameras);
  archive("last_seen", health.last_seen);
  archive("celsius", health.celsius);
  archive("celsius_at", health.celsius_at);
  archive("warm_since", health.warm_since);
  archive("locked_warm", health.locked_warm);
  archive("locked_by_operator", health.locked_by_operator);
  archive("camera_problems", health.camera_problems);
  archive("cameras_working", health.cameras_working);
  archive("alerts", health.alerts);
}

}  // namespace tally::records

TALLY_RECORD(tally::commerce::CabinetHealth);
