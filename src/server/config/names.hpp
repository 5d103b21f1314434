// Names of the choices in a configuration file. Internal to the folder.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "server/config/config.hpp"

namespace tally::config {

inline constexpr std::array<std::string_view, 4> kRoleNames{"api", "gateway", "worker", "pipeline"};
inline constexpr std::array<std::string_view, 2> kEngineNames{"sqlite", "postgres"};
inline constexpr std::array<std::string_view, 2> kProviderNames{"sandbox", "stripe"};
inline constexpr std::array<std::string_view, 4> kLevelNames{"debug", "info", "warning", "error"};
inline constexpr std::array<std::string_view, 2> kFormatNames{"text", "json"};
inline constexpr std::array<std::string_view, 3> kMailNames{"none", "print", "smtp"};
inline constexpr std::array<std::string_view, 3> kSecurityNames{"starttls", "tls", "none"};

// Durations of the session policy: in a file in seconds, or in hours.
struct PolicyKey {
  std::string_view key;
  Duration commerce::SessionPolicy::* value;
  Duration unit;
  double least;
  double most;
};
inline constexpr std::array<PolicyKey, 8> kPolicyKeys{{
    {"answer_timeout_seconds", &commerce::SessionPolicy::answer_timeout, Duration(1'000), 1, 300},
    {"action_timeout_seconds", &commerce::SessionPolicy::action_timeout, Duration(1'000), 10, 3600},
    {"open_timeout_seconds", &commerce::SessionPolicy::open_timeout, Duration(1'000), 1, 300},
    {"tell_slack_seconds", &commerce::SessionPolicy::tell_slack, Duration(1'000), 0, 300},
    {"grace_seconds", &commerce::SessionPolicy::grace, Duration(1'000), 0, 60},
    {"door_alarm_seconds", &commerce::SessionPolicy::door_alarm, Duration(1'000), 5, 3600},
    {"late_after_seconds", &commerce::SessionPolicy::late_after, Duration(1'000), 1, 3600},
    {"footage_wait_hours", &commerce::SessionPolicy::footage_wait, Duration(3'600'000), 1, 720},
}};

struct RetentionKey {
  std::string_view key;
  Duration platform::Retention::* value;
  Duration unit;
  std::int64_t most;
};
inline constexpr std::array<RetentionKey, 3> kRetentionKeys{{
    {"raw_video_hours", &platform::Retention::raw_video, Duration(3'600'000), 720},
    {"evidence_days", &platform::Retention::evidence, Duration(86'400'000), 3'650},
    {"export_hours", &platform::Retention::exported, Duration(3'600'000), 720},
}};

}  // namespace tally::config
