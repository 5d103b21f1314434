// One connection to a store, and transactions on it: the synchronous core under Store. SQLite and
// PostgreSQL run the same statements and give the same results and errors (docs/store.md has the
// dialect).
//
// A piece of work is a function `Result<T>(Transaction&)`. If it gives a value the transaction is
// committed, else rolled back. On PostgreSQL it may run several times, when others came in between:
// it must have no effects but through the transaction. After the first statement that fails every
// further one in the transaction fails too, on both stores; what may rightly be there already is
// written with ON CONFLICT DO NOTHING and the count of changed rows.
//
// Between tries the thread waits a little, longer each time (kRetryBackoff), by chance that follows
// from how many connections and tries there were: those that met do not meet again.
//
// Writing transactions are serialisable; reading ones see one snapshot and can't write.
//
// Thread-safety: a connection and its transactions belong to one thread at a time. Everything here
// blocks; an event loop uses Store.
//
// Limits: kRowsMax rows in one answer, kParametersMax parameters, kTransactionTriesMax tries,
// kStatementTimeout for a statement. Errors: StoreError, and whatever the work itself gives.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/instant.hpp"
#include "platform/backoff.hpp"
#include "platform/store_error.hpp"
#include "platform/value.hpp"

namespace tally::platform {

enum class Engine : std::uint8_t { kSqlite, kPostgres };
[[nodiscard]] std::string_view name_of(Engine engine);

enum class Access : std::uint8_t { kRead, kWrite };

inline constexpr std::size_t kRowsMax = 10'000;
inline constexpr std::size_t kParametersMax = 64;
inline constexpr int kTransactionTriesMax = 32;
inline constexpr Backoff kRetryBackoff{.first = Duration(2), .longest = Duration(200)};
inline constexpr std::chrono::milliseconds kStatementTimeout{10'000};
// While the schema is locked: building an index takes long, as does another program's migration.
inline constexpr std::chrono::milliseconds kMigrationTimeout{std::chrono::hours(1)};

// What a statement gave: rows that all have the same number of columns, and how many rows an
// INSERT, UPDATE or DELETE touched.
struct Answer {
  std::vector<std::vector<Value>> rows;
  std::int64_t changed = 0;
};

class Connection;

class Transaction {
 public:
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  [[nodiscard]] Engine engine() const;

  // query<std::string, std::int64_t>("SELECT name, size FROM things WHERE id = $1", id) gives a
  // vector of tuples. A column of another type is kCorrupt, another number of columns kStatement.
  template <typename... Columns, typename... Parameters>
  Result<std::vector<std::tuple<Columns...>>> query(std::string_view sql,
                                                    const Parameters&... parameters);
  // The same with parameters whose number is not known before.
  template <typename... Columns>
  Result<std::vector<std::tuple<Columns...>>> query_values(std::string_view sql,
                                                           std::span<const Value> values);
  // The first row, or nothing.
  template <typename... Columns, typename... Parameters>
  Result<std::optional<std::tuple<Columns...>>> query_one(std::string_view sql,
                                                          const Parameters&... parameters);
  // How many rows were inserted, updated or deleted.
  template <typename... Parameters>
  Result<std::int64_t> execute(std::string_view sql, const Parameters&... parameters);

  // Several statements without parameters or rows: for migrations.
  Result<void> run_script(std::string_view sql);
  // The untyped form of query() and execute().
  Result<Answer> run(std::string_view sql, std::span<const Value> parameters);

  // The first error of a statement of this transaction.
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  friend class Connection;
  explicit Transaction(Connection& connection) : connection_(connection) {}

  template <typename... Columns>
  Result<std::tuple<Columns...>> read_row(std::string_view sql, std::vector<Value>& row);
  std::unexpected<Error> refuse(Error error);

  Connection& connection_;
  std::optional<Error> error_;
};

class Connection {
 public:
  // Waits before a transaction is tried again. On the connection's thread.
  using Pause = std::function<void(Duration)>;

  Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  [[nodiscard]] virtual Engine engine() const = 0;

  template <typename Work>
  auto write(Work&& work) {
    return within(Access::kWrite, std::forward<Work>(work));
  }
  template <typename Work>
  auto read(Work&& work) {
    return within(Access::kRead, std::forward<Work>(work));
  }

  // For tests, which do not wait.
  void set_pause(Pause pause) { pause_ = std::move(pause); }

  // Keeps other programs from changing the schema at the same time, over several transactions.
  // Until it is unlocked statements and waits for others have the options' migration_timeout.
  virtual Result<void> lock_schema() = 0;
  virtual void unlock_schema() = 0;

 protected:
  virtual Result<void> begin(Access access) = 0;
  virtual Result<void> commit() = 0;
  virtual void rollback() = 0;
  virtual Result<Answer> run(std::string_view sql, std::span<const Value> parameters) = 0;
  virtual Result<void> run_script(std::string_view sql) = 0;

 private:
  friend class Transaction;

  template <typename Work>
  auto within(Access access, Work&& work) -> std::invoke_result_t<Work&, Transaction&>;
  Result<void> transact(Access access, const std::function<Result<void>(Transaction&)>& work);
  Result<void> attempt(Access access, const std::function<Result<void>(Transaction&)>& work);

  Pause pause_;
  std::uint64_t chance_;
};

template <typename Work>
auto Connection::within(Access access, Work&& work) -> std::invoke_result_t<Work&, Transaction&> {
  using Outcome = std::invoke_result_t<Work&, Transaction&>;
  std::optional<Outcome> outcome;
  const Result<void> done = transact(access, [&](Transaction& transaction) -> Result<void> {
    outcome.emplace(work(transaction));
    if (!*outcome) return std::unexpected(outcome->error());
    return {};
  });
  if (!done) return Outcome(std::unexpected(done.error()));
  return std::move(*outcome);
}

template <typename... Columns>
Result<std::tuple<Columns...>> Transaction::read_row(std::string_view sql,
                                                     std::vector<Value>& row) {
  if (row.size() != sizeof...(Columns)) {
    return refuse(
        {code_of(StoreError::kStatement),
         fmt::format("{} columns instead of {}: {}", row.size(), sizeof...(Columns), sql)});
  }
  std::size_t at = 0;
  std::optional<std::size_t> wrong;
  const auto read = [&]<typename T>(std::type_identity<T>) {
    std::optional<T> value = Column<T>::read(row[at]);
    if (!value && !wrong) wrong = at;
    ++at;
    return value;
  };
  // Braces: columns are read in order.
  std::tuple<std::optional<Columns>...> values{read(std::type_identity<Columns>{})...};
  if (wrong) {
    return refuse(
        {code_of(StoreError::kCorrupt), fmt::format("column {} holds {}, which it can't: {}",
                                                    *wrong + 1, kind_of(row[*wrong]), sql)});
  }
  return std::apply([](auto&&... value) { return std::tuple<Columns...>(std::move(*value)...); },
                    std::move(values));
}

template <typename... Columns, typename... Parameters>
Result<std::vector<std::tuple<Columns...>>> Transaction::query(std::string_view sql,
                                                               const Parameters&... parameters) {
  const std::vector<Value> values{to_value(parameters)...};
  return query_values<Columns...>(sql, values);
}

template <typename... Columns>
Result<std::vector<std::tuple<Columns...>>> Transaction::query_values(
    std::string_view sql, std::span<const Value> values) {
  Result<Answer> answer = run(sql, values);
  if (!answer) return std::unexpected(answer.error());
  std::vector<std::tuple<Columns...>> rows;
  rows.reserve(answer->rows.size());
  for (std::vector<Value>& row : answer->rows) {
    auto read = read_row<Columns...>(sql, row);
    if (!read) return std::unexpected(read.error());
    rows.push_back(std::move(*read));
  }
  return rows;
}

template <typename... Columns, typename... Parameters>
Result<std::optional<std::tuple<Columns...>>> Transaction::query_one(
    std::string_view sql, const Parameters&... parameters) {
  auto rows = query<Columns...>(sql, parameters...);
  if (!rows) return std::unexpected(rows.error());
  if (rows->empty()) return std::optional<std::tuple<Columns...>>();
  return std::optional(std::move(rows->front()));
}

template <typename... Parameters>
Result<std::int64_t> Transaction::execute(std::string_view sql, const Parameters&... parameters) {
  const std::vector<Value> values{to_value(parameters)...};
  const Result<Answer> answer = run(sql, values);
  if (!answer) return std::unexpected(answer.error());
  return answer->changed;
}

}  // namespace tally::platform
