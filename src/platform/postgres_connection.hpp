// A store in a PostgreSQL database (15 or newer). It must sort text by bytes and hold UTF-8, as
// SQLite does: createdb --encoding=UTF8 --locale=C --template=template0. Servers that may lose what
// they acknowledged (fsync, full_page_writes or synchronous_commit off) are refused.
//
// Writing transactions are SERIALIZABLE and run again when others came in between; reading ones are
// REPEATABLE READ READ ONLY, one snapshot. A connection that broke is made anew at the next
// transaction. Statements are prepared on the server: a pooler in between must pool by session.
//
// Errors: StoreError; kUncertain where the connection is lost during COMMIT, kUnavailable where it
// is lost before.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "platform/connection.hpp"

namespace tally::platform {

inline constexpr std::chrono::seconds kConnectTimeout{5};
inline constexpr std::chrono::milliseconds kLockTimeout{5'000};
inline constexpr std::chrono::milliseconds kIdleTimeout{60'000};     // Of a transaction left open.
inline constexpr std::chrono::milliseconds kSilenceTimeout{30'000};  // Of a server that is gone.
inline constexpr int kPostgresVersionMin = 150'000;                  // PQserverVersion's number.

struct PostgresOptions {
  std::string connection;  // libpq's text: "host=… dbname=… user=…" or postgresql://…
  std::chrono::milliseconds statement_timeout = kStatementTimeout;
  std::chrono::milliseconds lock_timeout = kLockTimeout;
  std::chrono::milliseconds migration_timeout = kMigrationTimeout;  // Both, while it migrates.
};

Result<std::unique_ptr<Connection>> connect_postgres(const PostgresOptions& options);

}  // namespace tally::platform
