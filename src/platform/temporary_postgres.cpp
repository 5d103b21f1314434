#include "platform/temporary_postgres.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <vector>

#include "platform/store_error.hpp"

namespace tally::platform::testing {
namespace fs = std::filesystem;
namespace {

// That of the newest version that is installed; empty if none is.
fs::path programs() {
  std::vector<fs::path> found;
  std::error_code none;
  for (const auto& version : fs::directory_iterator("/usr/lib/postgresql", none)) {
    if (fs::exists(version.path() / "bin" / "initdb")) found.push_back(version.path() / "bin");
  }
  return found.empty() ? fs::path() : *std::ranges::max_element(found);
}

std::string content_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Up to and with the line that says so; false if the server ends first.
bool read_until_ready(int descriptor, std::string& said) {
  std::array<char, 4096> buffer;
  while (said.find("ready to accept connections") == std::string::npos) {
    const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    said.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return true;
}

void read_to_end(int descriptor) {
  std::array<char, 4096> buffer;
  ssize_t got = 1;
  while (got > 0 || (got < 0 && errno == EINTR)) {
    got = ::read(descriptor, buffer.data(), buffer.size());
  }
  ::close(descriptor);
}

std::unexpected<Error> no_server(std::string why) {
  return fail(StoreError::kUnavailable, "no PostgreSQL for this test: " + std::move(why));
}

// Its standard error goes into the pipe's end; -1 if it can't be started.
pid_t spawn(std::vector<std::string> words, int error_output) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, error_output, STDERR_FILENO);
  posix_spawn_file_actions_adddup2(&actions, error_output, STDOUT_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // A group of its own, so that kill() reaches its children.
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setpgroup(&attributes, 0);
  pid_t child = -1;
  const int error =
      ::posix_spawnp(&child, "setpriv", &actions, &attributes, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error == 0 ? child : -1;
}

}  // namespace

const Result<std::unique_ptr<TemporaryPostgres>>& TemporaryPostgres::shared() {
  static const Result<std::unique_ptr<TemporaryPostgres>> server = start();
  return server;
}

Result<std::unique_ptr<TemporaryPostgres>> TemporaryPostgres::start(std::string_view locale) {
  const fs::path bin = programs();
  if (bin.empty()) return no_server("it is not installed (tools/setup installs it)");
  // A server that syncs all it writes is quick in memory.
  const fs::path place =
      ::access("/dev/shm", W_OK) == 0 ? fs::path("/dev/shm") : fs::temp_directory_path();
  std::string pattern = (place / "tally_postgres_XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return no_server("no temporary folder");
  // tidy-allow(memory): the constructor is private, so make_unique can't call it
  std::unique_ptr<TemporaryPostgres> server(new TemporaryPostgres(pattern));
  const std::string as = ::geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres "
                                            "--clear-groups"
                                          : "";
  if (::geteuid() == 0) {
    const std::string give = fmt::format("chown postgres:postgres '{}' 2>/dev/null", pattern);
    if (std::system(give.c_str()) != 0) return no_server("there is no user postgres");
  }
  const std::string log = pattern + "/initdb.log";
  const std::string initdb = fmt::format(
      "cd '{0}' && {1} '{2}/initdb' -D '{0}/data' --locale={3} --encoding=UTF8 --auth=trust "
      "--username=tally --no-sync >'{4}' 2>&1",
      pattern, as, bin.string(), locale, log);
  if (std::system(initdb.c_str()) != 0) return no_server("initdb: " + content_of(log));
  if (auto started = server->start_again(); !started) return std::unexpected(started.error());
  return server;
}

Result<void> TemporaryPostgres::start_again() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return no_server("no pipe");
  // The signal for the parent's death must be set after the user is changed: setpriv does.
  std::vector<std::string> words{"setpriv", "--pdeathsig=QUIT"};
  if (::geteuid() == 0) {
    words.insert(words.end(), {"--reuid=postgres", "--regid=postgres", "--clear-groups"});
  }
  words.insert(words.end(),
               {(programs() / "postgres").string(), "-D", (folder_ / "data").string(), "-c",
                "listen_addresses=", "-c", "unix_socket_directories=" + folder_.string(), "-c",
                "max_connections=100", "-c", "shared_buffers=16MB", "-c", "logging_collector=off"});
  server_ = spawn(std::move(words), ends[1]);
  ::close(ends[1]);
  std::string said;
  if (server_ < 0 || !read_until_ready(ends[0], said)) {
    ::close(ends[0]);
    return no_server("the server did not start: " + said);
  }
  log_reader_ = std::thread(read_to_end, ends[0]);
  return {};
}

void TemporaryPostgres::wait_for_end() {
  if (server_ > 0) ::waitpid(server_, nullptr, 0);
  server_ = -1;
  if (log_reader_.joinable()) log_reader_.join();
}

void TemporaryPostgres::kill() {
  // Its children have groups of their own; without their parent they end by themselves, and their
  // ends of the log's pipe with them.
  if (server_ > 0) ::kill(server_, SIGKILL);
  wait_for_end();
}

TemporaryPostgres::~TemporaryPostgres() {
  if (server_ > 0) ::kill(server_, SIGQUIT);
  wait_for_end();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string TemporaryPostgres::connection_to(std::string_view database) const {
  return fmt::format("host={} user=tally dbname={}", folder_.string(), database);
}

Result<void> TemporaryPostgres::run(std::string_view sql) const {
  PGconn* connection = PQconnectdb(connection_to("postgres").c_str());
  PGresult* result = PQexec(connection, std::string(sql).c_str());
  const ExecStatusType status = PQresultStatus(result);
  const std::string said = PQerrorMessage(connection);
  PQclear(result);
  PQfinish(connection);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return {};
  return fail(StoreError::kStatement, said);
}

Result<std::string> TemporaryPostgres::new_database() {
  std::string name = fmt::format("test{}", databases_++);
  if (auto made = run("CREATE DATABASE " + name + " TEMPLATE template0"); !made) {
    return std::unexpected(made.error());
  }
  return name;
}

}  // namespace tally::platform::testing
