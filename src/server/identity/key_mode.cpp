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

}  // namespace tally::identity
