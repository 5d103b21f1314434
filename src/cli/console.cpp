#include "cli/console.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "cli/cli_error.hpp"

namespace tally::cli {
namespace {

constexpr std::chrono::milliseconds kRedrawEvery{80};
constexpr int kBarWidth = 24;

bool terminal(int fd) {
  const char* kind = std::getenv("TERM");
  return ::isatty(fd) == 1 && (kind == nullptr || std::strcmp(kind, "dumb") != 0);
}

// Empty counts as not set.
bool no_color_wanted() {
  const char* value = std::getenv("NO_COLOR");
  return value != nullptr && *value != '\0';
}

void write_to(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
}

std::string_view code_of(Tint tint) {
  switch (tint) {
    case Tint::kGood:
      return "32";
    case Tint::kWarning:
      return "33";
    case Tint::kBad:
      return "31";
    case Tint::kFaint:
      return "2";
    case Tint::kStrong:
      return "1";
  }
  std::abort();
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string line(text);
  for (char& letter : line) {
    const auto byte = static_cast<unsigned char>(letter);
    if (letter == '\n' || letter == '\t')
      letter = ' ';
    else if (byte < 0x20 || byte == 0x7f)
      letter = '?';
  }
  while (line.ends_with(' ')) line.pop_back();
  return line;
}

std::string progress_words(std::int64_t done, std::optional<std::int64_t> total, double seconds,
                           std::string_view things) {
  std::string rate;
  if (seconds > 0.2) {
    const double per_second = static_cast<double>(done) / seconds;
    const bool slow = per_second < 1;
    rate = fmt::format("  {:.0f} {}/{}", slow ? per_second * 60 : per_second, things,
                       slow ? "min" : "s");
  }
  if (!total || *total <= 0) return fmt::format("{} {}{}", done, things, rate);
  // Containers may tell too few frames.
  const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(*total));
  const int filled = static_cast<int>(share * kBarWidth);
  return fmt::format("[{:#<{}}{:-<{}}] {:3.0f} %{}", "", filled, "", kBarWidth - filled,
                     share * 100, rate);
}

Console::Console()
    : colors_(terminal(STDOUT_FILENO) && !no_color_wanted()),
      shows_progress_(terminal(STDERR_FILENO)) {}

void Console::print(std::string_view text) {
  progress_done();
  write_to(stdout, text);
}

Result<void> Console::flush() {
  const bool failed_before = std::ferror(stdout) != 0;
  if (std::fflush(stdout) == 0 && !failed_before) return {};
  return fail(CliError::kOutput,
              fmt::format("can't write to standard output: {}", std::strerror(errno)));
}

void Console::note(std::string_view line) {
  if (quiet_) return;
  progress_done();
  write_to(stderr, one_line(line) + "\n");
}

void Console::error(const Error& error) {
  progress_done();
  std::fflush(stdout);
  write_to(stderr,
           one_line(fmt::format("tally: error[{}]: {}", error.code.name, error.message)) + "\n");
}

std::string Console::tinted(Tint tint, std::string_view text) const {
  if (!colors_) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code_of(tint), text);
}

void Console::progress(std::string_view label, std::int64_t done, std::optional<std::int64_t> total,
                       std::string_view things) {
  if (quiet_ || !shows_progress_) return;
  const auto now = std::chrono::steady_clock::now();
  if (!progress_begin_) progress_begin_ = now;
  if (progress_on_screen_ && now - progress_drawn_ < kRedrawEvery) return;
  progress_drawn_ = now;
  progress_on_screen_ = true;
  const double seconds = std::chrono::duration<double>(now - *progress_begin_).count();
  write_to(stderr, fmt::format("\r\x1b[K{}  {}", one_line(label),
                               progress_words(done, total, seconds, things)));
  std::fflush(stderr);
}

void Console::progress_done() {
  if (progress_on_screen_) write_to(stderr, "\r\x1b[K");
  progress_on_screen_ = false;
  progress_begin_.reset();
}

}  // namespace tally::cli
