#include "base/money.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tally {
namespace {

// ISO 4217's list of currencies whose minor unit is not a hundredth.
constexpr std::array<std::string_view, 17> kNoDecimals{"BIF", "CLP", "DJF", "GNF", "ISK", "JPY",
                                                       "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
                                                       "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::array<std::string_view, 7> kThreeDecimals{"BHD", "IQD", "JOD", "KWD",
                                                         "LYD", "OMR", "TND"};

std::optional<Money> checked(std::int64_t minor, const Currency& currency) {
  if (!within_limits(minor)) return std::nullopt;
  return Money{minor, currency};
}

}  // namespace

std::optional<Currency> Currency::parse(std::string_view text) {
  Currency currency;
  if (text.size() != currency.letters_.size()) return std::nullopt;
  if (!std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; })) return std::nullopt;
  std::ranges::copy(text, currency.letters_.begin());
  return currency;
}

int Currency::decimals() const {
  if (std::ranges::find(kNoDecimals, text()) != kNoDecimals.end()) return 0;
  return std::ranges::find(kThreeDecimals, text()) != kThreeDecimals.end() ? 3 : 2;
}

std::optional<Money> plus(const Money& a, const Money& b) {
  if (a.currency != b.currency) return std::nullopt;
  if (!within_limits(a.minor) || !within_limits(b.minor)) return std::nullopt;
  return checked(a.minor + b.minor, a.currency);
}

std::optional<Money> minus(const Money& a, const Money& b) {
  if (!within_limits(b.minor)) return std::nullopt;
  return plus(a, Money{-b.minor, b.currency});
}

std::optional<Money> times(const Money& price, std::int64_t count) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(price.minor, count, &product)) return std::nullopt;
  return checked(product, price.currency);
}

std::string to_string(const Money& money) {
  const int decimals = money.currency.decimals();
  if (decimals == 0) return fmt::format("{} {}", money.currency.text(), money.minor);
  const std::uint64_t unit = decimals == 3 ? 1000 : 100;
  const auto bits = static_cast<std::uint64_t>(money.minor);
  const auto size = money.minor < 0 ? 0 - bits : bits;  // The least int64 has no positive twin.
  return fmt::format("{} {}{}.{:0{}}", money.currency.text(), money.minor < 0 ? "-" : "",
                     size / unit, size % unit, decimals);
}

}  // namespace tally
