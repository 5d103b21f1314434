// Users sign in, in three steps, since a password's hash is slow:
//
//   1. begin_sign_in() in a writing transaction: counts the attempt as failed, or refuses it.
//   2. verify_password(attempt.known, password), outside.
//   3. finish_sign_in() in a writing transaction, with what came of it.
//
// An attempt that does not come back stays a failure, so guessing many at once gains nothing. After
// kFailuresFree failures the address is locked for kFirstLock, then for twice as long after each
// further one, up to kLockMax; success or kFailuresForgotten without a failure clears it. Addresses
// that nobody has are treated alike. A locked address refuses the right password too.
//
// Thread-safety: a transaction's.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/identity/users.hpp"
#include "server/identity/web_sessions.hpp"

namespace tally::identity {

inline constexpr int kFailuresFree = 5;
inline constexpr Duration kFirstLock = std::chrono::seconds(30);
inline constexpr Duration kLockMax = std::chrono::minutes(15);
inline constexpr Duration kFailuresForgotten = std::chrono::hours(24);

// How long the address is locked after its n-th failure in a row.
[[nodiscard]] Duration lock_after(std::int64_t failures);

struct SignInAttempt {
  TenantId tenant;
  std::string email;
  std::optional<UserId> user;  // Nobody has this address: tell nobody.
  HashedPassword known;
};

// Errors: kInvalid for no e-mail address, kTries while it is locked, saying how long.
Result<SignInAttempt> begin_sign_in(platform::Transaction& transaction, const TenantId& tenant,
                                    std::string_view email, Instant now);

struct UserSignedIn {
  User user;
  SignedIn session;
};
// Errors: kPassword if it was wrong or was changed meanwhile; kDisabled.
Result<UserSignedIn> finish_sign_in(platform::Transaction& transaction, server::World& world,
                                    const SignInAttempt& attempt, bool password_is_right,
                                    std::string_view agent);

// In place of step 3, for somebody signed in who gives old and new password (begin_sign_in with
// their own e-mail address): ends all their sessions but `kept`. Errors: as finish_sign_in.
Result<User> change_own_password(platform::Transaction& transaction, const SignInAttempt& attempt,
                                 bool password_is_right, const HashedPassword& password,
                                 const std::optional<WebSessionId>& kept);

}  // namespace tally::identity
