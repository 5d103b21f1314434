#include "platform/connection.hpp"

#include <atomic>
#include <thread>

namespace tally::platform {
namespace {

constexpr std::uint64_t kGoldenRatio = 0x9E3779B97F4A7C15;

// SplitMix64: numbers that follow each other come out as if by chance.
std::uint64_t mixed(std::uint64_t number) {
  number = (number ^ (number >> 30U)) * 0xBF58476D1CE4E5B9;
  number = (number ^ (number >> 27U)) * 0x94D049BB133111EB;
  return number ^ (number >> 31U);
}

// Another one for each connection of this program.
std::uint64_t next_seed() {
  static std::atomic<std::uint64_t> connections{0};
  return mixed(++connections * kGoldenRatio);
}

}  // namespace

Connection::Connection()
    // tidy-allow(sleep): between tries, on a thread that may block; tests replace it
    : pause_([](Duration time) { std::this_thread::sleep_for(time); }), chance_(next_seed()) {}

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
    pause_(delay_after(kRetryBackoff, tries, mixed(chance_ += kGoldenRatio)));
  }
}

}  // namespace tally::platform
