#include "cli/companion.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "cli/cli_error.hpp"

extern char** environ;

namespace tally::cli {

Result<std::unique_ptr<Companion>> Companion::start(std::vector<std::string> words,
                                                    const std::filesystem::path& log) {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  words.insert(words.begin(), program);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, program.c_str(), &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (error == 0) return std::make_unique<Companion>(pid);
  return fail(CliError::kSomeFailed,
              fmt::format("{} can't be started: {}", program, std::strerror(error)));
}

Companion::~Companion() {
  if (!ended()) ::kill(pid_, SIGTERM);
  if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
}

bool Companion::ended() {
  if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = 0;
  return pid_ == 0;
}

}  // namespace tally::cli
