// Reads a request's body strictly: wrong types, values out of range, missing and unknown fields are
// errors that name the field by its path ("body: lines[2].quantity: …").
//
// The first mistake sticks and everything after it reads as a default, so that a route reads all it
// wants and asks done() once. Ownership: refers to the JSON. Thread-safety: one thread.
// Errors: ApiError::kParameterMissing, kParameterInvalid, kParameterUnknown.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/money.hpp"
#include "server/api/error.hpp"

namespace tally::routes {

class BodyReader {
 public:
  explicit BodyReader(const nlohmann::json& object);

  // Whether the field is there; null counts as a value.
  [[nodiscard]] bool has(const char* key);
  [[nodiscard]] bool is_null(const char* key);

  std::string text(const char* key, std::size_t bytes_max = 200, std::size_t bytes_min = 1);
  std::optional<std::string> text_if(const char* key, std::size_t bytes_max = 200,
                                     std::size_t bytes_min = 1);
  std::int64_t integer(const char* key, std::int64_t least, std::int64_t most);
  std::optional<std::int64_t> integer_if(const char* key, std::int64_t least, std::int64_t most);
  double number(const char* key, double least, double most);
  bool boolean(const char* key);
  std::optional<bool> boolean_if(const char* key);
  Money money(const char* key);
  std::vector<std::string> texts(const char* key, std::size_t count_max, std::size_t bytes_max);
  // A field that is an object.
  void inside(const char* key, const std::function<void(BodyReader&)>& read);
  void each(const char* key, std::size_t count_max, const std::function<void(BodyReader&)>& read);

  template <typename SomeId>
  SomeId id(const char* key) {
    const std::string written = text(key, 64);
    const auto parsed = SomeId::parse(written);
    if (parsed) return *parsed;
    wrong(key, "must be an id of its kind");
    return {};
  }

  // A mistake that the route itself has found.
  void wrong(std::string_view key, std::string_view what);

  // Also refuses fields that were not asked for.
  Result<void> done();
  // Also refuses a body without any field: a change that changes nothing.
  Result<void> done_with_change();

 private:
  struct Shared {
    std::optional<Error> error;
  };
  BodyReader(const nlohmann::json& object, std::string path, std::shared_ptr<Shared> shared);

  const nlohmann::json* field(const char* key);
  void fail_at(api::ApiError error, std::string_view key, std::string_view what);
  void refuse_unknown();

  const nlohmann::json& object_;
  std::string path_;  // "lines[2]."
  std::shared_ptr<Shared> shared_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace tally::routes
