// Money: whole minor units of a currency. No floating point, no silent overflow, no mixing.
//
// Amounts are within ±kMinorMax, so sums of any two never overflow an int64; plus() and times()
// give nothing where a result would leave that range or the currencies differ.
//
// Thread-safety: values.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tally {

// ISO 4217's three letters; which letters exist is the market's to say. Default-made: no currency,
// which ISO 4217 writes as three X.
class Currency {
 public:
  constexpr Currency() = default;
  // Nothing unless text is three capital letters.
  [[nodiscard]] static std::optional<Currency> parse(std::string_view text);
  [[nodiscard]] std::string_view text() const { return {letters_.data(), letters_.size()}; }
  // Digits after the point: 0 for JPY and its like, 3 for KWD and its like, else 2.
  [[nodiscard]] int decimals() const;

  friend bool operator==(const Currency&, const Currency&) = default;
  friend auto operator<=>(const Currency&, const Currency&) = default;

 private:
  std::array<char, 3> letters_{'X', 'X', 'X'};
};

inline constexpr std::int64_t kMinorMax = 1'000'000'000'000'000;  // Ten million million of most.

struct Money {
  std::int64_t minor = 0;
  Currency currency;

  friend bool operator==(const Money&, const Money&) = default;
};

[[nodiscard]] constexpr bool within_limits(std::int64_t minor) {
  return -kMinorMax <= minor && minor <= kMinorMax;
}
[[nodiscard]] std::optional<Money> plus(const Money& a, const Money& b);
[[nodiscard]] std::optional<Money> minus(const Money& a, const Money& b);
[[nodiscard]] std::optional<Money> times(const Money& price, std::int64_t count);

// "EUR 12.50", "JPY 1200", "EUR -0.05".
[[nodiscard]] std::string to_string(const Money& money);

}  // namespace tally
