// For tests: a PostgreSQL server of one's own, from Debian's package, in a temporary folder,
// reached through a socket in it alone. It ends with the program that started it, however that
// ends. As root it runs as user postgres, since PostgreSQL refuses to be root.
//
// Thread-safety: one thread, the one that started it, must live as long as the server.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "base/error.hpp"

namespace tally::platform::testing {

class TemporaryPostgres {
 public:
  // The one of this program, started when it is first asked for; or why there is none.
  static const Result<std::unique_ptr<TemporaryPostgres>>& shared();
  // `locale` as initdb takes it.
  static Result<std::unique_ptr<TemporaryPostgres>> start(std::string_view locale = "C");
  TemporaryPostgres(const TemporaryPostgres&) = delete;
  TemporaryPostgres& operator=(const TemporaryPostgres&) = delete;
  ~TemporaryPostgres();

  // libpq's text for a database of it.
  [[nodiscard]] std::string connection_to(std::string_view database) const;
  // A database that nobody used before.
  Result<std::string> new_database();
  // Runs a statement as the server's owner.
  Result<void> run(std::string_view sql) const;

  // kill -9 of the server and all of its children, and its start after that.
  void kill();
  Result<void> start_again();

 private:
  explicit TemporaryPostgres(std::filesystem::path folder) : folder_(std::move(folder)) {}
  void wait_for_end();

  std::filesystem::path folder_;
  pid_t server_ = -1;
  std::thread log_reader_;
  int databases_ = 0;
};

}  // namespace tally::platform::testing
