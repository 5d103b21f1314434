// One TOML table of model.toml, read strictly: each key is asked for once, every value is checked
// for type and range, and what nobody asked for is an error. Internal to manifest.cpp.
//
// The first mistake is kept, with its place; reading goes on with harmless values so that callers
// need no branches, and ends with that mistake. Borrows the table and the context.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "perception/inference/manifest.hpp"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace tally::inference {

struct Context {
  std::string_view where;
  std::optional<Error> error;  // The first mistake; reading goes on with defaults and ends with it.
};

// One table, read strictly: each key is asked for once, and what nobody asked for is an error.
class StrictTable {
 public:
  StrictTable(const toml::table& table, std::string path, Context& context)
      : table_(table), path_(std::move(path)), context_(context) {}

  // nullptr and an error where the key is missing.
  const toml::node* required(std::string_view key) {
    asked_.push_back(key);
    const toml::node* node = table_.get(key);
    if (node == nullptr) {
      mistake(PackageError::kSyntax, table_.source(), "'{}' is missing", path_ + std::string(key));
    }
    return node;
  }

  // Whether an optional key is there.
  bool has(std::string_view key) {
    asked_.push_back(key);
    return table_.contains(key);
  }

  std::string text(std::string_view key, std::size_t bytes_max) {
    const toml::node* node = required(key);
    return node == nullptr ? "" : text_of(*node, key, bytes_max);
  }

  std::string text_of(const toml::node& node, std::string_view key, std::size_t bytes_max) {
    const auto* value = node.as_string();
    if (value == nullptr) return wrong_type(node, key, "a text"), "";
    if (const std::string_view problem = text_problem(value->get(), bytes_max); !problem.empty()) {
      mistake(PackageError::kSyntax, node.source(), "'{}{}' {}", path_, key, problem);
    }
    return value->get();
  }

  std::int64_t integer(std::string_view key, std::int64_t min, std::int64_t max) {
    const toml::node* node = required(key);
    return node == nullptr ? min : integer_of(*node, key, min, max);
  }

  std::int64_t integer_of(const toml::node& node, std::string_view key, std::int64_t min,
                          std::int64_t max) {
    const auto* value = node.as_integer();
    if (value == nullptr) return wrong_type(node, key, "a whole number"), min;
    if (value->get() < min || value->get() > max) {
      mistake(PackageError::kSyntax, node.source(), "'{}{}' is {}; it must be {} to {}", path_, key,
              value->get(), min, max);
      return min;
    }
    return value->get();
  }

  float number(std::string_view key, double min, double max) {
    const toml::node* node = required(key);
    if (node == nullptr) return 0;
    const std::optional<double> value = node->value<double>();
    if (!node->is_number() || !value) return wrong_type(*node, key, "a number"), 0;
    if (!(*value >= min && *value <= max)) {
      mistake(PackageError::kSyntax, node->source(), "'{}{}' is {}; it must be {} to {}", path_,
              key, *value, min, max);
      return 0;
    }
    return static_cast<float>(*value);
  }

  template <typename T>
  T choice(std::string_view key, std::initializer_list<T> values) {
    const toml::node* node = required(key);
    if (node == nullptr) return *values.begin();
    const std::string word = text_of(*node, key, kNameBytesMax);
    for (const T value : values) {
      if (name_of(value) == word) return value;
    }
    std::vector<std::string_view> known;
    for (const T value : values) known.push_back(name_of(value));
    mistake(PackageError::kSyntax, node->source(), "'{}{}' is \"{}\"; known are {}", path_, key,
            word, fmt::join(known, ", "));
    return *values.begin();
  }

  const toml::table* table(std::string_view key) {
    const toml::node* node = required(key);
    if (node == nullptr) return nullptr;
    if (!node->is_table()) wrong_type(*node, key, "a table");
    return node->as_table();
  }

  // nullptr and an error where it is no array or has fewer than `min` or more than `max` items.
  const toml::array* array(std::string_view key, std::size_t min, std::size_t max) {
    const toml::node* node = required(key);
    if (node == nullptr) return nullptr;
    const toml::array* items = node->as_array();
    if (items == nullptr) return wrong_type(*node, key, "an array"), nullptr;
    if (items->size() < min || items->size() > max) {
      mistake(PackageError::kSyntax, node->source(), "'{}{}' has {} items; it must have {} to {}",
              path_, key, items->size(), min, max);
      return nullptr;
    }
    return items;
  }

  std::vector<std::string> texts(std::string_view key, std::size_t min, std::size_t max) {
    std::vector<std::string> result;
    const toml::array* items = array(key, min, max);
    if (items == nullptr) return result;
    for (const toml::node& item : *items) result.push_back(text_of(item, key, kNameBytesMax));
    return result;
  }

  void finish() {
    for (const auto& [key, node] : table_) {
      if (std::ranges::find(asked_, key.str()) != asked_.end()) continue;
      mistake(PackageError::kSyntax, key.source(), "unknown key '{}{}'; known here are {}", path_,
              key.str(), fmt::join(asked_, ", "));
    }
  }

  template <typename... Args>
  void mistake(PackageError code, const toml::source_region& at, fmt::format_string<Args...> format,
               Args&&... args) {
    if (context_.error) return;
    context_.error =
        fail(code, fmt::format("{}:{}:{}: {}", context_.where, at.begin.line, at.begin.column,
                               fmt::format(format, std::forward<Args>(args)...)))
            .error();
  }

 private:
  void wrong_type(const toml::node& node, std::string_view key, std::string_view wanted) {
    mistake(PackageError::kSyntax, node.source(), "'{}{}' must be {}", path_, key, wanted);
  }

  const toml::table& table_;
  std::string path_;  // "input.", for messages.
  Context& context_;
  std::vector<std::string_view> asked_;
};

}  // namespace tally::inference
