#include "base/toml_text.hpp"

#include <algorithm>

namespace tally {
namespace {

// Walks over one TOML text. `at_` is where it stopped, on a stray byte or at the end.
class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  // The place of the first stray byte, text_.size() if there is none.
  std::size_t stray() {
    while (at_ < text_.size() && !beyond_ascii()) {
      const char c = text_[at_];
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if ((c != '"' && c != '\'') || !string_may_start()) {
        ++at_;
      } else if (!skip_string(c)) {
        break;
      }
    }
    return at_;
  }

 private:
  [[nodiscard]] bool beyond_ascii() const {
    return at_ < text_.size() && static_cast<unsigned char>(text_[at_]) >= 0x80;
  }

  // In 12"é the parser takes the quote for a part of the number, and é for the next character of
  // it.
  [[nodiscard]] bool string_may_start() const {
    return at_ == 0 || std::string_view(" \t\r\n=[{,.\xBF").contains(text_[at_ - 1]);
  }

  // False where it stopped inside, on a stray byte.
  bool skip_string(char quote) {
    const std::string_view triple = quote == '"' ? R"(""")" : "'''";
    const bool multi_line = text_.substr(at_).starts_with(triple);
    at_ += multi_line ? 3 : 1;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\\' && quote == '"') {
        if (!skip_escape(multi_line)) return false;
      } else if (c == quote && (!multi_line || text_.substr(at_).starts_with(triple))) {
        end_string(quote, multi_line);
        return true;
      } else if (c == '\n' && !multi_line) {
        return true;  // An error to the parser, which stops here.
      } else {
        ++at_;
      }
    }
    return true;
  }

  // """a""""" is a"" in quotes: up to two more belong to the string.
  void end_string(char quote, bool multi_line) {
    at_ += multi_line ? 3 : 1;
    for (int extra = 0; multi_line && extra < 2 && at_ < text_.size() && text_[at_] == quote;
         ++extra) {
      ++at_;
    }
  }

  // A backslash, and what the parser looks at as possible white space after it.
  bool skip_escape(bool multi_line) {
    ++at_;
    const std::size_t space_end = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
    if (!multi_line || space_end == at_) {
      if (beyond_ascii()) return false;
      at_ = std::min(at_ + 1, text_.size());
      return true;
    }
    at_ = space_end;
    return !beyond_ascii();
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<TextPlace> stray_non_ascii(std::string_view toml) {
  const std::size_t at = Walk(toml).stray();
  if (at >= toml.size()) return std::nullopt;
  const std::string_view before = toml.substr(0, at);
  const std::size_t line_start =
      before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return TextPlace{1 + static_cast<std::size_t>(std::ranges::count(before, '\n')),
                   at - line_start + 1};
}

std::string ascii_shadow(std::string_view toml) {
  std::string shadow(toml);
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (toml.starts_with(kByteOrderMark)) shadow.replace(0, kByteOrderMark.size(), "   ");
  for (char& letter : shadow) {
    if (static_cast<unsigned char>(letter) >= 0x80) letter = '^';
  }
  return shadow;
}

}  // namespace tally
