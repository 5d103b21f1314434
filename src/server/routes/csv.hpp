// Tables as CSV (RFC 4180) that spreadsheets open without harm: a text that one would take for a
// formula begins with an apostrophe (OWASP, "CSV injection").
//
// Pure; a Csv is a value.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace tally::routes {

// A field as it is written: quoted where it must be.
[[nodiscard]] std::string csv_field(std::string_view text);

class Csv {
 public:
  explicit Csv(std::initializer_list<std::string_view> names);

  // Texts are made harmless; numbers are what they are, also negative ones.
  template <typename... Fields>
  void add(const Fields&... fields) {
    bool first = true;
    (put(fields, std::exchange(first, false)), ...);
    text_ += "\r\n";
  }
  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  void put(std::string_view text, bool first);
  void put(std::integral auto number, bool first) {
    if (!first) text_ += ',';
    text_ += std::to_string(number);
  }

  std::string text_;
};

}  // namespace tally::routes
