#include "server/identity/key_mode.hpp"

#include "server/identity/api_keys.hpp"
#include "server/identity/identity_error.hpp"

namespace tally::identity {

Result<Authenticated> authenticate_in_mode(platform::Transaction& transaction,
                                           std::string_view credential, Instant now, bool live) {
  auto known = authenticate(transaction, credential, now);
  if (!known || !ApiKeyId::parse(known->credential) || known->principal.live == live) return known;
  return fail(IdentityError::kCredential,
              live ? "this is a test key, and this server moves real money: use a live key"
                   : "this is a live key, and this server moves test money only: use a test key");
}

Result<void> check_key_mode(bool key_is_live, bool live) {
  if (key_is_live == live) return {};
  return fail(IdentityError::kMode,
              live ? "livemode: this server moves real money, and a test key would be refused "
                     "everywhere: make a live key, or try programs out on a server with the sandbox"
                   : "livemode: this server moves test money only, and a live key would be refused "
                     "everywhere: make a test key, or set up payments with a live key of Stripe "
                     "first (docs/payments.md)");
}

}  // namespace tally::identity
