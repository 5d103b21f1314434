// A shopper's means of payment: what the provider calls it, and what people know it by. No card
// number comes here. The first one is the default; where the default is removed, the newest of the
// others becomes it.
//
// Every function takes the tenant and sees no other's. Thread-safety: a transaction's.
// Limits: kPaymentMethodsMax of a shopper.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/connection.hpp"
#include "server/world.hpp"

namespace tally::identity {

// clang-format off
struct PaymentMethodKind { static constexpr std::string_view kPrefix = "pym"; };
// clang-format on
using PaymentMethodId = Id<PaymentMethodKind>;

inline constexpr std::int64_t kPaymentMethodsMax = 10;
inline constexpr std::size_t kMethodTokenBytesMax = 255;
inline constexpr std::size_t kBrandBytesMax = 40;

struct PaymentMethod {
  PaymentMethodId id;
  TenantId tenant;
  ShopperId shopper;
  std::string provider;  // "sandbox", "stripe"
  std::string token;     // What the provider calls it; not for pages.
  std::string brand;     // "visa"
  std::string last4;     // Four digits, or "".
  bool is_default = false;
  Instant created_at;
};

struct NewPaymentMethod {
  std::string provider;
  std::string token;
  std::string brand;
  std::string last4;
  bool make_default = false;
};
// A token that the shopper has already gives what is there. Errors: kUnknown shopper, kInvalid,
// kLimit.
Result<PaymentMethod> add_payment_method(platform::Transaction& transaction, server::World& world,
                                         const TenantId& tenant, const ShopperId& shopper,
                                         const NewPaymentMethod& wish);
// Newest first.
Result<std::vector<PaymentMethod>> list_payment_methods(platform::Transaction& transaction,
                                                        const TenantId& tenant,
                                                        const ShopperId& shopper);
Result<std::optional<PaymentMethod>> find_payment_method(platform::Transaction& transaction,
                                                         const TenantId& tenant,
                                                         const ShopperId& shopper,
                                                         const PaymentMethodId& id);
// What a hold is asked on. Nothing where the shopper has none.
Result<std::optional<PaymentMethod>> default_payment_method(platform::Transaction& transaction,
                                                            const TenantId& tenant,
                                                            const ShopperId& shopper);
// Errors: kUnknown.
Result<PaymentMethod> make_default_payment_method(platform::Transaction& transaction,
                                                  const TenantId& tenant, const ShopperId& shopper,
                                                  const PaymentMethodId& id);
Result<void> remove_payment_method(platform::Transaction& transaction, const TenantId& tenant,
                                   const ShopperId& shopper, const PaymentMethodId& id);

}  // namespace tally::identity
