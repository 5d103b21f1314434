#include "platform/sqlite_connection.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <unordered_map>

#include "platform/dialect.hpp"

namespace tally::platform {
namespace {

constexpr std::size_t kStatementsMax = 256;  // Prepared ones that are kept.
constexpr int kStepsBetweenLooksAtTheClock = 100'000;

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

StoreError error_of(int code) {
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return StoreError::kDuplicate;
    default:
      break;
  }
  switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
      return StoreError::kConstraint;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StoreError::kBusy;
    case SQLITE_FULL:
      return StoreError::kFull;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return StoreError::kCorrupt;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
      return StoreError::kUnavailable;
    case SQLITE_INTERRUPT:
      return StoreError::kTimeout;
    case SQLITE_TOOBIG:
      return StoreError::kLimit;
    default:
      return StoreError::kStatement;
  }
}

int bind(sqlite3_stmt* statement, int at, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return sqlite3_bind_int64(statement, at, *number);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return sqlite3_bind_double(statement, at, *real);
  }
  // The values outlive the step: no copies.
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, at, text->data(), text->size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  if (const auto* blob = std::get_if<Blob>(&value)) {
    return sqlite3_bind_blob64(statement, at, blob->bytes.data(), blob->bytes.size(),
                               SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, at);
}

std::string bytes_of(const void* data, int bytes) {
  return data == nullptr
             ? std::string()
             : std::string(static_cast<const char*>(data), static_cast<std::size_t>(bytes));
}

Value column_of(sqlite3_stmt* statement, int at) {
  switch (sqlite3_column_type(statement, at)) {
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, at)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, at);
    case SQLITE_TEXT: {
      const void* text = sqlite3_column_text(statement, at);
      return bytes_of(text, sqlite3_column_bytes(statement, at));
    }
    case SQLITE_BLOB: {
      const void* blob = sqlite3_column_blob(statement, at);
      return Blob{bytes_of(blob, sqlite3_column_bytes(statement, at))};
    }
    default:
      return std::monostate{};
  }
}

// Resets on the way out: a statement that is not reset keeps its locks.
class Use {
 public:
  explicit Use(sqlite3_stmt* statement) : statement_(statement) {}
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;
  ~Use() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }

 private:
  sqlite3_stmt* statement_;
};

class SqliteConnection final : public Connection {
 public:
  SqliteConnection(Database database, const SqliteOptions& options)
      : options_(options),
        database_(std::move(database)),
        statement_timeout_(options.statement_timeout) {
    sqlite3_progress_handler(database_.get(), kStepsBetweenLooksAtTheClock, &is_late, this);
  }

  [[nodiscard]] Engine engine() const override { return Engine::kSqlite; }
  // BEGIN IMMEDIATE excludes others already.
  Result<void> lock_schema() override {
    set_timeouts(options_.migration_timeout, options_.migration_timeout);
    return {};
  }
  void unlock_schema() override { set_timeouts(options_.statement_timeout, options_.busy_timeout); }

  Result<void> begin(Access access) override {
    const bool reads = access == Access::kRead;
    if (auto set = run_script(reads ? "PRAGMA query_only = 1" : "PRAGMA query_only = 0"); !set) {
      return set;
    }
    return run_script(reads ? "BEGIN" : "BEGIN IMMEDIATE");
  }

  Result<void> commit() override {
    Result<void> done = run_script("COMMIT");
    if (!done) rollback();
    return done;
  }

  void rollback() override {
    // Some errors have rolled back already.
    if (sqlite3_get_autocommit(database_.get()) == 0) (void)run_script("ROLLBACK");
  }

  Result<Answer> run(std::string_view sql, std::span<const Value> parameters) override;

  Result<void> run_script(std::string_view sql) override {
    start_clock();
    const int code =
        sqlite3_exec(database_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return failed(sql);
    return {};
  }

 private:
  static int is_late(void* self) {
    return std::chrono::steady_clock::now() > static_cast<SqliteConnection*>(self)->deadline_ ? 1
                                                                                              : 0;
  }
  void start_clock() { deadline_ = std::chrono::steady_clock::now() + statement_timeout_; }
  void set_timeouts(std::chrono::milliseconds statement, std::chrono::milliseconds busy) {
    statement_timeout_ = statement;
    sqlite3_busy_timeout(database_.get(), static_cast<int>(busy.count()));
  }

  std::unexpected<Error> failed(std::string_view sql) {
    const int code = sqlite3_extended_errcode(database_.get());
    return fail(error_of(code), fmt::format("{}: {} ({}): {}", options_.file.string(),
                                            sqlite3_errmsg(database_.get()), code, sql));
  }

  Result<sqlite3_stmt*> prepare(std::string_view sql);

  SqliteOptions options_;
  Database database_;
  std::unordered_map<std::string, Statement> statements_;
  std::chrono::milliseconds statement_timeout_;
  std::chrono::steady_clock::time_point deadline_;
};

Result<sqlite3_stmt*> SqliteConnection::prepare(std::string_view sql) {
  const std::string key(sql);
  if (const auto known = statements_.find(key); known != statements_.end()) {
    return known->second.get();
  }
  const std::string text = sqlite_of(sql);
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const int code =
      sqlite3_prepare_v3(database_.get(), text.c_str(), static_cast<int>(text.size()) + 1,
                         SQLITE_PREPARE_PERSISTENT, &raw, &rest);
  Statement statement(raw);
  if (code != SQLITE_OK) return failed(sql);
  if (raw == nullptr || std::string_view(rest).find_first_not_of(" \n;") != std::string::npos) {
    return fail(StoreError::kStatement, fmt::format("not exactly one statement: {}", sql));
  }
  if (statements_.size() >= kStatementsMax) statements_.clear();
  return statements_.emplace(key, std::move(statement)).first->second.get();
}

Result<Answer> SqliteConnection::run(std::string_view sql, std::span<const Value> parameters) {
  const Result<sqlite3_stmt*> prepared = prepare(sql);
  if (!prepared) return std::unexpected(prepared.error());
  sqlite3_stmt* statement = *prepared;
  const Use use(statement);
  if (sqlite3_bind_parameter_count(statement) != static_cast<int>(parameters.size())) {
    return fail(StoreError::kStatement,
                fmt::format("{} parameters instead of {}: {}", parameters.size(),
                            sqlite3_bind_parameter_count(statement), sql));
  }
  for (std::size_t at = 0; at < parameters.size(); ++at) {
    if (bind(statement, static_cast<int>(at) + 1, parameters[at]) != SQLITE_OK) return failed(sql);
  }
  start_clock();
  Answer answer;
  for (int code = sqlite3_step(statement); code != SQLITE_DONE; code = sqlite3_step(statement)) {
    if (code != SQLITE_ROW) return failed(sql);
    if (answer.rows.size() == kRowsMax) {
      return fail(StoreError::kLimit, fmt::format("more than {} rows: {}", kRowsMax, sql));
    }
    std::vector<Value>& row = answer.rows.emplace_back();
    for (int at = 0; at < sqlite3_column_count(statement); ++at) {
      row.push_back(column_of(statement, at));
    }
  }
  if (sqlite3_stmt_readonly(statement) == 0) answer.changed = sqlite3_changes64(database_.get());
  return answer;
}

// Makes the file before SQLite does, whose other files then get its permissions. Not by open(2):
// closing any descriptor of a file drops the locks that this process's connections have on it, and
// another program would take away the log from under them.
Result<void> make_file(const std::filesystem::path& file) {
  if (::mknod(file.c_str(), S_IFREG | S_IRUSR | S_IWUSR, 0) == 0 || errno == EEXIST) return {};
  return fail(StoreError::kUnavailable,
              fmt::format("{}: can't be made: {}", file.string(), std::strerror(errno)));
}

}  // namespace

Result<std::unique_ptr<Connection>> connect_sqlite(const SqliteOptions& options) {
  if (auto made = make_file(options.file); !made) return std::unexpected(made.error());
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(options.file.c_str(), &raw, flags, nullptr);
  Database database(raw);
  if (code != SQLITE_OK) {
    return fail(StoreError::kUnavailable,
                fmt::format("{}: {}", options.file.string(), sqlite3_errstr(code)));
  }
  sqlite3_busy_timeout(raw, static_cast<int>(options.busy_timeout.count()));
  // "Quoted" text is a name, as in PostgreSQL, never a string.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // So that a page of the file can't run functions that write.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);

  // Erased means erased: the pages of what is deleted are overwritten.
  std::string settings =
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
      "PRAGMA cell_size_check = ON; PRAGMA secure_delete = ON; PRAGMA recursive_triggers = ON;";
  if (options.pages_max > 0) {
    settings += fmt::format("PRAGMA max_page_count = {};", options.pages_max);
  }
  auto connection = std::make_unique<SqliteConnection>(std::move(database), options);
  if (auto set = connection->run_script(settings); !set) return std::unexpected(set.error());
  const Result<Answer> mode = connection->run("PRAGMA journal_mode", {});
  if (!mode) return std::unexpected(mode.error());
  if (mode->rows.size() != 1 || mode->rows[0][0] != Value(std::string("wal"))) {
    return fail(StoreError::kUnsafe,
                fmt::format("{}: this file system does not allow SQLite's WAL; choose a local disk",
                            options.file.string()));
  }
  return std::unique_ptr<Connection>(std::move(connection));
}

}  // namespace tally::platform
