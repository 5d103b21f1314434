#include "perception/inference/class_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "perception/inference/compile.hpp"
#include "perception/inference/manifest.hpp"

namespace tally::inference {
namespace {

using Names = std::vector<std::string>;

std::unexpected<Error> bad_names(std::string_view where, std::string_view what) {
  return fail(CompileError::kNames, fmt::format("{}: class names: {}", where, what));
}

Result<Names> checked(Names names, std::string_view where) {
  if (const std::string problem = names_problem(names); !problem.empty()) {
    return bad_names(where, problem);
  }
  return names;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// Names by id: every id from 0 exactly once.
class NamesById {
 public:
  // What is wrong, or "".
  std::string add(std::string_view id_text, std::string name) {
    std::size_t id = 0;
    const auto [end, error] = std::from_chars(id_text.data(), id_text.data() + id_text.size(), id);
    if (error != std::errc() || end != id_text.data() + id_text.size() || id >= kClassesMax) {
      return fmt::format("'{}' is no class id from 0 to {}", id_text, kClassesMax - 1);
    }
    return names_.emplace(id, std::move(name)).second ? "" : fmt::format("id {} comes twice", id);
  }

  Result<Names> finish(std::string_view where) {
    Names names;
    for (auto& [id, name] : names_) {
      if (id != names.size())
        return bad_names(where, fmt::format("id {} is missing", names.size()));
      names.push_back(std::move(name));
    }
    return checked(std::move(names), where);
  }

 private:
  std::map<std::size_t, std::string> names_;
};

enum class Dialect : std::uint8_t { kPython, kYaml };

void append_utf8(std::string& text, unsigned code) {
  const auto add = [&](unsigned byte) { text += static_cast<char>(byte); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xC0U | code >> 6U);
  } else {
    add(0xE0U | code >> 12U);
    add(0x80U | (code >> 6U & 0x3FU));
  }
  add(0x80U | (code & 0x3FU));
}

// Reads {0: 'a', …} and ['a', …] from left to right. A mistake is kept and ends the reading.
class FlowReader {
 public:
  FlowReader(std::string_view text, Dialect dialect) : text_(text), dialect_(dialect) {}

  Result<Names> read(std::string_view where) {
    skip_space();
    const bool mapping = peek() == '{';
    if (!mapping && peek() != '[')
      return bad_names(where, "a list or mapping of names is expected");
    skip_one();
    const char close = mapping ? '}' : ']';
    NamesById names;
    for (std::size_t count = 0; skip_space(), peek() != close; ++count) {
      const std::string id = mapping ? key() : std::to_string(count);
      std::string name = problem_.empty() ? scalar(close) : "";
      if (problem_.empty()) problem_ = names.add(id, std::move(name));
      skip_space();
      if (peek() != ',' && peek() != close) found("',' or the end is missing");
      if (!problem_.empty()) return bad_names(where, fmt::format("{} (at byte {})", problem_, at_));
      if (peek() == ',') skip_one();
    }
    skip_one();
    skip_space();
    if (dialect_ == Dialect::kPython && at_ != text_.size()) {
      return bad_names(where, fmt::format("something follows the names (at byte {})", at_));
    }
    return names.finish(where);
  }

 private:
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_one() { at_ = std::min(at_ + 1, text_.size()); }
  void found(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
  }
  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").contains(text_[at_])) ++at_;
  }

  std::string key() {
    std::string id;
    if (peek() == '\'' || peek() == '"') {
      id = quoted();
    } else {
      while (peek() >= '0' && peek() <= '9') id += text_[at_++];
    }
    skip_space();
    if (peek() != ':') found("':' is missing after an id");
    skip_one();
    skip_space();
    return id;
  }

  std::string scalar(char close) {
    if (peek() == '\'' || peek() == '"') return quoted();
    if (dialect_ == Dialect::kPython) {
      found("a quoted name is expected");
      return "";
    }
    const std::string stops{',', '\n', close};
    const std::size_t end = std::min(text_.find_first_of(stops, at_), text_.size());
    const std::string_view plain = trimmed(text_.substr(at_, end - at_));
    at_ = end;
    return std::string(plain);
  }

  // In YAML's single quotes '' is a quote and \ is itself; everywhere else \ escapes.
  std::string quoted() {
    const char quote = text_[at_++];
    const bool doubling = dialect_ == Dialect::kYaml && quote == '\'';
    std::string result;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == quote && doubling && peek() == quote) {
        result += quote;
        ++at_;
      } else if (c == quote) {
        return result;
      } else if (c == '\\' && !doubling) {
        escape(result);
      } else {
        result += c;
      }
    }
    found("a quote is not closed");
    return result;
  }

  void escape(std::string& result) {
    const char c = peek();
    skip_one();
    if (c == 'x' || c == 'u') return hexadecimal(result, c == 'x' ? 2 : 4);
    if (c == '\'' || c == '"' || c == '\\') {
      result += c;
    } else {
      found(fmt::format("escape \\{} is not known in a name", c == '\0' ? ' ' : c));
    }
  }

  void hexadecimal(std::string& result, std::size_t digits) {
    const std::string_view text = text_.substr(at_, digits);
    unsigned code = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code, 16);
    if (error != std::errc() || end != text.data() + digits) {
      found("an escape lacks digits");
      return;
    }
    at_ += digits;
    append_utf8(result, code);
  }

  std::string_view text_;
  Dialect dialect_;
  std::size_t at_ = 0;   // At most text_.size().
  std::string problem_;  // The first.
};

// The first line of `text`, which is shortened by it.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string_view without_comment(std::string_view line) {
  if (trimmed(line).starts_with('#')) return "";
  return line.substr(0, std::min(line.find(" #"), line.size()));
}

// One YAML scalar of a block: quoted or plain. std::nullopt where the quotes are wrong.
std::optional<std::string> block_scalar(std::string_view text) {
  if (!text.starts_with('\'') && !text.starts_with('"')) return std::string(text);
  const auto one = FlowReader(fmt::format("[{}]", text), Dialect::kYaml).read("");
  if (!one || one->size() != 1) return std::nullopt;
  return one->front();
}

// "names:" has been read; what follows are lines "- name" or "  0: name", up to another top-level
// key.
Result<Names> read_block(std::string_view text, std::string_view where) {
  NamesById names;
  std::size_t count = 0;
  while (!text.empty()) {
    const std::string_view line = without_comment(take_line(text));
    const std::string_view item = trimmed(line);
    if (item.empty()) continue;
    const bool dash = item.starts_with("- ");
    if (!dash && line.front() != ' ' && line.front() != '\t') break;
    const std::size_t colon = item.find(':');
    if (!dash && colon == std::string_view::npos) {
      return bad_names(where, fmt::format("'{}' is neither \"- name\" nor \"id: name\"", item));
    }
    const auto name = block_scalar(trimmed(item.substr(dash ? 2 : colon + 1)));
    if (!name) return bad_names(where, fmt::format("the quotes of '{}' are wrong", item));
    const std::string id =
        dash ? std::to_string(count) : std::string(trimmed(item.substr(0, colon)));
    ++count;
    if (const std::string problem = names.add(id, *name); !problem.empty()) {
      return bad_names(where, problem);
    }
  }
  return names.finish(where);
}

Result<Names> read_lines(std::string_view text, std::string_view where) {
  Names names;
  while (!text.empty()) names.emplace_back(trimmed(take_line(text)));
  while (!names.empty() && names.back().empty()) names.pop_back();
  return checked(std::move(names), where);
}

}  // namespace

Result<Names> parse_names_literal(std::string_view text, std::string_view where) {
  return FlowReader(text, Dialect::kPython).read(where);
}

Result<Names> parse_names_file(std::string_view text, std::string_view where) {
  if (text.size() > kNamesBytesMax) {
    return bad_names(where, fmt::format("larger than {} bytes", kNamesBytesMax));
  }
  constexpr std::string_view kKey = "names:";
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = take_line(rest);
    if (!line.starts_with(kKey)) continue;
    const std::string_view value = trimmed(without_comment(line.substr(kKey.size())));
    if (value.empty()) return read_block(rest, where);
    const auto start = static_cast<std::size_t>(line.data() - text.data()) + kKey.size();
    return FlowReader(text.substr(start), Dialect::kYaml).read(where);
  }
  return read_lines(text, where);
}

}  // namespace tally::inference
