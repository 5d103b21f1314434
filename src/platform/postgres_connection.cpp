#include "platform/postgres_connection.hpp"

#include <libpq-fe.h>

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "platform/dialect.hpp"
#include "platform/postgres_value.hpp"

namespace tally::platform {
namespace {

constexpr std::size_t kStatementsMax = 256;  // Prepared ones that are kept, for each connection.
// Any number that nobody else locks by.
constexpr std::string_view kLockSchema = "SELECT pg_advisory_lock(7461118)";
constexpr std::string_view kUnlockSchema = "SELECT pg_advisory_unlock(7461118)";

struct FinishConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Link = std::unique_ptr<PGconn, FinishConnection>;
using Reply = std::unique_ptr<PGresult, ClearResult>;

bool succeeded(const Reply& reply) {
  const ExecStatusType status = PQresultStatus(reply.get());
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

// SQLSTATE, PostgreSQL's appendix A: five letters, the first two a class.
StoreError error_of(std::string_view state) {
  using enum StoreError;
  static constexpr std::array<std::pair<std::string_view, StoreError>, 23> kErrors{{
      {"23505", kDuplicate},   {"23", kConstraint},     {"P0001", kConstraint},
      {"40001", kConflict},    {"40P01", kConflict},    {"55P03", kBusy},
      {"57014", kTimeout},     {"53100", kFull},        {"53", kUnavailable},
      {"57P", kUnavailable},   {"58", kUnavailable},    {"08", kUnavailable},
      {"28", kUnavailable},    {"3D", kUnavailable},    {"XX001", kCorrupt},
      {"XX002", kCorrupt},     {"54", kLimit},          {"22", kStatement},
      {"25P03", kUnavailable}, {"25P04", kUnavailable}, {"25", kStatement},
      {"42", kStatement},      {"", kStatement},
  }};
  for (const auto& [prefix, error] : kErrors) {
    if (state.starts_with(prefix)) return error;
  }
  return kStatement;
}

std::string_view without_line_end(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

class PostgresConnection final : public Connection {
 public:
  explicit PostgresConnection(PostgresOptions options) : options_(std::move(options)) {}

  [[nodiscard]] Engine engine() const override { return Engine::kPostgres; }

  Result<void> open();

  Result<void> lock_schema() override;
  void unlock_schema() override {
    (void)run_script(kUnlockSchema);
    (void)set_timeouts(options_.statement_timeout, options_.lock_timeout);
    schema_locked_ = false;
  }

  Result<void> begin(Access access) override;
  Result<void> commit() override;
  void rollback() override {
    if (PQtransactionStatus(link_.get()) != PQTRANS_IDLE) (void)run_script("ROLLBACK");
  }
  Result<Answer> run(std::string_view sql, std::span<const Value> parameters) override;

  Result<void> run_script(std::string_view sql) override {
    const Reply reply(PQexec(link_.get(), std::string(sql).c_str()));
    if (!succeeded(reply)) return failed(reply, sql);
    return {};
  }

 private:
  Result<void> reopen_if_lost();
  Result<void> set_timeouts(std::chrono::milliseconds statement, std::chrono::milliseconds lock);
  Result<void> check_server();
  Result<void> require(std::string_view name, std::string_view why);
  Result<std::string> prepare(std::string_view sql, const std::vector<PostgresParameter>& values);
  Result<Answer> read(const Reply& reply, std::string_view sql);
  std::unexpected<Error> failed(const Reply& reply, std::string_view sql);

  PostgresOptions options_;
  Link link_;
  // By their text and their parameters' types.
  std::map<std::pair<std::string, std::vector<Oid>>, std::string> statements_;
  std::uint64_t prepared_ = 0;
  bool schema_locked_ = false;  // By the session: a new connection would not have the lock.
};

std::unexpected<Error> PostgresConnection::failed(const Reply& reply, std::string_view sql) {
  const char* state = PQresultErrorField(reply.get(), PG_DIAG_SQLSTATE);
  const bool lost = PQstatus(link_.get()) != CONNECTION_OK;
  const StoreError error = lost || state == nullptr ? StoreError::kUnavailable : error_of(state);
  const char* said = PQresultErrorField(reply.get(), PG_DIAG_MESSAGE_PRIMARY);
  if (said == nullptr) said = PQerrorMessage(link_.get());
  return fail(error, fmt::format("PostgreSQL: {} ({}): {}", without_line_end(said),
                                 state == nullptr ? "no answer" : state, sql));
}

Result<void> PostgresConnection::open() {
  statements_.clear();
  const std::string timeout = std::to_string(kConnectTimeout.count());
  const std::string silence = std::to_string(kSilenceTimeout.count());
  const std::string settings = fmt::format(
      "-c statement_timeout={} -c lock_timeout={} -c idle_in_transaction_session_timeout={} -c "
      "lc_messages=C",
      options_.statement_timeout.count(), options_.lock_timeout.count(), kIdleTimeout.count());
  const std::array<const char*, 8> names{
      "dbname",  "connect_timeout",  "client_encoding", "application_name",
      "options", "tcp_user_timeout", "keepalives_idle", nullptr};
  const std::array<const char*, 8> values{options_.connection.c_str(),
                                          timeout.c_str(),
                                          "UTF8",
                                          "tally",
                                          settings.c_str(),
                                          silence.c_str(),
                                          "10",
                                          nullptr};
  link_.reset(PQconnectdbParams(names.data(), values.data(), 1));
  if (PQstatus(link_.get()) != CONNECTION_OK) {
    return fail(StoreError::kUnavailable,
                fmt::format("PostgreSQL can't be reached: {}",
                            without_line_end(PQerrorMessage(link_.get()))));
  }
  PQsetNoticeProcessor(link_.get(), [](void*, const char*) {}, nullptr);
  return check_server();
}

Result<void> PostgresConnection::require(std::string_view name, std::string_view why) {
  const std::string sql = fmt::format("SHOW {}", name);
  const Reply reply(PQexec(link_.get(), sql.c_str()));
  if (!succeeded(reply) || PQntuples(reply.get()) != 1) return failed(reply, sql);
  if (std::string_view(PQgetvalue(reply.get(), 0, 0)) != "off") return {};
  return fail(StoreError::kUnsafe,
              fmt::format("PostgreSQL runs with {} = off: {}. Money can't be kept there; set it to "
                          "on in postgresql.conf, or for this user or database",
                          name, why));
}

Result<void> PostgresConnection::check_server() {
  if (PQserverVersion(link_.get()) < kPostgresVersionMin) {
    return fail(StoreError::kUnsafe, fmt::format("PostgreSQL {} is too old: 15 or newer is needed",
                                                 PQserverVersion(link_.get()) / 10'000));
  }
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kRequired{{
      {"fsync", "a crash of the machine may destroy the database"},
      {"full_page_writes", "a crash of the machine may leave torn pages"},
      {"synchronous_commit", "a crash may lose what was acknowledged"},
  }};
  for (const auto& [name, why] : kRequired) {
    if (auto on = require(name, why); !on) return on;
  }
  // Every order but that of bytes has "a" before "B".
  const Reply reply(PQexec(link_.get(), "SELECT getdatabaseencoding() = 'UTF8' AND 'a' > 'B'"));
  if (!succeeded(reply) || PQntuples(reply.get()) != 1) return failed(reply, "its order of text");
  if (std::string_view(PQgetvalue(reply.get(), 0, 0)) == "t") return {};
  return fail(StoreError::kUnsafe,
              "the database does not hold UTF-8 sorted by bytes; make it with createdb "
              "--encoding=UTF8 --locale=C --template=template0");
}

Result<void> PostgresConnection::set_timeouts(std::chrono::milliseconds statement,
                                              std::chrono::milliseconds lock) {
  return run_script(fmt::format("SET statement_timeout = {}; SET lock_timeout = {}",
                                statement.count(), lock.count()));
}

Result<void> PostgresConnection::lock_schema() {
  if (auto there = reopen_if_lost(); !there) return there;
  // The wait for the lock ends before its statement does, and so says what it waited for.
  const auto whole = options_.migration_timeout + options_.statement_timeout;
  if (auto set = set_timeouts(whole, options_.migration_timeout); !set) return set;
  Result<void> locked = run_script(kLockSchema);
  schema_locked_ = locked.has_value();
  if (!locked) (void)set_timeouts(options_.statement_timeout, options_.lock_timeout);
  return locked;
}

Result<void> PostgresConnection::reopen_if_lost() {
  if (link_ && PQstatus(link_.get()) == CONNECTION_OK) return {};
  if (schema_locked_) {
    return fail(StoreError::kUnavailable,
                "the connection to PostgreSQL was lost while the schema was changed; start again");
  }
  return open();
}

Result<void> PostgresConnection::begin(Access access) {
  const std::string_view sql = access == Access::kRead
                                   ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                                   : "BEGIN ISOLATION LEVEL SERIALIZABLE";
  if (auto there = reopen_if_lost(); !there) return there;
  Result<void> begun = run_script(sql);
  // That the server went away in the meantime is told by the first statement only.
  if (begun || PQstatus(link_.get()) == CONNECTION_OK) return begun;
  if (auto opened = reopen_if_lost(); !opened) return opened;
  return run_script(sql);
}

Result<void> PostgresConnection::commit() {
  const Reply reply(PQexec(link_.get(), "COMMIT"));
  if (succeeded(reply)) return {};
  const bool answered = PQresultErrorField(reply.get(), PG_DIAG_SQLSTATE) != nullptr;
  if (answered && PQstatus(link_.get()) == CONNECTION_OK) {
    rollback();
    return failed(reply, "COMMIT");
  }
  return fail(StoreError::kUncertain,
              fmt::format("the connection to PostgreSQL was lost while committing, so this may or "
                          "may not have happened; look before trying again ({})",
                          without_line_end(PQerrorMessage(link_.get()))));
}

Result<std::string> PostgresConnection::prepare(std::string_view sql,
                                                const std::vector<PostgresParameter>& values) {
  std::vector<Oid> types;
  for (const PostgresParameter& value : values) types.push_back(value.type);
  const auto key = std::pair(std::string(sql), std::move(types));
  if (const auto known = statements_.find(key); known != statements_.end()) return known->second;
  if (parameters_in(sql) != values.size()) {
    return fail(StoreError::kStatement, fmt::format("{} parameters instead of {}: {}",
                                                    values.size(), parameters_in(sql), sql));
  }
  if (statements_.size() >= kStatementsMax) {
    if (auto freed = run_script("DEALLOCATE ALL"); !freed) return std::unexpected(freed.error());
    statements_.clear();
  }
  const std::string name = fmt::format("s{}", prepared_++);
  const Reply reply(PQprepare(link_.get(), name.c_str(), key.first.c_str(),
                              static_cast<int>(key.second.size()), key.second.data()));
  if (!succeeded(reply)) return failed(reply, sql);
  statements_.emplace(key, name);
  return name;
}

Result<Answer> PostgresConnection::run(std::string_view sql, std::span<const Value> parameters) {
  std::vector<PostgresParameter> values;
  for (const Value& value : parameters) values.push_back(postgres_parameter(value));
  const Result<std::string> name = prepare(sql, values);
  if (!name) return std::unexpected(name.error());
  std::vector<const char*> data;
  std::vector<int> lengths;
  for (const PostgresParameter& value : values) {
    data.push_back(value.is_null ? nullptr : value.bytes.data());
    lengths.push_back(static_cast<int>(value.bytes.size()));
  }
  const std::vector<int> binary(values.size(), 1);
  const Reply reply(PQexecPrepared(link_.get(), name->c_str(), static_cast<int>(values.size()),
                                   data.data(), lengths.data(), binary.data(), 1));
  if (!succeeded(reply)) return failed(reply, sql);
  return read(reply, sql);
}

Result<Answer> PostgresConnection::read(const Reply& reply, std::string_view sql) {
  Answer answer;
  const int rows = PQntuples(reply.get());
  if (static_cast<std::size_t>(rows) > kRowsMax) {
    return fail(StoreError::kLimit, fmt::format("more than {} rows: {}", kRowsMax, sql));
  }
  for (int row = 0; row < rows; ++row) {
    std::vector<Value>& values = answer.rows.emplace_back();
    for (int column = 0; column < PQnfields(reply.get()); ++column) {
      if (PQgetisnull(reply.get(), row, column) == 1) {
        values.emplace_back();
        continue;
      }
      const auto bytes = static_cast<std::size_t>(PQgetlength(reply.get(), row, column));
      Result<Value> value = postgres_column(PQftype(reply.get(), column),
                                            {PQgetvalue(reply.get(), row, column), bytes});
      if (!value) return fail_within(sql, value.error());
      values.push_back(std::move(*value));
    }
  }
  // "INSERT 0 3", "UPDATE 3", "SELECT 3".
  const std::string_view command = PQcmdStatus(reply.get());
  const std::string changed = PQcmdTuples(reply.get());
  if (!changed.empty() && !command.starts_with("SELECT")) answer.changed = std::stoll(changed);
  return answer;
}

}  // namespace

Result<std::unique_ptr<Connection>> connect_postgres(const PostgresOptions& options) {
  auto connection = std::make_unique<PostgresConnection>(options);
  if (auto opened = connection->open(); !opened) return std::unexpected(opened.error());
  return std::unique_ptr<Connection>(std::move(connection));
}

}  // namespace tally::platform
