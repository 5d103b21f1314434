// Cards that shoppers are about to save on a page of the payment provider's
// (payments/stripe_cards.hpp): what was begun, and which means of payment came of it. A setup gives
// one card, once, however often its outcome is told: a card that its shopper has removed since does
// not come back.
//
// Every function takes the tenant and sees no other's, but find_card_setup_at. Thread-safety: a
// transaction's. Limits: kCardSetupsMax of a shopper in kCardSetupKept; after it they are purged.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "server/identity/payment_methods.hpp"

namespace tally::identity {

// clang-format off
struct CardSetupKind { static constexpr std::string_view kPrefix = "cst"; };
// clang-format on
using CardSetupId = Id<CardSetupKind>;

inline constexpr std::int64_t kCardSetupsMax = 50;
inline constexpr Duration kCardSetupKept = std::chrono::days(7);  // The provider tells for three.

struct CardSetup {
  CardSetupId id;
  TenantId tenant;
  ShopperId shopper;
  std::string reference;  // The provider's session.
  Instant created_at;
  std::optional<PaymentMethodId> method;  // That came of it; it may have been removed since.
};

// Whether the shopper may begin another one. Errors: kLimit, of setups or of cards.
Result<void> check_card_setup(platform::Transaction& transaction, const TenantId& tenant,
                              const ShopperId& shopper, Instant now);
// One that is there already stays as it is.
Result<void> add_card_setup(platform::Transaction& transaction, const CardSetup& setup);
Result<std::optional<CardSetup>> find_card_setup(platform::Transaction& transaction,
                                                 const TenantId& tenant, const ShopperId& shopper,
                                                 const CardSetupId& id);
// Of any tenant: the provider tells no more than its own reference.
Result<std::optional<CardSetup>> find_card_setup_at(platform::Transaction& transaction,
                                                    std::string_view reference);

// The saved card becomes the shopper's default, unless the setup has given one before. What the
// setup is afterwards. Errors: kLimit where the shopper has too many cards, kUnknown.
Result<CardSetup> finish_card_setup(platform::Transaction& transaction, server::World& world,
                                    const CardSetup& setup, const NewPaymentMethod& card);

}  // namespace tally::identity
