// Query parameters by which lists are filtered.
//
// Errors: ApiError::kParameterInvalid, naming the parameter. Thread-safety: a call's.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.hpp"
#include "server/api/call.hpp"

namespace tally::routes {

// A time, RFC 3339.
inline Result<std::optional<Instant>> query_time(const api::ApiCall& call, std::string_view name) {
  const auto text = call.query(name);
  if (!text) return std::optional<Instant>();
  if (const auto at = parse_instant(*text)) return at;
  return fail(api::ApiError::kParameterInvalid,
              fmt::format("{}: must be a time as 2026-11-23T15:04:05Z", name));
}

// One of these words.
inline Result<std::optional<std::string>> query_word(
    const api::ApiCall& call, std::string_view name,
    std::initializer_list<std::string_view> words) {
  const auto text = call.query(name);
  if (!text) return std::optional<std::string>();
  if (std::ranges::find(words, *text) != words.end()) return std::optional(std::string(*text));
  return fail(api::ApiError::kParameterInvalid,
              fmt::format("{}: must be one of {}", name, fmt::join(words, ", ")));
}

// The name of one of the first `count` values of an enum that has a name_of().
template <typename Enum>
Result<std::optional<std::string>> query_value(const api::ApiCall& call, std::string_view name,
                                               std::size_t count) {
  const auto text = call.query(name);
  if (!text) return std::optional<std::string>();
  for (std::size_t i = 0; i < count; ++i) {
    if (name_of(static_cast<Enum>(i)) == *text) return std::optional(std::string(*text));
  }
  return fail(api::ApiError::kParameterInvalid, fmt::format("{}: is none of its values", name));
}

inline Result<std::optional<bool>> query_boolean(const api::ApiCall& call, std::string_view name) {
  const auto word = query_word(call, name, {"true", "false"});
  if (!word) return std::unexpected(word.error());
  return *word ? std::optional(**word == "true") : std::nullopt;
}

inline Result<std::optional<std::int64_t>> query_number(const api::ApiCall& call,
                                                        std::string_view name, std::int64_t least,
                                                        std::int64_t most) {
  if (!call.query(name)) return std::optional<std::int64_t>();
  const auto number = call.query_integer(name, least, most, least);
  if (!number) return std::unexpected(number.error());
  return std::optional(*number);
}

// An id of its kind.
template <typename SomeId>
Result<std::optional<SomeId>> query_id(const api::ApiCall& call, std::string_view name) {
  const auto text = call.query(name);
  if (!text) return std::optional<SomeId>();
  if (auto id = SomeId::parse(*text)) return id;
  return fail(api::ApiError::kParameterInvalid, fmt::format("{}: must be an id of its kind", name));
}

// Several of these, of which the first mistake is the answer:
//
//   Filters filters;
//   filters.read(query_time(call, "from"), filter.from);
//   if (filters.error()) return std::unexpected(*filters.error());
class Filters {
 public:
  template <typename T>
  void read(Result<std::optional<T>> value, std::optional<T>& into) {
    if (value) {
      into = *std::move(value);
    } else if (!error_) {
      error_ = std::move(value.error());
    }
  }
  // Of an id as the text that it is stored as.
  template <typename Kind>
  void read(const Result<std::optional<Id<Kind>>>& value, std::optional<std::string>& into) {
    if (!value) {
      if (!error_) error_ = value.error();
    } else if (*value) {
      into = (*value)->text();
    }
  }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace tally::routes
