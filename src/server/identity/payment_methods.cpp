#include "server/identity/payment_methods.hpp"

#include <algorithm>

#include "platform/answers.hpp"
#include "server/identity/identity_error.hpp"
#include "server/identity/shoppers.hpp"

namespace tally::identity {
namespace {

using platform::Transaction;

template <typename... Parameters>
Result<std::vector<PaymentMethod>> select(Transaction& transaction, std::string_view rest,
                                          const Parameters&... parameters) {
  return platform::structs_of<PaymentMethod>(
      transaction.query<PaymentMethodId, TenantId, ShopperId, std::string, std::string, std::string,
                        std::string, bool, Instant>(
          fmt::format("SELECT id, tenant, shopper, provider, token, brand, last4, is_default, "
                      "created_at FROM payment_methods WHERE tenant = $1 AND shopper = $2 {}",
                      rest),
          parameters...));
}

template <typename... Parameters>
Result<std::optional<PaymentMethod>> select_one(Transaction& transaction, std::string_view rest,
                                                const Parameters&... parameters) {
  auto found = select(transaction, rest, parameters...);
  if (!found) return std::unexpected(std::move(found.error()));
  if (found->empty()) return std::optional<PaymentMethod>();
  return std::optional(std::move(found->front()));
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kBrandBytesMax &&
         std::ranges::all_of(text, [](char letter) {
           return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                  letter == '_' || letter == '-';
         });
}

Result<void> check(const NewPaymentMethod& wish) {
  const auto is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
  const auto is_printable = [](char letter) { return letter > ' ' && letter < 0x7F; };
  if (!is_word(wish.provider) || !is_word(wish.brand)) {
    return fail(IdentityError::kInvalid,
                fmt::format("provider and brand are 1 to {} lower-case letters, digits, - and _",
                            kBrandBytesMax));
  }
  if (wish.token.empty() || wish.token.size() > kMethodTokenBytesMax ||
      !std::ranges::all_of(wish.token, is_printable)) {
    return fail(IdentityError::kInvalid,
                fmt::format("the provider's token has 1 to {} printable ASCII characters",
                            kMethodTokenBytesMax));
  }
  if (!wish.last4.empty() &&
      (wish.last4.size() != 4 || !std::ranges::all_of(wish.last4, is_digit))) {
    return fail(IdentityError::kInvalid, "last4 has four digits, or is left empty");
  }
  return {};
}

std::unexpected<Error> unknown(const PaymentMethodId& id) {
  return fail(IdentityError::kUnknown, fmt::format("there is no means of payment {}", id.text()));
}

// The one it is; any other is so no longer.
Result<void> set_default(Transaction& transaction, const PaymentMethod& method) {
  const auto unset = transaction.execute(
      "UPDATE payment_methods SET is_default = 0 WHERE tenant = $1 AND shopper = $2 "
      "AND is_default = 1",
      method.tenant, method.shopper);
  if (!unset) return std::unexpected(unset.error());
  const auto set = transaction.execute(
      "UPDATE payment_methods SET is_default = 1 WHERE tenant = $1 AND shopper = $2 AND id = $3",
      method.tenant, method.shopper, method.id);
  if (!set) return std::unexpected(set.error());
  return {};
}

Result<PaymentMethod> made_default(Transaction& transaction, PaymentMethod method) {
  if (auto done = set_default(transaction, method); !done) {
    return std::unexpected(std::move(done.error()));
  }
  method.is_default = true;
  return method;
}

}  // namespace

Result<PaymentMethod> add_payment_method(Transaction& transaction, server::World& world,
                                         const TenantId& tenant, const ShopperId& shopper,
                                         const NewPaymentMethod& wish) {
  if (auto fits = check(wish); !fits) return std::unexpected(std::move(fits.error()));
  const auto owner = find_shopper(transaction, tenant, shopper);
  if (!owner) return std::unexpected(owner.error());
  if (!*owner) {
    return fail(IdentityError::kUnknown, fmt::format("there is no shopper {}", shopper.text()));
  }
  auto there = list_payment_methods(transaction, tenant, shopper);
  if (!there) return std::unexpected(std::move(there.error()));
  for (PaymentMethod& method : *there) {
    if (method.provider != wish.provider || method.token != wish.token) continue;
    return wish.make_default ? made_default(transaction, std::move(method)) : std::move(method);
  }
  if (std::ssize(*there) >= kPaymentMethodsMax) {
    return fail(IdentityError::kLimit,
                fmt::format("a shopper has at most {} means of payment: remove one first",
                            kPaymentMethodsMax));
  }
  PaymentMethod method{world.new_id<PaymentMethodId>(),
                       tenant,
                       shopper,
                       wish.provider,
                       wish.token,
                       wish.brand,
                       wish.last4,
                       false,
                       world.now()};
  const auto added = transaction.execute(
      "INSERT INTO payment_methods (id, tenant, shopper, provider, token, brand, last4, "
      "is_default, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)",
      method.id, tenant, shopper, method.provider, method.token, method.brand, method.last4,
      method.created_at);
  if (!added) return std::unexpected(added.error());
  if (there->empty() || wish.make_default) return made_default(transaction, std::move(method));
  return method;
}

Result<std::vector<PaymentMethod>> list_payment_methods(Transaction& transaction,
                                                        const TenantId& tenant,
                                                        const ShopperId& shopper) {
  return select(transaction, "ORDER BY created_at DESC, id DESC", tenant, shopper.text());
}

Result<std::optional<PaymentMethod>> find_payment_method(Transaction& transaction,
                                                         const TenantId& tenant,
                                                         const ShopperId& shopper,
                                                         const PaymentMethodId& id) {
  return select_one(transaction, "AND id = $3", tenant, shopper.text(), id.text());
}

Result<std::optional<PaymentMethod>> default_payment_method(Transaction& transaction,
                                                            const TenantId& tenant,
                                                            const ShopperId& shopper) {
  return select_one(transaction, "AND is_default = 1", tenant, shopper.text());
}

Result<PaymentMethod> make_default_payment_method(Transaction& transaction, const TenantId& tenant,
                                                  const ShopperId& shopper,
                                                  const PaymentMethodId& id) {
  auto method = find_payment_method(transaction, tenant, shopper, id);
  if (!method) return std::unexpected(std::move(method.error()));
  if (!*method) return unknown(id);
  return made_default(transaction, std::move(**method));
}

Result<void> remove_payment_method(Transaction& transaction, const TenantId& tenant,
                                   const ShopperId& shopper, const PaymentMethodId& id) {
  const auto gone = transaction.execute(
      "DELETE FROM payment_methods WHERE tenant = $1 AND shopper = $2 AND id = $3", tenant,
      shopper.text(), id.text());
  if (!gone) return std::unexpected(gone.error());
  if (*gone == 0) return unknown(id);
  const auto left = list_payment_methods(transaction, tenant, shopper);
  if (!left) return std::unexpected(left.error());
  if (left->empty() || std::ranges::any_of(*left, &PaymentMethod::is_default)) return {};
  return set_default(transaction, left->front());
}

}  // namespace tally::identity
