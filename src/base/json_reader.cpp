#include "base/json_reader.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace tally {
namespace {

// What the parser says, without its "[json.exception.parse_error.101] ".
std::string parser_words(const nlohmann::json::exception& problem) {
  const std::string_view words = problem.what();
  const std::size_t at = words.find("] ");
  return std::string(at == std::string_view::npos ? words : words.substr(at + 2));
}

}  // namespace

JsonReader::Json JsonReader::parse(std::string_view text) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const Json::exception& problem) {  // Bad syntax, or a number that no double can hold.
    wrong(errors_.syntax,
          fmt::format("{}: not JSON: {}; write it again", where_, parser_words(problem)));
    return nullptr;
  }
  if (json.is_object()) return json;
  wrong(errors_.schema, fmt::format("{}: must be an object", where_));
  return nullptr;
}

JsonReader::Json JsonReader::parse(std::string_view text, std::string_view schema) {
  Json json = parse(text);
  const auto found = json.is_object() ? json.find("schema") : json.end();
  const bool known = json.is_object() && found != json.end() && found->is_string() &&
                     found->get_ref<const std::string&>() == schema;
  if (known) return json;
  if (error_ && error_->code.name == errors_.syntax.name) return nullptr;
  error_.reset();
  wrong(errors_.schema,
        fmt::format("{}: must be an object with \"schema\": \"{}\"", where_, schema));
  return nullptr;
}

void JsonReader::wrong(const ErrorCode& code, std::string message) {
  if (!failed()) error_ = Error{code, std::move(message)};
}

std::int64_t JsonReader::integer(const Json& object, const char* key, IntegerRange range) {
  const Json* value = field(object, key, "a whole number");
  if (value == nullptr) return range.least;
  if (!value->is_number_integer()) {
    wrong_type(key, "a whole number");
    return range.least;
  }
  const bool too_large =
      value->is_number_unsigned() && value->get<std::uint64_t>() > std::uint64_t{INT64_MAX};
  const std::int64_t number = too_large ? 0 : value->get<std::int64_t>();
  if (!too_large && number >= range.least && number <= range.most) return number;
  wrong_value(key, fmt::format("must be from {} to {}", range.least, range.most));
  return range.least;
}

std::int64_t JsonReader::integer_or(const Json& object, const char* key, IntegerRange range,
                                    std::int64_t otherwise) {
  if (failed() || !object.contains(key)) return otherwise;
  return integer(object, key, range);
}

double JsonReader::number(const Json& object, const char* key, double least, double most) {
  const Json* value = field(object, key, "a number");
  if (value == nullptr) return least;
  if (!value->is_number()) {
    wrong_type(key, "a number");
    return least;
  }
  const double number = value->get<double>();
  if (std::isfinite(number) && number >= least && number <= most) return number;
  wrong_value(key, fmt::format("must be from {} to {}", least, most));
  return least;
}

std::string JsonReader::text(const Json& object, const char* key, std::size_t bytes_max) {
  const Json* value = field(object, key, "text");
  if (value == nullptr) return "";
  if (!value->is_string()) {
    wrong_type(key, "text");
    return "";
  }
  const auto& text = value->get_ref<const std::string&>();
  if (!text.empty() && text.size() <= bytes_max) return text;
  wrong_value(key, fmt::format("must have 1 to {} bytes", bytes_max));
  return "";
}

std::string JsonReader::text_or(const Json& object, const char* key, std::size_t bytes_max,
                                std::string_view otherwise) {
  if (failed()) return std::string(otherwise);
  const auto found = object.find(key);
  const bool none = found == object.end() || found->is_null() ||
                    (found->is_string() && found->get_ref<const std::string&>().empty());
  return none ? std::string(otherwise) : text(object, key, bytes_max);
}

void JsonReader::each_object(const Json& object, const char* key, std::size_t count_max,
                             const std::function<void(const Json&)>& read) {
  const Json* entries = list(object, key, count_max, true);
  if (entries == nullptr) return;
  const std::string outside = path_;
  for (std::size_t i = 0; i < entries->size() && !failed(); ++i) {
    path_ = fmt::format("{}{}{}[{}]", outside, outside.empty() ? "" : ".", key, i);
    if ((*entries)[i].is_object())
      read((*entries)[i]);
    else
      wrong_type("", "an object");
  }
  path_ = outside;
}

std::vector<std::string> JsonReader::texts(const Json& object, const char* key,
                                           std::size_t count_max, std::size_t bytes_max) {
  std::vector<std::string> all;
  const Json* entries = list(object, key, count_max, false);
  if (entries == nullptr) return all;
  for (const Json& entry : *entries) {
    if (!entry.is_string() || entry.get_ref<const std::string&>().size() > bytes_max) {
      wrong_type(key, fmt::format("a list of texts of at most {} bytes", bytes_max));
      return {};
    }
    all.push_back(entry.get<std::string>());
  }
  return all;
}

void JsonReader::inside(const Json& object, const char* key,
                        const std::function<void(const Json&)>& read) {
  const Json* value = field(object, key, "an object");
  if (value == nullptr) return;
  if (!value->is_object()) return wrong_type(key, "an object");
  const std::string outside = path_;
  path_ += (path_.empty() ? "" : ".") + std::string(key);
  read(*value);
  path_ = outside;
}

void JsonReader::wrong_value(std::string_view key, std::string_view what) {
  wrong(errors_.value, fmt::format("{}{}", place(key), what));
}

void JsonReader::wrong_type(std::string_view key, std::string_view wanted) {
  wrong(errors_.syntax, fmt::format("{}must be {}", place(key), wanted));
}

const JsonReader::Json* JsonReader::field(const Json& object, const char* key,
                                          std::string_view wanted) {
  if (failed()) return nullptr;
  const auto found = object.find(key);
  if (found != object.end()) return &*found;
  wrong(errors_.syntax, fmt::format("{}is missing; it must be {}", place(key), wanted));
  return nullptr;
}

const JsonReader::Json* JsonReader::list(const Json& object, const char* key, std::size_t count_max,
                                         bool required) {
  if (failed() || (!required && !object.contains(key))) return nullptr;
  const Json* value = field(object, key, "a list");
  if (value == nullptr) return nullptr;
  if (!value->is_array()) {
    wrong_type(key, "a list");
    return nullptr;
  }
  if (value->size() > count_max) {
    wrong_value(key, fmt::format("has {} entries, more than {}", value->size(), count_max));
    return nullptr;
  }
  return value;
}

// "truth.json: events[3].at_ms: ", "truth.json: events[3]: ", "truth.json: ".
std::string JsonReader::place(std::string_view key) const {
  const bool both = !path_.empty() && !key.empty();
  const std::string path = fmt::format("{}{}{}", path_, both ? "." : "", key);
  return path.empty() ? where_ + ": " : fmt::format("{}: {}: ", where_, path);
}

}  // namespace tally
