#include <charconv>
#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "base/secret.hpp"
#include "server/payments/stripe_notice.hpp"

namespace tally::payments {
namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string hex_of(const Mac& mac) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : mac) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

std::optional<std::int64_t> seconds_of(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc{} && end == text.data() + text.size();
  constexpr std::int64_t kSecondsMax = 253'402'300'799;  // The year 9999.
  if (!whole || value < 0 || value > kSecondsMax) return std::nullopt;
  return value;
}

}  // namespace

bool verify_stripe_signature(std::string_view payload, std::string_view header,
                             std::string_view secret, Instant now) {
  std::string_view time;
  std::vector<std::string_view> signatures;
  while (!header.empty()) {
    const std::size_t comma = std::min(header.find(','), header.size());
    const std::string_view item = header.substr(0, comma);
    header.remove_prefix(std::min(comma + 1, header.size()));
    if (item.starts_with("t=")) time = item.substr(2);
    if (item.starts_with("v1=")) signatures.push_back(item.substr(3));
  }
  const auto seconds = seconds_of(time);
  if (!seconds || secret.empty()) return false;
  const Instant signed_at{std::chrono::seconds{*seconds}};
  if (signed_at < now - kSignatureTolerance || signed_at > now + kSignatureTolerance) return false;
  std::string message(time);
  message.append(".").append(payload);
  const std::string expected = hex_of(hmac_sha256(bytes_of(secret), bytes_of(message)));
  bool valid = false;
  for (const std::string_view signature : signatures) valid |= same_secret(signature, expected);
  return valid;
}

}  // namespace tally::payments
