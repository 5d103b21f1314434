// The two ways out of the program: data on standard output, messages on standard error.
//
// Errors are one line: `tally: error[media.empty]: clip.mp4: has no bytes`. Control characters in
// messages (file names may hold any) are shown as `?`, so that no file can write escape sequences
// to a terminal. Colour is used on a terminal only, and not where NO_COLOR is set (no-color.org) or
// TERM is dumb. Thread-safety: one thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace tally::cli {

enum class Tint : std::uint8_t { kGood, kWarning, kBad, kFaint, kStrong };

class Console {
 public:
  Console();

  void set_quiet(bool quiet) { quiet_ = quiet; }

  // Data, as it is.
  void print(std::string_view text);
  // What was printed has reached its destination. Errors: CliError::kOutput (a full disk, a closed
  // pipe).
  Result<void> flush();

  void note(std::string_view line);  // Not when quiet.
  void error(const Error& error);

  // `text` in colour where standard output shows colours.
  [[nodiscard]] std::string tinted(Tint tint, std::string_view text) const;

  // Draws "label  42 %  310 frames/s" over itself, some times a second, where standard error is a
  // terminal. Messages and progress_done() erase it.
  void progress(std::string_view label, std::int64_t done, std::optional<std::int64_t> total,
                std::string_view things = "frames");
  void progress_done();

 private:
  bool quiet_ = false;
  bool colors_ = false;
  bool shows_progress_ = false;
  bool progress_on_screen_ = false;
  std::optional<std::chrono::steady_clock::time_point> progress_begin_;
  std::chrono::steady_clock::time_point progress_drawn_;
};

// `text` on one line, control characters as `?`; UTF-8 is kept.
[[nodiscard]] std::string one_line(std::string_view text);

// "[########--------]  50 %  620 frames/s"; without a total, "310 frames  620 frames/s". What takes
// more than a second each is counted by the minute: "12 sessions/min".
[[nodiscard]] std::string progress_words(std::int64_t done, std::optional<std::int64_t> total,
                                         double seconds, std::string_view things = "frames");

}  // namespace tally::cli
