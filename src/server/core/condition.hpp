// What stands behind WHERE where not all of it is always asked: conditions joined by AND, with
// their values. What is not asked is left out, so that the rest is found by its index.
//
//   Condition condition;
//   condition.add("tenant = {}", tenant);
//   condition.add_if("state = {}", state);           // An optional.
//   query_values<…>("… WHERE " + condition.sql(), condition.values());
//
// The texts are the program's own, never a request's. Thread-safety: a value.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/value.hpp"

namespace tally::core {

class Condition {
 public:
  // Each {} of the text stands for one of the values, in order.
  template <typename... Values>
  void add(std::string_view text, const Values&... values) {
    if (!sql_.empty()) sql_ += " AND ";
    sql_ += fmt::format(fmt::runtime(text), place(values)...);
  }
  template <typename T>
  void add_if(std::string_view text, const std::optional<T>& value) {
    if (value) add(text, *value);
  }
  // Takes on a value: "$3".
  template <typename T>
  std::string place(const T& value) {
    values_.push_back(platform::to_value(value));
    return fmt::format("${}", values_.size());
  }

  [[nodiscard]] const std::string& sql() const { return sql_; }
  [[nodiscard]] std::span<const platform::Value> values() const { return values_; }

 private:
  std::string sql_;
  std::vector<platform::Value> values_;
};

}  // namespace tally::core
