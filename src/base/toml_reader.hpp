// Reads the tables of one TOML text strictly: what is not known, missing, of the wrong type or out
// of range is a mistake with its line and column. The first mistake is kept; reading goes on with
// defaults, so that what a reader returns counts only where mistake() is empty.
//
// This header carries the TOML parser: include it in sources and internal headers only.
// A value for one text; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/toml_text.hpp"

namespace tally {

inline constexpr std::size_t kIdBytesMax = 200;

class TomlReader {
 public:
  enum class Wrong : std::uint8_t {
    kSyntax,   // Not TOML, an unknown key, a missing key, a value of the wrong type.
    kVersion,  // No format version that is known here.
    kValue,    // A value out of its range, or that does not fit the others.
  };
  struct Mistake {
    Wrong wrong;
    std::string message;  // "file:line:column: what, and what to do"
  };
  struct Range {  // Both ends belong to it.
    double min;
    double max;
  };
  struct Integers {
    std::int64_t min;
    std::int64_t max;
  };

  // `where` names the text in messages; it must outlive the reader.
  explicit TomlReader(std::string_view where) : where_(where) {}

  [[nodiscard]] const std::optional<Mistake>& mistake() const { return mistake_; }
  void wrong(Wrong wrong, const toml::source_region& at, std::string_view what);

  // The root table, empty where the text is no TOML or not of `version`.
  toml::table open(std::string_view text, std::int64_t version);

  void check_keys(const toml::table& table, std::initializer_list<std::string_view> known);

  // Each of these must be given, and is "", 0 or empty where it is not.
  std::string text(const toml::table& table, std::string_view key,
                   std::size_t bytes_max = kIdBytesMax);
  double number(const toml::table& table, std::string_view key, Range range);
  std::int64_t integer(const toml::table& table, std::string_view key, Integers range);
  // Exactly `count` numbers; `example` shows them in the message: "[0.3, -0.2, 1.5]".
  std::vector<double> numbers(const toml::table& table, std::string_view key, std::size_t count,
                              Range range, std::string_view example);

  // Each table of the array under `key`, none where it is absent.
  void each_table(const toml::table& root, std::string_view key, std::size_t count_max,
                  const std::function<void(const toml::table&)>& read);

  // As numbers(), for an array that is itself part of one.
  std::vector<double> numbers_of(const toml::node& node, std::string_view key, std::size_t count,
                                 Range range, std::string_view example);

 private:
  std::string_view where_;
  std::optional<Mistake> mistake_;
};

// The mistake as an error of a domain that has kSyntax, kVersion and kValue.
template <typename DomainError>
[[nodiscard]] std::unexpected<Error> fail_as(const TomlReader::Mistake& mistake) {
  switch (mistake.wrong) {
    case TomlReader::Wrong::kSyntax:
      return fail(DomainError::kSyntax, mistake.message);
    case TomlReader::Wrong::kVersion:
      return fail(DomainError::kVersion, mistake.message);
    case TomlReader::Wrong::kValue:
      return fail(DomainError::kValue, mistake.message);
  }
  std::abort();
}

// Where a key's value stands, or its table where it is not given.
[[nodiscard]] const toml::source_region& place_of(const toml::table& table, std::string_view key);

}  // namespace tally
