#include "server/core/sku_book.hpp"

#include <fmt/format.h>

#include "commerce/error.hpp"
#include "platform/aggregates.hpp"

namespace tally::core {

using commerce::CommerceError;

Result<void> take_sku(platform::Transaction& transaction, const commerce::Product& product,
                      Instant now) {
  const auto count = transaction.query_one<std::int64_t>(
      "SELECT COUNT(*) FROM aggregates WHERE tenant = $1 AND kind = 'product'", product.tenant);
  if (!count) return std::unexpected(count.error());
  if (std::get<0>(**count) >= static_cast<std::int64_t>(commerce::kProductsMax)) {
    return fail(CommerceError::kLimit,
                fmt::format("there are {} products already", commerce::kProductsMax));
  }
  const auto taken =
      platform::insert_aggregate(transaction,
                                 {product.tenant,
                                  "product_sku",
                                  fmt::format("{}/{}", product.tenant.text(), product.sku),
                                  0,
                                  "",
                                  product.id.text(),
                                  {},
                                  {}},
                                 now);
  if (taken) return {};
  if (!is(taken.error(), platform::StoreError::kDuplicate)) return std::unexpected(taken.error());
  return fail(CommerceError::kDuplicate, "product.sku: another product has this sku");
}

}  // namespace tally::core
