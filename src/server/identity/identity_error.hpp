// What can be wrong with an account or a credential. No message tells whether an e-mail address is
// known here, but to those who may see the tenant's people (kTaken).
#pragma once

#include <cstdint>
#include <utility>

#include "base/error.hpp"

namespace tally::identity {

enum class IdentityError : std::uint8_t {
  kCredential,  // Of no kind that is known, unknown, revoked, or ended: 401.
  kPassword,    // E-mail or password is wrong: 401.
  kCode,        // The code is wrong, used, or none was asked for: 401.
  kExpired,     // The code or session is too old: 401.
  kTries,       // Too many failures or requests: wait, or ask for a new code: 429.
  kDisabled,    // The account is there, the password right, and it may not be used: 403.
  kTaken,       // Another has this e-mail address, or set-up has happened: 409.
  kLastOwner,   // The tenant would be left without an owner: 409.
  kWeak,        // A password that is too short, too long or too easy: 422.
  kInvalid,     // An e-mail address, name, role or token that can't be one: 422.
  kUnknown,     // What was named does not exist in this tenant: 404.
  kLimit,       // More than the named limit: 422.
  kMode,        // An API key for money that this server does not move: 422.
};
[[nodiscard]] ErrorCode code_of(IdentityError error);
[[nodiscard]] bool is(const Error& error, IdentityError kind);

// Some refusals write: a wrong code counts a try. They are values to the transaction, which commits
// them, and errors to the caller: flatten() the outcome of the transaction.
template <typename T>
using Decided = Result<T>;

template <typename T>
[[nodiscard]] Result<T> flatten(Result<Decided<T>> outcome) {
  if (!outcome) return std::unexpected(std::move(outcome.error()));
  return std::move(*outcome);
}

}  // namespace tally::identity
