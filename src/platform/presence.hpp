// Whether the programs that share a folder live. Each has a file there which it keeps locked; the
// kernel unlocks it when the program ends, however that ends. So what a program that died had on
// lease can be given to others at once, and nothing is ever taken from one that lives. A child that
// a program forked shares its lock until it calls exec(2), for an instant that is.
//
// The folder must be on a disk of this machine, as flock(2) wants it.
// Ownership: the file is the object's, which removes it. Thread-safety: const functions may be
// called from any thread. Errors: FileError.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace tally::platform {

class Presence {
 public:
  // `name` is a file's, without a dot, and nobody had it before. Makes the folder.
  static Result<Presence> begin(std::filesystem::path folder, std::string name);
  Presence(Presence&& other) noexcept;
  Presence& operator=(Presence&&) = delete;
  ~Presence();

  [[nodiscard]] const std::string& name() const { return name_; }

  // Whether there is one of this name, and it has not ended.
  [[nodiscard]] bool lives(std::string_view name) const;
  // The names of those that ended without a word.
  [[nodiscard]] std::vector<std::string> ended() const;
  // What was theirs is taken care of.
  void forget(std::string_view name) const;

 private:
  Presence(std::filesystem::path folder, std::string name, int lock)
      : folder_(std::move(folder)), name_(std::move(name)), lock_(lock) {}

  std::filesystem::path folder_;
  std::string name_;
  int lock_ = -1;
};

}  // namespace tally::platform
