#include "platform/connection.hpp"

namespace tally::platform {

std::string_view name_of(Engine engine) {
  return engine == Engine::kSqlite ? "SQLite" : "PostgreSQL";
}

Engine Transaction::engine() const { return connection_.engine(); }

std::unexpected<Error> Transaction::refuse(Error error) {
  if (!error_) error_ = error;
  return std::unexpected(std::move(error));
}

Result<Answer> Transaction::run(std::string_view sql, std::span<const Value> parameters) {
  // PostgreSQL refuses what follows a failed statement; so do we for both.
  if (error_) return std::unexpected(*error_);
  if (parameters.size() > kParametersMax) {
    return refuse(
        {code_of(StoreError::kLimit), fmt::format("{} parameters; at most {} fit one statement",
                                                  parameters.size(), kParametersMax)});
  }
  if (auto checked = check_values(parameters); !checked) return refuse(checked.error());
  Result<Answer> answer = connection_.run(sql, parameters);
  if (!answer) return refuse(answer.error());
  return answer;
}

Result<void> Transaction::run_script(std::string_view sql) {
  if (error_) return std::unexpected(*error_);
  Result<void> done = connection_.run_script(sql);
  if (!done) return refuse(done.error());
  return done;
}

Result<void> Connection::attempt(Access access,
                                 const std::function<Result<void>(Transaction&)>& work) {
  if (auto begun = begin(access); !begun) return begun;
  Transaction transaction(*this);
  Result<void> done = work(transaction);
  const std::optional<Error>& failed = transaction.error();
  // A conflict is told as such whatever the work made of it; an error it overlooked is no success.
  if (failed && (done || is(*failed, StoreError::kConflict))) done = std::unexpected(*failed);
  if (!done) {
    rollback();
    return done;
  }
  return commit();
}

Result<void> Connection::transact(Access access,
                                  const std::function<Result<void>(Transaction&)>& work) {
  for (int tries = 1;; ++tries) {
    Result<void> done = attempt(access, work);
    if (done || !is(done.error(), StoreError::kConflict)) return done;
    if (tries == kTransactionTriesMax) {
      return fail(StoreError::kBusy,
                  fmt::format("other transactions came in between {} times; try again later ({})",
                              kTransactionTriesMax, done.error().message));
    }
  }
}

}  // namespace tally::platform
