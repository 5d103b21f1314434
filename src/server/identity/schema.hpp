// The tables of accounts and credentials. No secret is kept in clear: passwords by scrypt, tokens
// and keys by SHA-256, shoppers' codes by a MAC whose key is not in the store.
//
// Thread-safety: constant data, and one function over a transaction.
#pragma once

#include <span>

#include "base/instant.hpp"
#include "platform/migrations.hpp"

namespace tally::identity {

// For migrate(connection, "identity", …).
[[nodiscard]] std::span<const platform::Migration> identity_migrations();

inline constexpr std::int64_t kPurgedMax = 1'000;  // Of each table, in one call.

// Deletes sessions, codes and counts that have ended. How many rows.
Result<std::int64_t> purge_identity(platform::Transaction& transaction, Instant now);

}  // namespace tally::identity
