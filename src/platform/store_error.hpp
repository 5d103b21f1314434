// What can go wrong with the store. Unless said otherwise nothing was changed when one is given
// back: the transaction it happened in is rolled back.
#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace tally::platform {

enum class StoreError : std::uint8_t {
  kBusy,         // Others hold it for too long, or came in between kTransactionTriesMax times.
  kConflict,     // Another transaction came in between: run it again. Connection does; others see
                 // kBusy.
  kDuplicate,    // A row with this key is there already.
  kConstraint,   // A rule of the schema: NOT NULL, CHECK, a foreign key, an append-only table.
  kStale,        // The version or fencing token is no longer the newest: somebody was faster.
  kMissing,      // The row that was named does not exist.
  kTimeout,      // One statement took longer than its limit.
  kUnavailable,  // The database can't be reached or opened, or the store is closing.
  kUncertain,    // The connection was lost while committing: it happened, or it did not. Look.
  kFull,         // The disk is full.
  kCorrupt,      // What was read is not what can have been written.
  kUnsafe,       // The database is set up so that it may lose what it acknowledged.
  kSchema,       // The schema is newer than this program, or is not what its migrations made.
  kLimit,        // More rows or bytes than the named limit.
  kValue,        // A value that not both stores hold alike: text that is not UTF-8 or has a NUL.
  kStatement,    // The statement itself is wrong: a mistake in this program.
};
[[nodiscard]] ErrorCode code_of(StoreError error);
[[nodiscard]] bool is(const Error& error, StoreError kind);

}  // namespace tally::platform
