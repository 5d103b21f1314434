#include "commerce/tax.hpp"

namespace tally::commerce {
namespace {

// amount * rate / divisor, half away from zero. In two parts, since the product of the whole
// amount would leave an int64.
std::int64_t share_of(std::int64_t amount, std::int64_t rate, std::int64_t divisor) {
  const std::int64_t size = amount < 0 ? -amount : amount;
  const std::int64_t rest = size % divisor * rate;
  const std::int64_t share = size / divisor * rate + (2 * rest + divisor) / (2 * divisor);
  return amount < 0 ? -share : share;
}

bool can_tax(const Money& amount, std::int64_t rate_bp) {
  return within_limits(amount.minor) && 0 <= rate_bp && rate_bp <= kTaxRateMax;
}

}  // namespace

std::optional<TaxedAmount> tax_within(const Money& gross, std::int64_t rate_bp) {
  if (!can_tax(gross, rate_bp)) return std::nullopt;
  const std::int64_t tax = share_of(gross.minor, rate_bp, kBasisPoints + rate_bp);
  return TaxedAmount{{gross.minor - tax, gross.currency}, {tax, gross.currency}, gross};
}

std::optional<TaxedAmount> tax_on_top(const Money& net, std::int64_t rate_bp) {
  if (!can_tax(net, rate_bp)) return std::nullopt;
  const Money tax{share_of(net.minor, rate_bp, kBasisPoints), net.currency};
  const std::optional<Money> gross = tally::plus(net, tax);
  if (!gross) return std::nullopt;
  return TaxedAmount{net, tax, *gross};
}

std::optional<TaxedAmount> plus(const TaxedAmount& a, const TaxedAmount& b) {
  const auto net = tally::plus(a.net, b.net);
  const auto tax = tally::plus(a.tax, b.tax);
  const auto gross = tally::plus(a.gross, b.gross);
  if (!net || !tax || !gross) return std::nullopt;
  return TaxedAmount{*net, *tax, *gross};
}

}  // namespace tally::commerce
