// A store in one SQLite file (3.35 or newer): WAL, synchronous=FULL, foreign keys on. Writing
// transactions are BEGIN IMMEDIATE, so there is one at a time; a second one waits for busy_timeout
// and is then kBusy. Readers are not in the way of the writer. The file is made, readable by its
// owner only, if it is not there; its folder must be.
//
// Errors: StoreError; kUnavailable where the file can't be opened, kCorrupt where it is no
// database.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>

#include "platform/connection.hpp"

namespace tally::platform {

inline constexpr std::chrono::milliseconds kBusyTimeout{5'000};

struct SqliteOptions {
  std::filesystem::path file;
  std::chrono::milliseconds busy_timeout = kBusyTimeout;
  std::chrono::milliseconds statement_timeout = kStatementTimeout;
  std::chrono::milliseconds migration_timeout = kMigrationTimeout;  // Both, while it migrates.
  std::int64_t pages_max = 0;  // Of 4 KiB; more is kFull. 0: as many as SQLite and the disk allow.
};

Result<std::unique_ptr<Connection>> connect_sqlite(const SqliteOptions& options);

}  // namespace tally::platform
