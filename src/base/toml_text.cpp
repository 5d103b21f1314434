#include "base/toml_text.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace tally {
namespace {

bool is_beyond_ascii(char letter) { return static_cast<unsigned char>(letter) >= 0x80; }

// Whether what comes next stands right after a line-ending backslash, blanks and lines left out.
class LineEndings {
 public:
  void pass(char letter) {
    const bool after_backslash = state_ == State::kBackslash || state_ == State::kBlanks;
    switch (letter) {
      case '\\':  // Every other one of a row is itself escaped.
        state_ = state_ == State::kBackslash ? State::kText : State::kBackslash;
        return;
      case ' ':
      case '\t':
      case '\r':
        if (after_backslash) state_ = State::kBlanks;
        return;
      case '\n':
        if (after_backslash) state_ = State::kNextLine;
        return;
      default:
        state_ = State::kText;
    }
  }
  [[nodiscard]] bool joined() const { return state_ == State::kNextLine; }

 private:
  enum class State : std::uint8_t { kText, kBackslash, kBlanks, kNextLine };
  State state_ = State::kText;
};

TomlProblem problem_of(const toml::parse_error& error, std::string_view text) {
  TomlProblem problem{error.source().begin.line, error.source().begin.column,
                      std::string(error.description())};
  // The shadow's columns are the text's bytes.
  std::size_t at = 0;
  for (std::size_t line = 1; line < problem.line && at < text.size(); ++line) {
    at = std::min(text.find('\n', at), text.size() - 1) + 1;
  }
  at += problem.column - 1;
  if (at < text.size() && is_beyond_ascii(text[at])) {
    problem.what =
        "characters beyond ASCII belong in strings and comments, there not as the first after a "
        "line-ending backslash";
  }
  return problem;
}

}  // namespace

std::expected<toml::table, TomlProblem> read_toml(std::string_view text) {
  if (const toml::parse_result shadow = toml::parse(ascii_shadow(text)); !shadow) {
    return std::unexpected(problem_of(shadow.error(), text));
  }
  toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    return std::unexpected(TomlProblem{parsed.error().source().begin.line,
                                       parsed.error().source().begin.column,
                                       std::string(parsed.error().description())});
  }
  return std::move(parsed).table();
}

std::string ascii_shadow(std::string_view toml) {
  std::string shadow(toml);
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (toml.starts_with(kByteOrderMark)) shadow.replace(0, kByteOrderMark.size(), "   ");
  LineEndings endings;
  for (char& letter : shadow) {
    const char original = letter;
    if (is_beyond_ascii(original)) letter = endings.joined() ? '\x7F' : '^';
    endings.pass(original);
  }
  return shadow;
}

}  // namespace tally
