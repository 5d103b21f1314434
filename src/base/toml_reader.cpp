#include "base/toml_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace tally {

void TomlReader::wrong(Wrong wrong, const toml::source_region& at, std::string_view what) {
  if (mistake_) return;
  mistake_ = {wrong, fmt::format("{}:{}:{}: {}", where_, at.begin.line, at.begin.column, what)};
}

toml::table TomlReader::open(std::string_view text, std::int64_t version) {
  auto parsed = read_toml(text);
  if (!parsed) {
    const TomlProblem& problem = parsed.error();
    mistake_ = {Wrong::kSyntax, fmt::format("{}:{}:{}: not TOML: {}", where_, problem.line,
                                            problem.column, problem.what)};
    return {};
  }
  const toml::node* given = parsed->get("version");
  if (given == nullptr || !given->is_integer()) {
    wrong(Wrong::kVersion, place_of(*parsed, "version"),
          fmt::format("it must begin with \"version = {}\"", version));
  } else if (given->as_integer()->get() != version) {
    wrong(Wrong::kVersion, given->source(),
          fmt::format("version {} is not known here; this tally reads version {}",
                      given->as_integer()->get(), version));
  }
  return mistake_ ? toml::table{} : std::move(*parsed);
}

void TomlReader::check_keys(const toml::table& table,
                            std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : table) {
    if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
    wrong(Wrong::kSyntax, key.source(),
          fmt::format("unknown key \"{}\"; known here: {}", key.str(), fmt::join(known, ", ")));
  }
}

std::string TomlReader::text(const toml::table& table, std::string_view key,
                             std::size_t bytes_max) {
  const toml::node* node = table.get(key);
  if (node == nullptr || !node->is_string()) {
    wrong(Wrong::kSyntax, place_of(table, key), fmt::format("\"{}\" must be given, as text", key));
    return "";
  }
  const std::string& text = node->as_string()->get();
  if (text.empty() || text.size() > bytes_max) {
    wrong(Wrong::kValue, node->source(),
          fmt::format("\"{}\" must have 1 to {} bytes", key, bytes_max));
  }
  return text;
}

double TomlReader::number(const toml::table& table, std::string_view key, Range range) {
  const toml::node* node = table.get(key);
  const auto value = node != nullptr && node->is_number() ? node->value<double>() : std::nullopt;
  if (!value) {
    wrong(Wrong::kSyntax, place_of(table, key),
          fmt::format("\"{}\" must be given, as a number", key));
    return 0;
  }
  if (!(*value >= range.min && *value <= range.max)) {
    wrong(Wrong::kValue, node->source(),
          fmt::format("\"{}\" is {}; it must be {} to {}", key, *value, range.min, range.max));
    return 0;
  }
  return *value;
}

std::int64_t TomlReader::integer(const toml::table& table, std::string_view key, Integers range) {
  const toml::node* node = table.get(key);
  if (node == nullptr || !node->is_integer()) {
    wrong(Wrong::kSyntax, place_of(table, key),
          fmt::format("\"{}\" must be given, as a whole number", key));
    return 0;
  }
  const std::int64_t value = node->as_integer()->get();
  if (value < range.min || value > range.max) {
    wrong(Wrong::kValue, node->source(),
          fmt::format("\"{}\" is {}; it must be {} to {}", key, value, range.min, range.max));
    return 0;
  }
  return value;
}

std::vector<double> TomlReader::numbers(const toml::table& table, std::string_view key,
                                        std::size_t count, Range range, std::string_view example) {
  if (const toml::node* node = table.get(key)) {
    return numbers_of(*node, key, count, range, example);
  }
  wrong(Wrong::kSyntax, table.source(), fmt::format("\"{}\" must be given, as {}", key, example));
  return {};
}

std::vector<double> TomlReader::numbers_of(const toml::node& node, std::string_view key,
                                           std::size_t count, Range range,
                                           std::string_view example) {
  std::vector<double> values;
  const toml::array* items = node.as_array();
  if (items != nullptr && items->size() == count) {
    for (const toml::node& item : *items) {
      if (const auto value = item.is_number() ? item.value<double>() : std::nullopt) {
        values.push_back(*value);
      }
    }
  }
  if (values.size() != count) {
    wrong(Wrong::kSyntax, node.source(),
          fmt::format("\"{}\" must be {} numbers, as in {}", key, count, example));
    return {};
  }
  for (const double value : values) {
    if (value >= range.min && value <= range.max) continue;
    wrong(
        Wrong::kValue, node.source(),
        fmt::format("\"{}\" has {} in it; it must be {} to {}", key, value, range.min, range.max));
    return {};
  }
  return values;
}

void TomlReader::each_table(const toml::table& root, std::string_view key, std::size_t count_max,
                            const std::function<void(const toml::table&)>& read) {
  const toml::node* node = root.get(key);
  if (node == nullptr) return;
  if (!node->is_array()) {
    return wrong(Wrong::kSyntax, node->source(), fmt::format("write [[{}]] for each {}", key, key));
  }
  const toml::array& entries = *node->as_array();
  if (entries.size() > count_max) {
    return wrong(Wrong::kValue, entries[count_max].source(),
                 fmt::format("more than {} of {}", count_max, key));
  }
  for (const toml::node& entry : entries) {
    if (!entry.is_table()) {
      return wrong(Wrong::kSyntax, entry.source(), fmt::format("write [[{}]]", key));
    }
    read(*entry.as_table());
  }
}

const toml::source_region& place_of(const toml::table& table, std::string_view key) {
  const toml::node* node = table.get(key);
  return node != nullptr ? node->source() : table.source();
}

}  // namespace tally
