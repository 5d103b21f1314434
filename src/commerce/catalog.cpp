#include "commerce/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "commerce/error.hpp"
#include "commerce/fields.hpp"
#include "commerce/tax.hpp"

namespace tally::commerce {
namespace {

Result<void> check_photos(const std::vector<std::string>& photos) {
  if (photos.size() > kPhotosMax) {
    return fail(CommerceError::kLimit, fmt::format("product.photos: are {}, and {} are the most",
                                                   photos.size(), kPhotosMax));
  }
  for (std::size_t i = 0; i < photos.size(); ++i) {
    const std::string field = fmt::format("product.photos[{}]", i);
    if (auto good = check_sha256(field, photos[i]); !good) return good;
    if (std::find(photos.begin(), photos.begin() + static_cast<std::ptrdiff_t>(i), photos[i]) !=
        photos.begin() + static_cast<std::ptrdiff_t>(i)) {
      return fail(CommerceError::kDuplicate,
                  fmt::format("{}: is there twice; leave one out", field));
    }
  }
  return {};
}

Result<void> check_place(const Site& site) {
  if (site.latitude.has_value() != site.longitude.has_value()) {
    return fail(CommerceError::kInvalid, "site.latitude: goes with a longitude; give both or none");
  }
  if (!site.latitude) return {};
  // Written so that what is no number is refused too.
  if (!(*site.latitude >= -90 && *site.latitude <= 90)) {
    return fail(CommerceError::kInvalid, "site.latitude: must be from -90 to 90");
  }
  if (*site.longitude >= -180 && *site.longitude <= 180) return {};
  return fail(CommerceError::kInvalid, "site.longitude: must be from -180 to 180");
}

Result<void> check_size(const std::optional<ProductSize>& size) {
  if (!size) return {};
  return first_error(check_range("product.size.width_mm", size->width, 1, kProductSideMmMax),
                     check_range("product.size.depth_mm", size->depth, 1, kProductSideMmMax),
                     check_range("product.size.height_mm", size->height, 1, kProductSideMmMax));
}

Result<void> check_prices(const Market& market) {
  if (market.prices.size() > kProductsMax) {
    return fail(CommerceError::kLimit, fmt::format("market.prices: are {}, and {} are the most",
                                                   market.prices.size(), kProductsMax));
  }
  for (const auto& [product, price] : market.prices) {
    const std::string field = fmt::format("market.prices[{}]", product.text());
    const auto good = first_error(
        check_id(field, product),
        check_money(field + ".amount", price.amount, market.currency, 0, kPriceMinorMax),
        check_range(field + ".tax_rate_bp", price.tax_rate_bp, 0, kTaxRateMax));
    if (!good) return good;
  }
  return {};
}

}  // namespace

Result<void> check(const Tenant& tenant) {
  return first_error(check_id("tenant.id", tenant.id), check_text("tenant.name", tenant.name));
}

Result<void> check(const Site& site) {
  const auto good = first_error(check_id("site.id", site.id), check_id("site.tenant", site.tenant),
                                check_text("site.name", site.name), check_place(site),
                                check_text("site.time_zone", site.time_zone));
  if (!good || site.address.empty()) return good;
  return check_text("site.address", site.address);
}

Result<void> check(const Cabinet& cabinet) {
  return first_error(check_id("cabinet.id", cabinet.id), check_id("cabinet.tenant", cabinet.tenant),
                     check_id("cabinet.site", cabinet.site),
                     check_id("cabinet.market", cabinet.market),
                     check_text("cabinet.name", cabinet.name));
}

Result<void> check(const Product& product) {
  return first_error(check_id("product.id", product.id), check_id("product.tenant", product.tenant),
                     check_text("product.sku", product.sku),
                     check_text("product.name", product.name), check_photos(product.photos),
                     check_size(product.size));
}

Result<void> check(const Market& market) {
  if (market.currency == Currency{}) {
    return fail(CommerceError::kInvalid, "market.currency: must be given, as in EUR");
  }
  return first_error(
      check_id("market.id", market.id), check_id("market.tenant", market.tenant),
      check_text("market.name", market.name),
      check_money("market.hold", market.hold, market.currency, 1, kHoldMinorMax),
      check_money("market.dispute_grant_max", market.dispute_grant_max.value_or(market.hold),
                  market.currency, 0, kHoldMinorMax),
      check_money("market.review_error_max", market.review_error_max.value_or(market.hold),
                  market.currency, 0, kHoldMinorMax),
      check_range("market.review_level", static_cast<int>(market.review_level),
                  static_cast<int>(ReviewLevel::kAll), static_cast<int>(ReviewLevel::kNone)),
      check_prices(market));
}

Money dispute_grant_max(const Market& market) {
  const Money share{market.hold.minor * kDisputeGrantPercent / 100, market.hold.currency};
  return market.dispute_grant_max.value_or(share);
}

Money review_error_max(const Market& market) {
  const Money share{market.hold.minor * kReviewErrorPermille / 1'000, market.hold.currency};
  return market.review_error_max.value_or(share);
}

ReviewRule review_rule(const Market& market) {
  return {market.review_level, review_error_max(market).minor};
}

const Price* find_price(const Market& market, const ProductId& product) {
  const auto found = market.prices.find(product);
  return found == market.prices.end() ? nullptr : &found->second;
}

Result<Products> Products::of(const TenantId& tenant, std::vector<Product> products) {
  if (products.size() > kProductsMax) {
    return fail(CommerceError::kLimit, fmt::format("products: are {}, and {} are the most",
                                                   products.size(), kProductsMax));
  }
  Products result;
  result.products_ = std::move(products);
  for (std::size_t i = 0; i < result.products_.size(); ++i) {
    const Product& product = result.products_[i];
    if (const auto good = check(product); !good) {
      return fail_within(fmt::format("product \"{}\"", product.sku), good.error());
    }
    if (product.tenant != tenant) {
      return fail(CommerceError::kInvalid,
                  fmt::format("product.tenant: product \"{}\" is another's", product.sku));
    }
    if (!result.by_id_.emplace(product.id, i).second) {
      return fail(CommerceError::kDuplicate,
                  fmt::format("product.id: {} is there twice", product.id.text()));
    }
    if (!result.by_sku_.emplace(product.sku, i).second) {
      return fail(CommerceError::kDuplicate,
                  fmt::format("product.sku: \"{}\" is taken by another product; choose another",
                              product.sku));
    }
  }
  return result;
}

const Product* Products::find(const ProductId& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &products_[found->second];
}

const Product* Products::find_sku(std::string_view sku) const {
  const auto found = by_sku_.find(sku);
  return found == by_sku_.end() ? nullptr : &products_[found->second];
}

}  // namespace tally::commerce
