// The tax share of an amount, in whole minor units.
//
// Rounded half away from zero. It is what the law asks for where it says anything: the Streamlined
// Sales and Use Tax Agreement, section 324, rounds up from half a cent on, and so does commercial
// rounding in Europe, where each state sets the rule. It treats a refund like its sale: the tax of
// -x is minus the tax of x. Half to even would do that too, but a person who checks a receipt would
// find a cent missing.
//
// Tax is computed per line and summed: a receipt's tax is the sum of its lines' taxes, to the unit,
// and nothing is rounded a second time. For each amount net + tax = gross, exactly.
//
// Thread-safety: pure functions. No floating point.
#pragma once

#include <cstdint>
#include <optional>

#include "base/money.hpp"

namespace tally::commerce {

// Rates are in basis points, hundredths of a percent: 1900 is 19 %.
inline constexpr std::int64_t kBasisPoints = 10'000;
inline constexpr std::int64_t kTaxRateMax = 10'000;

struct TaxedAmount {
  Money net;
  Money tax;
  Money gross;

  friend bool operator==(const TaxedAmount&, const TaxedAmount&) = default;
};

// Nothing where an amount leaves money's limits or `rate_bp` is not 0..kTaxRateMax.
[[nodiscard]] std::optional<TaxedAmount> tax_within(const Money& gross, std::int64_t rate_bp);
[[nodiscard]] std::optional<TaxedAmount> tax_on_top(const Money& net, std::int64_t rate_bp);

// Nothing where the currencies differ or a sum leaves money's limits.
[[nodiscard]] std::optional<TaxedAmount> plus(const TaxedAmount& a, const TaxedAmount& b);

}  // namespace tally::commerce
