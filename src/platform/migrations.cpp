#include "platform/migrations.hpp"

#include <fmt/format.h>

#include "base/assert.hpp"
#include "base/digest.hpp"
#include "platform/append_only.hpp"

namespace tally::platform {
namespace {

constexpr std::string_view kTable = R"(
CREATE TABLE IF NOT EXISTS migrations (
  room TEXT NOT NULL,
  number BIGINT NOT NULL,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  applied_at BIGINT NOT NULL,
  PRIMARY KEY (room, number)
))";

class SchemaLock {
 public:
  explicit SchemaLock(Connection& connection) : connection_(connection) {}
  SchemaLock(const SchemaLock&) = delete;
  SchemaLock& operator=(const SchemaLock&) = delete;
  ~SchemaLock() { connection_.unlock_schema(); }

 private:
  Connection& connection_;
};

// Whether it was applied before; an error if it was, but differently.
Result<bool> is_applied(Transaction& transaction, std::string_view room,
                        const Migration& migration) {
  const auto applied = transaction.query_one<std::string>(
      "SELECT checksum FROM migrations WHERE room = $1 AND number = $2", room, migration.number);
  if (!applied) return std::unexpected(applied.error());
  if (!*applied) return false;
  if (std::get<0>(**applied) == checksum_of(migration)) return true;
  return fail(StoreError::kSchema,
              fmt::format("migration {} of {} ({}) was applied to this database in another form: "
                          "it belongs to another program; run that, or take another database",
                          migration.number, room, migration.name));
}

Result<void> check_not_newer(Transaction& transaction, std::string_view room,
                             std::span<const Migration> migrations) {
  const auto newest = transaction.query_one<std::optional<std::int64_t>>(
      "SELECT MAX(number) FROM migrations WHERE room = $1", room);
  if (!newest) return std::unexpected(newest.error());
  const std::int64_t applied = std::get<0>(newest->value()).value_or(0);
  if (applied <= std::ssize(migrations)) return {};
  return fail(StoreError::kSchema,
              fmt::format("the database has migration {} of {}, and this program knows {}: it is "
                          "too old for it; run the newer one",
                          applied, room, migrations.size()));
}

Result<bool> apply(Transaction& transaction, std::string_view room, const Migration& migration,
                   Instant now) {
  const Result<bool> applied = is_applied(transaction, room, migration);
  if (!applied) return applied;
  if (*applied) return false;
  if (auto done = transaction.run_script(migration.sql); !done) {
    return fail_within(fmt::format("migration {} of {}", migration.number, room), done.error());
  }
  for (const std::string_view table : migration.append_only) {
    const std::string guard = append_only_sql(transaction.engine(), table);
    if (auto done = transaction.run_script(guard); !done) return std::unexpected(done.error());
  }
  const auto noted = transaction.execute(
      "INSERT INTO migrations (room, number, name, checksum, applied_at) "
      "VALUES ($1, $2, $3, $4, $5)",
      room, migration.number, migration.name, checksum_of(migration), now);
  if (!noted) return std::unexpected(noted.error());
  return true;
}

}  // namespace

std::string checksum_of(const Migration& migration) {
  std::string all = fmt::format("{}\n", migration.sql);
  for (const std::string_view table : migration.append_only) all += fmt::format("{}\n", table);
  return sha256_hex(all);
}

Result<int> migrate(Connection& connection, std::string_view room,
                    std::span<const Migration> migrations, Instant now) {
  for (std::size_t at = 0; at < migrations.size(); ++at) {
    TALLY_ASSERT(migrations[at].number == static_cast<std::int64_t>(at) + 1);
  }
  if (auto locked = connection.lock_schema(); !locked) return std::unexpected(locked.error());
  const SchemaLock lock(connection);
  const auto ready = connection.write([&](Transaction& transaction) -> Result<void> {
    if (auto made = transaction.run_script(kTable); !made) return made;
    return check_not_newer(transaction, room, migrations);
  });
  if (!ready) return std::unexpected(ready.error());
  int count = 0;
  for (const Migration& migration : migrations) {
    const Result<bool> applied = connection.write(
        [&](Transaction& transaction) { return apply(transaction, room, migration, now); });
    if (!applied) return std::unexpected(applied.error());
    count += *applied ? 1 : 0;
  }
  return count;
}

}  // namespace tally::platform
