// How values become JSON and come back: Writer and Reader, for the sources that describe records.
//
// A struct is described once, for both:
//
//   template <typename Archive, Same<commerce::Site> Value>
//   void describe(Archive& archive, Value& site) {
//     archive("id", site.id);
//     archive("name", site.name);
//   }
//
// and an enum by how many values it has: `template <> inline constexpr int kValues<Kind> = 3;`,
// each with a name_of(). Includes a heavy header: for sources only.
#pragma once

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "base/money.hpp"
#include "server/records/records.hpp"

namespace tally::records {

using Json = nlohmann::ordered_json;

template <typename A, typename B>
concept Same = std::same_as<std::remove_const_t<A>, B>;

template <typename Enum>
inline constexpr int kValues = 0;
template <typename Enum>
inline constexpr int kFirstValue = 0;  // Where an enum does not begin at 0.

// What is written as a text: ids, currencies, barcodes. Empty ones are null.
template <typename T>
concept Textual = requires(const T& value, std::string_view text) {
  { value.text() } -> std::convertible_to<std::string_view>;
  T::parse(text);
};

namespace detail {
// clang-format off
template <typename T> struct IsOptional : std::false_type {};
template <typename T> struct IsOptional<std::optional<T>> : std::true_type {};
template <typename T> struct IsVector : std::false_type {};
template <typename T> struct IsVector<std::vector<T>> : std::true_type {};
template <typename T> struct IsSet : std::false_type {};
template <typename T> struct IsSet<std::set<T>> : std::true_type {};
template <typename T> struct IsMap : std::false_type {};
template <typename K, typename V, typename C> struct IsMap<std::map<K, V, C>> : std::true_type {};
// clang-format on
}  // namespace detail

class Writer {
 public:
  template <typename T>
  void operator()(const char* key, const T& value) {
    object_[key] = json_of(value);
  }
  template <typename T>
  [[nodiscard]] static Json json_of(const T& value);
  [[nodiscard]] std::size_t fields() const { return object_.size(); }

 private:
  Json object_ = Json::object();
};

class Reader {
 public:
  explicit Reader(std::string path) : path_(std::move(path)) {}

  template <typename T>
  void operator()(const char* key, T& value) {
    if (error_) return;
    const auto found = object_->find(key);
    if (found != object_->end()) read(*found, value, fmt::format("{}.{}", path_, key));
  }
  template <typename T>
  void read(const Json& json, T& value, const std::string& path);
  [[nodiscard]] std::optional<Error>& error() { return error_; }

 private:
  void wrong(const std::string& path, std::string_view wanted) {
    if (error_) return;
    error_ = Error{code_of(RecordError::kCorrupt),
                   fmt::format("{}: must be {}; the store was changed by other hands, or by a "
                               "newer program",
                               path, wanted)};
  }
  template <typename T>
  void read_text(const std::string& text, T& value, const std::string& path);
  template <typename T>
  void read_elements(const Json& json, T& value, const std::string& path);

  const Json* object_ = nullptr;
  std::string path_;
  std::optional<Error> error_;
};

// Of the key of a map.
template <typename Key>
[[nodiscard]] std::string key_text(const Key& key) {
  if constexpr (Textual<Key>) {
    return key.text();
  } else if constexpr (std::integral<Key>) {
    return std::to_string(key);
  } else {
    return key;
  }
}
template <typename Key>
[[nodiscard]] std::optional<Key> key_of(const std::string& text) {
  if constexpr (Textual<Key>) {
    return Key::parse(text);
  } else if constexpr (std::integral<Key>) {
    const auto json = Json::parse(text, nullptr, false);
    if (!json.is_number_integer()) return std::nullopt;
    return json.template get<Key>();
  } else {
    return text;
  }
}

template <typename T>
Json Writer::json_of(const T& value) {
  if constexpr (std::is_enum_v<T>) {
    return name_of(value);
  } else if constexpr (std::is_arithmetic_v<T> || std::same_as<T, std::string>) {
    return value;
  } else if constexpr (Textual<T>) {
    return value == T{} ? Json(nullptr) : Json(value.text());
  } else if constexpr (std::same_as<T, Instant>) {
    return to_string(value);
  } else if constexpr (std::same_as<T, Duration>) {
    return value.count();
  } else if constexpr (detail::IsOptional<T>::value) {
    return value ? json_of(*value) : Json(nullptr);
  } else if constexpr (detail::IsVector<T>::value || detail::IsSet<T>::value) {
    Json list = Json::array();
    for (const auto& element : value) list.push_back(json_of(element));
    return list;
  } else if constexpr (detail::IsMap<T>::value) {
    Json object = Json::object();
    for (const auto& [key, element] : value) object[key_text(key)] = json_of(element);
    return object;
  } else {
    Writer writer;
    describe(writer, value);
    return std::move(writer.object_);
  }
}

template <typename T>
void Reader::read(const Json& json, T& value, const std::string& path) {
  if constexpr (std::same_as<T, bool>) {
    if (!json.is_boolean()) return wrong(path, "true or false");
    value = json.get<bool>();
  } else if constexpr (std::integral<T>) {
    if (!json.is_number_integer()) return wrong(path, "a whole number");
    if (!std::in_range<T>(json.get<std::int64_t>())) return wrong(path, "a number in its range");
    value = json.get<T>();
  } else if constexpr (std::floating_point<T>) {
    if (!json.is_number()) return wrong(path, "a number");
    value = json.get<T>();
  } else if constexpr (std::same_as<T, Duration>) {
    if (!json.is_number_integer()) return wrong(path, "whole milliseconds");
    value = Duration(json.get<std::int64_t>());
  } else if constexpr (detail::IsOptional<T>::value) {
    if (json.is_null()) return value.reset();
    value.emplace();
    read(json, *value, path);
  } else if constexpr (detail::IsVector<T>::value || detail::IsSet<T>::value ||
                       detail::IsMap<T>::value) {
    read_elements(json, value, path);
  } else if constexpr (std::is_enum_v<T> || Textual<T> || std::same_as<T, Instant> ||
                       std::same_as<T, std::string>) {
    if (Textual<T> && json.is_null()) {
      value = T{};
      return;
    }
    if (!json.is_string()) return wrong(path, "a text");
    read_text(json.get_ref<const std::string&>(), value, path);
  } else {
    if (!json.is_object()) return wrong(path, "an object");
    Reader inner(path);
    inner.object_ = &json;
    describe(inner, value);
    if (!error_) error_ = std::move(inner.error_);
  }
}

template <typename T>
void Reader::read_text(const std::string& text, T& value, const std::string& path) {
  if constexpr (std::is_enum_v<T>) {
    static_assert(kValues<T> > 0, "say in kValues how many values the enum has");
    for (int i = kFirstValue<T>; i < kFirstValue<T> + kValues<T>; ++i) {
      if (name_of(static_cast<T>(i)) != text) continue;
      value = static_cast<T>(i);
      return;
    }
    wrong(path, "a known name");
  } else if constexpr (Textual<T>) {
    if (auto read = T::parse(text)) {
      value = *std::move(read);
    } else {
      wrong(path, "an id, currency or number of its kind");
    }
  } else if constexpr (std::same_as<T, Instant>) {
    const auto read = parse_instant(text);
    if (!read) return wrong(path, "a time");
    value = *read;
  } else {
    value = text;
  }
}

template <typename T>
void Reader::read_elements(const Json& json, T& value, const std::string& path) {
  value.clear();
  if constexpr (detail::IsMap<T>::value) {
    if (!json.is_object()) return wrong(path, "an object");
    for (const auto& [text, element] : json.items()) {
      const auto key = key_of<typename T::key_type>(text);
      if (!key) return wrong(path, "an object with keys of its kind");
      read(element, value[*key], fmt::format("{}.{}", path, text));
    }
  } else {
    if (!json.is_array()) return wrong(path, "a list");
    std::size_t number = 0;
    for (const Json& element : json) {
      typename T::value_type one{};
      read(element, one, fmt::format("{}[{}]", path, number++));
      value.insert(value.end(), std::move(one));
    }
  }
}

template <typename Archive, Same<Money> Value>
void describe(Archive& archive, Value& money) {
  archive("minor", money.minor);
  archive("currency", money.currency);
}

template <typename T>
std::string to_text(const T& value) {
  return Writer::json_of(value).dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <typename T>
Result<T> parse(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  T value{};
  Reader reader("record");
  if (json.is_discarded()) {
    return fail(RecordError::kCorrupt, "record: not JSON; the store was changed by other hands");
  }
  reader.read(json, value, "record");
  if (reader.error()) return std::unexpected(*std::move(reader.error()));
  return value;
}

}  // namespace tally::records

// At the end of a source that has described Type.
#define TALLY_RECORD(Type)                                         \
  template std::string tally::records::to_text(const Type& value); \
  template tally::Result<Type> tally::records::parse(std::string_view text)
