// Where letters are handed in. Thread-safety: a value.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/instant.hpp"

namespace tally::mail {

enum class SmtpSecurity : std::uint8_t {
  kStartTls,  // RFC 3207; a server without it is refused.
  kTls,       // From the first byte on (RFC 8314).
  kNone,      // A relay on this machine.
};

inline constexpr std::array kSmtpWaits{Duration(1'000), Duration(5'000), Duration(25'000)};

struct SmtpOptions {
  std::string host;
  std::uint16_t port = 587;
  SmtpSecurity security = SmtpSecurity::kStartTls;
  std::string sender;  // "tally <receipts@example.com>"
  std::string user;
  std::string password;
  Duration deadline = std::chrono::seconds(20);  // For each try.
  std::array<Duration, 3> waits = kSmtpWaits;
};

}  // namespace tally::mail
