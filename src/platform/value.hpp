// Values that go into statements and come out of rows, alike on SQLite and PostgreSQL.
//
//   C++                       column             note
//   std::int64_t, integers    BIGINT
//   bool                      BIGINT             0 or 1
//   Instant                   BIGINT             milliseconds since 1970 in UTC
//   double                    DOUBLE PRECISION   finite
//   std::string               TEXT               UTF-8 without NUL
//   Id<Kind>                  TEXT               not empty
//   Blob                      BYTEA              any bytes
//   std::optional<T>          either             nothing is NULL
//
// Limits: a value has at most kValueBytesMax bytes. Thread-safety: values.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/instant.hpp"

namespace tally::platform {

inline constexpr std::size_t kValueBytesMax = 16U << 20U;
// Of the body of an aggregate, event, message, job or reply.
inline constexpr std::size_t kBodyBytesMax = 1U << 20U;
// Of an error that is kept with a message or job.
inline constexpr std::size_t kErrorBytesMax = 2'000;

struct Blob {
  std::string bytes;

  friend bool operator==(const Blob&, const Blob&) = default;
};

using Value = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;

// Refuses what the two stores would not both keep as it is. Errors: kValue, kLimit.
Result<void> check_values(std::span<const Value> values);

// Others' text, such as a message of an error, made storable: "?" for each byte that is no UTF-8,
// and whole characters of at most `bytes_max` bytes.
[[nodiscard]] std::string storable_text(std::string_view text, std::size_t bytes_max);

// Errors: kLimit beyond kBodyBytesMax.
Result<void> check_body(std::string_view body);

// The kind of value it holds, for messages: "text", "an integer", …
[[nodiscard]] std::string_view kind_of(const Value& value);

template <std::integral T>
[[nodiscard]] Value to_value(T number) {
  static_assert(sizeof(T) < 8 || std::is_signed_v<T>, "no column holds every such number");
  return static_cast<std::int64_t>(number);
}
[[nodiscard]] inline Value to_value(double number) { return number; }
[[nodiscard]] inline Value to_value(std::string_view text) { return std::string(text); }
[[nodiscard]] inline Value to_value(const char* text) { return std::string(text); }
[[nodiscard]] inline Value to_value(const Blob& blob) { return blob; }
[[nodiscard]] inline Value to_value(std::nullopt_t) { return std::monostate{}; }
[[nodiscard]] inline Value to_value(Instant at) {
  return static_cast<std::int64_t>(at.time_since_epoch().count());
}
template <typename Kind>
[[nodiscard]] Value to_value(const Id<Kind>& id) {
  return id.text();
}
template <typename T>
[[nodiscard]] Value to_value(const std::optional<T>& value) {
  return value ? to_value(*value) : Value{};
}

// Column<T>::read gives nothing where the column holds something else.
template <typename T>
struct Column;

template <>
struct Column<std::int64_t> {
  static std::optional<std::int64_t> read(Value& value) {
    const auto* number = std::get_if<std::int64_t>(&value);
    return number == nullptr ? std::nullopt : std::optional(*number);
  }
};
template <>
struct Column<bool> {
  static std::optional<bool> read(Value& value) {
    const auto number = Column<std::int64_t>::read(value);
    if (!number || (*number != 0 && *number != 1)) return std::nullopt;
    return *number == 1;
  }
};
template <>
struct Column<Instant> {
  static std::optional<Instant> read(Value& value) {
    const auto number = Column<std::int64_t>::read(value);
    return number ? std::optional(Instant(Duration(*number))) : std::nullopt;
  }
};
template <>
struct Column<double> {
  static std::optional<double> read(Value& value) {
    const auto* number = std::get_if<double>(&value);
    return number == nullptr ? std::nullopt : std::optional(*number);
  }
};
template <>
struct Column<std::string> {
  static std::optional<std::string> read(Value& value) {
    auto* text = std::get_if<std::string>(&value);
    return text == nullptr ? std::nullopt : std::optional(std::move(*text));
  }
};
template <>
struct Column<Blob> {
  static std::optional<Blob> read(Value& value) {
    auto* blob = std::get_if<Blob>(&value);
    return blob == nullptr ? std::nullopt : std::optional(std::move(*blob));
  }
};
template <typename Kind>
struct Column<Id<Kind>> {
  static std::optional<Id<Kind>> read(Value& value) {
    const auto* text = std::get_if<std::string>(&value);
    return text == nullptr ? std::nullopt : Id<Kind>::parse(*text);
  }
};
template <typename T>
struct Column<std::optional<T>> {
  static std::optional<std::optional<T>> read(Value& value) {
    if (std::holds_alternative<std::monostate>(value)) return std::optional<T>();
    auto inner = Column<T>::read(value);
    if (!inner) return std::nullopt;
    return std::optional<std::optional<T>>(std::in_place, std::move(inner));
  }
};

}  // namespace tally::platform
