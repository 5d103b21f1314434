#include "server/webhooks/signature.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <span>

#include "base/secret.hpp"

namespace tally::webhooks {
namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

std::string signature_of(std::string_view secret, Instant now, std::string_view body) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const Mac mac = hmac_sha256(bytes_of(secret), bytes_of(fmt::format("{}.{}", seconds, body)));
  return fmt::format("t={},v1={:02x}", seconds, fmt::join(mac, ""));
}

}  // namespace tally::webhooks
