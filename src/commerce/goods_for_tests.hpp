// Values that the tests of goods share: ids by number, a small shop in EUR and one in USD.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "base/money.hpp"
#include "commerce/catalog.hpp"
#include "commerce/planogram.hpp"

namespace tally::commerce::testing {

template <typename SomeId>
SomeId id(std::uint32_t number) {
  IdBits bits{};
  for (std::size_t i = 0; i < 4; ++i) {
    bits[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  return SomeId::from_bits(bits);
}

inline Currency currency(std::string_view text) { return Currency::parse(text).value(); }
inline Money euros(std::int64_t minor) { return {minor, currency("EUR")}; }
inline Instant at(std::int64_t seconds) { return Instant{std::chrono::seconds{seconds}}; }
inline std::string digest(char digit) { return std::string(64, digit); }

inline const TenantId kTenant = id<TenantId>(1);
inline const CabinetId kCabinet = id<CabinetId>(1);
inline const MarketId kMarket = id<MarketId>(1);
inline const ProductId kCola = id<ProductId>(1);
inline const ProductId kWater = id<ProductId>(2);
inline const ProductId kBar = id<ProductId>(3);
inline const ProductId kUnpriced = id<ProductId>(4);

inline Product product(const ProductId& id, std::string sku, std::string name) {
  Product product;
  product.id = id;
  product.tenant = kTenant;
  product.sku = std::move(sku);
  product.name = std::move(name);
  return product;
}

inline Products products() {
  return Products::of(
             kTenant,
             {product(kCola, "cola", "Cola 0.33 l"), product(kWater, "water", "Water 0.5 l"),
              product(kBar, "bar", "Nut bar"), product(kUnpriced, "soup", "Soup of the day")})
      .value();
}

// Tax included: cola at 19 %, water at 7 %, the bar untaxed; no price for the soup.
inline Market market(std::string_view of = "EUR") {
  Market market;
  market.id = kMarket;
  market.tenant = kTenant;
  market.name = "Offices";
  market.currency = currency(of);
  market.hold = {2000, market.currency};
  market.review_level = ReviewLevel::kCostlyDoubts;
  market.prices = {{kCola, {{199, market.currency}, 1900}},
                   {kWater, {{95, market.currency}, 700}},
                   {kBar, {{150, market.currency}, 0}}};
  return market;
}

// The same prices with tax on top.
inline Market market_with_tax_on_top() {
  Market result = market("USD");
  result.price_includes_tax = false;
  return result;
}

inline Cabinet cabinet() { return {kCabinet, kTenant, id<SiteId>(1), kMarket, "Lobby"}; }

// Cola twice and water on the upper shelf, bars on the lower; a draft.
inline Planogram planogram(std::uint32_t version = 1) {
  Planogram planogram;
  planogram.id = id<LayoutId>(version);
  planogram.cabinet = kCabinet;
  planogram.version = version;
  planogram.camera_layout = digest('c');
  planogram.shelves = {{"upper", {{"u1", kCola, 6, 2}, {"u2", kCola, 6, 1}, {"u3", kWater, 8, 4}}},
                       {"lower", {{"l1", kBar, 20, 5}}}};
  return planogram;
}

}  // namespace tally::commerce::testing
