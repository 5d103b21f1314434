#include "server/identity/card_setups.hpp"

#include <fmt/format.h>

#include "server/identity/identity_error.hpp"

namespace tally::identity {
namespace {

using platform::Transaction;

template <typename... Parameters>
Result<std::optional<CardSetup>> select_one(Transaction& transaction, std::string_view where,
                                            const Parameters&... parameters) {
  auto row = transaction.query_one<CardSetupId, TenantId, ShopperId, std::string, Instant,
                                   std::optional<PaymentMethodId>>(
      fmt::format("SELECT id, tenant, shopper, reference, created_at, payment_method "
                  "FROM card_setups WHERE {}",
                  where),
      parameters...);
  if (!row) return std::unexpected(std::move(row.error()));
  if (!*row) return std::optional<CardSetup>();
  return std::apply([](auto&... columns) { return std::optional(CardSetup{columns...}); }, **row);
}

}  // namespace

Result<void> check_card_setup(Transaction& transaction, const TenantId& tenant,
                              const ShopperId& shopper, Instant now) {
  const auto cards = list_payment_methods(transaction, tenant, shopper);
  if (!cards) return std::unexpected(cards.error());
  if (std::ssize(*cards) >= kPaymentMethodsMax) {
    return fail(IdentityError::kLimit,
                fmt::format("a shopper has at most {} means of payment: remove one first",
                            kPaymentMethodsMax));
  }
  const auto begun = transaction.query_one<std::int64_t>(
      "SELECT COUNT(*) FROM card_setups WHERE tenant = $1 AND shopper = $2 AND created_at > $3",
      tenant, shopper, now - kCardSetupKept);
  if (!begun) return std::unexpected(begun.error());
  if (std::get<0>(**begun) < kCardSetupsMax) return {};
  return fail(
      IdentityError::kLimit,
      fmt::format("a card was begun {} times within {} days: wait, or write to the operator",
                  kCardSetupsMax, kCardSetupKept / std::chrono::days(1)));
}

Result<void> add_card_setup(Transaction& transaction, const CardSetup& setup) {
  const auto added = transaction.execute(
      "INSERT INTO card_setups (id, tenant, shopper, reference, created_at) "
      "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING",
      setup.id, setup.tenant, setup.shopper, setup.reference, setup.created_at);
  if (!added) return std::unexpected(added.error());
  return {};
}

Result<std::optional<CardSetup>> find_card_setup(Transaction& transaction, const TenantId& tenant,
                                                 const ShopperId& shopper, const CardSetupId& id) {
  return select_one(transaction, "tenant = $1 AND shopper = $2 AND id = $3", tenant, shopper, id);
}

Result<std::optional<CardSetup>> find_card_setup_at(Transaction& transaction,
                                                    std::string_view reference) {
  return select_one(transaction, "reference = $1", reference);
}

Result<CardSetup> finish_card_setup(Transaction& transaction, server::World& world,
                                    const CardSetup& setup, const NewPaymentMethod& card) {
  auto now = find_card_setup(transaction, setup.tenant, setup.shopper, setup.id);
  if (!now) return std::unexpected(std::move(now.error()));
  if (!*now) {
    return fail(IdentityError::kUnknown, fmt::format("there is no card setup {}", setup.id.text()));
  }
  if ((*now)->method) return std::move(**now);
  const auto method = add_payment_method(transaction, world, setup.tenant, setup.shopper, card);
  if (!method) return std::unexpected(method.error());
  const auto kept = transaction.execute("UPDATE card_setups SET payment_method = $2 WHERE id = $1",
                                        setup.id, method->id);
  if (!kept) return std::unexpected(kept.error());
  (*now)->method = method->id;
  return std::move(**now);
}

}  // namespace tally::identity
