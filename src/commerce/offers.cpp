#include "commerce/offers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commerce/error.hpp"

namespace tally::commerce {

Offers offers_of(const Products& products, const Market& market, Instant at) {
  Offers offers{market.id, market.currency, market.price_includes_tax, at, {}};
  for (const Product& product : products.all()) {
    Offer offer{product.id, product.sku, product.name, std::nullopt};
    if (const Price* price = find_price(market, product.id)) offer.price = *price;
    offers.by_sku.emplace(product.sku, std::move(offer));
  }
  return offers;
}

Result<void> check_offered(const Offers& offers, std::span<const Wanted> wanted) {
  std::vector<std::string> wrong;
  for (const Wanted& want : wanted) {
    const auto found = offers.by_sku.find(want.sku);
    if (found == offers.by_sku.end()) {
      wrong.push_back(fmt::format("\"{}\" is no product", want.sku));
    } else if (want.sold && !found->second.price) {
      wrong.push_back(fmt::format("\"{}\" has no price", want.sku));
    }
  }
  if (wrong.empty()) return {};
  return fail(CommerceError::kUnknown,
              fmt::format("receipt.lines: {} in market {} at {}: review the session, and add what "
                          "is missing before the next",
                          fmt::join(wrong, ", "), offers.market.text(), to_string(offers.at)));
}

}  // namespace tally::commerce
