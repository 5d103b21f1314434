// The schema, made step by step: numbered migrations, forward only, each in a transaction of its
// own, run at start before the store is opened. What was applied is kept with a checksum, so that a
// database which other migrations made is told and refused, as is one of a newer program.
//
// Each room with tables has a list of its own, numbered from 1 without gaps. A migration that has
// been released is never changed: what it made is mended by a further one. Migrations take no
// values, so theirs is the same SQL on both stores; docs/store.md has the dialect.
//
// Thread-safety: pure data, and one function that blocks. Several programs may migrate the same
// database at once: one does, the others find it done.
// Errors: kSchema, with words; else what the statements give.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/instant.hpp"
#include "platform/connection.hpp"

namespace tally::platform {

struct Migration {
  std::int64_t number;
  std::string_view name;  // "jobs", for people.
  std::string_view sql;
  std::vector<std::string_view> append_only;  // Tables it makes that may only grow.
};

// SHA-256 of all that the migration does, in hexadecimal.
[[nodiscard]] std::string checksum_of(const Migration& migration);

// How many were applied now.
Result<int> migrate(Connection& connection, std::string_view room,
                    std::span<const Migration> migrations, Instant now);

}  // namespace tally::platform
