// Reads fields of a JSON document that came from outside. The first thing that is wrong sticks,
// with its path ("truth.json: events[3].at_ms: …"); everything after it reads as a default, so that
// a reader is a straight line and looks at error() once at its end. Unknown fields are ignored.
//
// Includes a heavy header: for sources of this room only.
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace tally::evaluate {

struct IntegerRange {
  std::int64_t least = 0;
  std::int64_t most = 0;
};

class JsonReader {
 public:
  using Json = nlohmann::json;

  // `where` names the document in messages.
  explicit JsonReader(std::string_view where) : where_(where) {}

  // The document as an object of schema `schema`; null where it is not.
  Json parse(std::string_view text, std::string_view schema);

  // Missing fields are wrong, except with the `_or` forms.
  std::int64_t integer(const Json& object, const char* key, IntegerRange range);
  std::int64_t integer_or(const Json& object, const char* key, IntegerRange range,
                          std::int64_t otherwise);
  double number(const Json& object, const char* key, double least, double most);
  std::string text(const Json& object, const char* key, std::size_t bytes_max);
  std::string text_or(const Json& object, const char* key, std::size_t bytes_max,
                      std::string_view otherwise);

  // Each entry of a list of objects.
  void each_object(const Json& object, const char* key, std::size_t count_max,
                   const std::function<void(const Json&)>& read);
  // A list of texts; absent is empty.
  std::vector<std::string> texts(const Json& object, const char* key, std::size_t count_max,
                                 std::size_t bytes_max);
  // The object under `key`.
  void inside(const Json& object, const char* key, const std::function<void(const Json&)>& read);

  // Something is wrong with the field `key` of the object being read; "" is the object itself.
  void wrong_value(std::string_view key, std::string_view what);

  [[nodiscard]] bool failed() const { return error_.has_value(); }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  const Json* field(const Json& object, const char* key, std::string_view wanted);
  const Json* list(const Json& object, const char* key, std::size_t count_max, bool required);
  void wrong_type(std::string_view key, std::string_view wanted);
  std::string place(std::string_view key) const;

  std::string where_;
  std::string path_;  // Of the object being read: "events[3]".
  std::optional<Error> error_;
};

}  // namespace tally::evaluate
