// What a cabinet offers at one moment, and for how much: names, prices and tax of all products.
//
// Taken when a session begins and kept with it, so that nothing that is changed meanwhile, a price,
// a name, a market, changes what the shopper was shown. Restrict `products` to what the cabinet's
// cameras can name to keep it small.
//
// Thread-safety: values and pure functions. Errors: CommerceError::kUnknown.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/instant.hpp"
#include "base/money.hpp"
#include "commerce/catalog.hpp"

namespace tally::commerce {

struct Offer {
  ProductId product;
  std::string sku;
  std::string name;
  std::optional<Price> price;  // None: can be put in, not sold.
};

struct Offers {
  MarketId market;
  Currency currency;
  bool price_includes_tax = true;
  Instant at;
  std::map<std::string, Offer, std::less<>> by_sku;
};

[[nodiscard]] Offers offers_of(const Products& products, const Market& market, Instant at);

// What a cart wants to know of its skus: that they exist and, where money is due, their price.
struct Wanted {
  std::string_view sku;
  bool sold = true;
};
// One error names all that are unknown and all that have no price.
Result<void> check_offered(const Offers& offers, std::span<const Wanted> wanted);

}  // namespace tally::commerce
