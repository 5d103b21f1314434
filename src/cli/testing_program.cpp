#include "cli/testing_program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/assert.hpp"

namespace tally::cli::testing {
namespace fs = std::filesystem;
namespace {

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

void Workplace::write(const std::string& name, std::string_view content) const {
  fs::create_directories((path() / name).parent_path());
  std::ofstream(path() / name, std::ios::binary) << content;
}

std::string Workplace::read(const std::string& name) const { return content_of(path() / name); }

std::vector<std::string> Workplace::entries() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(path())) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

Ended Workplace::tally(const std::vector<std::string>& arguments, std::string_view input) const {
  std::ofstream(streams_ / "in", std::ios::binary) << input;
  return wait(start(arguments));
}

pid_t Workplace::start(const std::vector<std::string>& arguments) const {
  std::vector<std::string> words{TALLY_BINARY_DIR "/tally"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  const auto redirect = [&](int fd, const char* name, int flags) {
    ::posix_spawn_file_actions_addopen(&actions, fd, (streams_ / name).c_str(), flags, 0600);
  };
  redirect(STDIN_FILENO, "in", O_RDONLY | O_CREAT);
  redirect(STDOUT_FILENO, "out", O_WRONLY | O_CREAT | O_TRUNC);
  redirect(STDERR_FILENO, "err", O_WRONLY | O_CREAT | O_TRUNC);
  ::posix_spawn_file_actions_addchdir_np(&actions, path().c_str());
  pid_t pid = -1;
  const int failed = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  TALLY_ASSERT(failed == 0);  // The program was built: the test needs it.
  return pid;
}

Ended Workplace::wait(pid_t pid) const {
  int status = 0;
  TALLY_ASSERT(::waitpid(pid, &status, 0) == pid);
  Ended ended;
  if (WIFEXITED(status)) ended.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
  ended.out = content_of(streams_ / "out");
  ended.err = content_of(streams_ / "err");
  return ended;
}

}  // namespace tally::cli::testing
