// What there is to sell, where, and for how much: tenants, their sites and cabinets, products, and
// markets with prices.
//
// Plain values. A check says the first field that is wrong, by its name ("product.sku: …"); what a
// single value can't know (that an id exists, that a sku is free) is Products' or the store's to
// say.
//
// Thread-safety: values. Errors: kInvalid, kLimit, kDuplicate, kUnknown of CommerceError.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/money.hpp"
#include "commerce/gtin.hpp"
#include "commerce/review_policy.hpp"

namespace tally::commerce {

inline constexpr std::size_t kProductsMax = 10'000;  // Of a tenant; prices of a market.
inline constexpr std::size_t kPhotosMax = 50;        // Of a product.
inline constexpr std::int64_t kPriceMinorMax = 1'000'000'000;
inline constexpr std::int64_t kHoldMinorMax = 1'000'000'000;

struct Tenant {  // An operator of cabinets; tenants never see each other.
  TenantId id;
  std::string name;
};

struct Site {
  SiteId id;
  TenantId tenant;
  std::string name;
  std::string address;               // Of one line; may be empty.
  std::optional<double> latitude{};  // Degrees, WGS 84; both or none.
  std::optional<double> longitude{};
  std::string time_zone = "UTC";  // IANA's name; that it is one is for whoever has them all to say.
};

struct Cabinet {
  CabinetId id;
  TenantId tenant;
  SiteId site;
  MarketId market;
  std::string name;  // As the shopper reads it before unlocking.
};

struct ProductSize {  // As it stands on its shelf, millimetres.
  std::int64_t width = 0;
  std::int64_t depth = 0;
  std::int64_t height = 0;
};
inline constexpr std::int64_t kProductSideMmMax = 2'000;

struct Product {
  ProductId id;
  TenantId tenant;
  std::string sku;  // The product's id in perception's layout files; unique in the tenant.
  std::string name;
  Gtin gtin;                        // May be empty.
  std::vector<std::string> photos;  // SHA-256 of each file, the best first.
  std::optional<ProductSize> size{};
};

struct Price {
  Money amount;  // Of one item; 0 is a gift.
  int tax_rate_bp = 0;
};

// Cabinets that sell in one currency, at the same prices, under the same rules.
struct Market {
  MarketId id;
  TenantId tenant;
  std::string name;
  Currency currency;
  bool price_includes_tax = true;  // Else tax comes on top, as in the United States.
  // Asked for at every opening: the most that is captured of the card for a session. What it costs
  // beyond that is the shopper's debt.
  Money hold;
  ReviewLevel review_level = ReviewLevel::kByPerception;
  std::map<ProductId, Price> prices;
  // Disputes about less need no human. Nothing: kDisputeGrantPercent of the hold, which is of a
  // session's size in whatever currency.
  std::optional<Money> dispute_grant_max{};
  // ReviewLevel::kCostlyDoubts: a doubt about more has a human look. Nothing: kReviewErrorPermille
  // of the hold.
  std::optional<Money> review_error_max{};
};
inline constexpr std::int64_t kDisputeGrantPercent = 15;
[[nodiscard]] Money dispute_grant_max(const Market& market);
inline constexpr std::int64_t kReviewErrorPermille = 25;
[[nodiscard]] Money review_error_max(const Market& market);
[[nodiscard]] ReviewRule review_rule(const Market& market);

Result<void> check(const Tenant& tenant);
Result<void> check(const Site& site);
Result<void> check(const Cabinet& cabinet);
Result<void> check(const Product& product);
Result<void> check(const Market& market);

// Null where the product has no price in the market.
[[nodiscard]] const Price* find_price(const Market& market, const ProductId& product);

// The products of one tenant, each found by its id and by its sku.
class Products {
 public:
  Products() = default;
  // Each right in itself, of this tenant, and none with another's id or sku.
  static Result<Products> of(const TenantId& tenant, std::vector<Product> products);

  // Null where there is none; valid as long as this is.
  [[nodiscard]] const Product* find(const ProductId& id) const;
  [[nodiscard]] const Product* find_sku(std::string_view sku) const;
  [[nodiscard]] const std::vector<Product>& all() const { return products_; }

 private:
  std::vector<Product> products_;
  std::map<ProductId, std::size_t> by_id_;  // Indices into products_.
  std::map<std::string, std::size_t, std::less<>> by_sku_;
};

}  // namespace tally::commerce
