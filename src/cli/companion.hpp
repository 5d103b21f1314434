// This program again, running beside itself with other words, and ending with it.
//
// Ownership: the destructor asks it to end (SIGTERM) and waits. Thread-safety: one thread.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace tally::cli {

class Companion {
 public:
  // What it says goes to the end of `log`. Errors: CliError::kSomeFailed.
  static Result<std::unique_ptr<Companion>> start(std::vector<std::string> words,
                                                  const std::filesystem::path& log);
  explicit Companion(pid_t pid) : pid_(pid) {}
  Companion(const Companion&) = delete;
  Companion& operator=(const Companion&) = delete;
  ~Companion();

  [[nodiscard]] bool ended();

 private:
  pid_t pid_;  // 0 once it has ended.
};

}  // namespace tally::cli
