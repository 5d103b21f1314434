// For tests: runs the built `tally` as a shell would, in a folder of its own.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/temporary_folder.hpp"

namespace tally::cli::testing {

struct Ended {
  int exit_code = -1;  // -1 where a signal ended it.
  int signal = 0;
  std::string out;
  std::string err;
};

// An empty folder that is removed with its content at the end.
class Workplace {
 public:
  [[nodiscard]] const std::filesystem::path& path() const { return folder_.path(); }
  void write(const std::string& name, std::string_view content) const;
  [[nodiscard]] std::string read(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> entries() const;  // Names, sorted.

  // Runs to the end with `input` on standard input.
  [[nodiscard]] Ended tally(const std::vector<std::string>& arguments,
                            std::string_view input = "") const;

  // The same in two steps. Standard input is empty.
  [[nodiscard]] pid_t start(const std::vector<std::string>& arguments) const;
  [[nodiscard]] Ended wait(pid_t pid) const;

 private:
  TemporaryFolder folder_;
  TemporaryFolder streams_;  // Files for standard input, output and error; not in path().
};

}  // namespace tally::cli::testing
