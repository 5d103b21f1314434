// Reads fields of a JSON document that came from outside. The first thing that is wrong sticks,
// with its path ("truth.json: events[3].at_ms: …"); everything after it reads as a default, so that
// a reader is a straight line and looks at error() once at its end. Unknown fields are ignored.
//
// Includes a heavy header: for sources only, never for headers.
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

namespace tally {

struct IntegerRange {
  std::int64_t least = 0;
  std::int64_t most = 0;
};

// What a reader's domain calls the ways in which a document is wrong.
struct JsonErrors {
  ErrorCode syntax;  // Not JSON, or a field is missing or of the wrong type.
  ErrorCode schema;  // Not an object of the schema that was asked for.
  ErrorCode value;   // A field is out of its range.
};

class JsonReader {
 public:
  using Json = nlohmann::json;

  // `where` names the document in messages.
  JsonReader(std::string_view where, const JsonErrors& errors) : where_(where), errors_(errors) {}

  // The document as an object of schema `schema`, or as any object; null where it is not.
  Json parse(std::string_view text, std::string_view schema);
  Json parse(std::string_view text);

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
  void wrong(const ErrorCode& code, std::string message);

  std::string where_;
  JsonErrors errors_;
  std::string path_;  // Of the object being read: "events[3]".
  std::optional<Error> error_;
};

}  // namespace tally
