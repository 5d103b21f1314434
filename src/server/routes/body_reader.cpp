#include "server/routes/body_reader.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <utility>

namespace tally::routes {

using api::ApiError;
using nlohmann::json;

BodyReader::BodyReader(const json& object) : BodyReader(object, "", std::make_shared<Shared>()) {}

BodyReader::BodyReader(const json& object, std::string path, std::shared_ptr<Shared> shared)
    : object_(object), path_(std::move(path)), shared_(std::move(shared)) {}

bool BodyReader::has(const char* key) {
  known_.insert(key);
  return object_.contains(key);
}

bool BodyReader::is_null(const char* key) { return has(key) && object_.at(key).is_null(); }

const json* BodyReader::field(const char* key) {
  if (has(key)) return &object_.at(key);
  fail_at(ApiError::kParameterMissing, key, "is missing");
  return nullptr;
}

std::string BodyReader::text(const char* key, std::size_t bytes_max, std::size_t bytes_min) {
  const json* value = field(key);
  if (value == nullptr) return {};
  if (!value->is_string()) {
    wrong(key, "must be a text");
    return {};
  }
  const auto& text = value->get_ref<const std::string&>();
  if (text.size() >= bytes_min && text.size() <= bytes_max) return text;
  wrong(key, fmt::format("must have {} to {} bytes", bytes_min, bytes_max));
  return {};
}

std::optional<std::string> BodyReader::text_if(const char* key, std::size_t bytes_max,
                                               std::size_t bytes_min) {
  return has(key) ? std::optional(text(key, bytes_max, bytes_min)) : std::nullopt;
}

std::int64_t BodyReader::integer(const char* key, std::int64_t least, std::int64_t most) {
  const json* value = field(key);
  if (value == nullptr) return least;
  const bool whole = value->is_number_integer() &&
                     !(value->is_number_unsigned() &&
                       value->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX));
  const std::int64_t number = whole ? value->get<std::int64_t>() : 0;
  if (whole && number >= least && number <= most) return number;
  wrong(key, fmt::format("must be a whole number from {} to {}", least, most));
  return least;
}

std::optional<std::int64_t> BodyReader::integer_if(const char* key, std::int64_t least,
                                                   std::int64_t most) {
  return has(key) ? std::optional(integer(key, least, most)) : std::nullopt;
}

double BodyReader::number(const char* key, double least, double most) {
  const json* value = field(key);
  if (value == nullptr) return least;
  if (value->is_number()) {
    const auto read = value->get<double>();
    if (read >= least && read <= most) return read;
  }
  wrong(key, fmt::format("must be a number from {} to {}", least, most));
  return least;
}

bool BodyReader::boolean(const char* key) {
  const json* value = field(key);
  if (value == nullptr) return false;
  if (value->is_boolean()) return value->get<bool>();
  wrong(key, "must be true or false");
  return false;
}

std::optional<bool> BodyReader::boolean_if(const char* key) {
  return has(key) ? std::optional(boolean(key)) : std::nullopt;
}

Money BodyReader::money(const char* key) {
  Money money;
  const json* value = field(key);
  if (value == nullptr) return money;
  if (!value->is_object()) {
    wrong(key, "must be an object with minor and currency");
    return money;
  }
  BodyReader inner(*value, fmt::format("{}{}.", path_, key), shared_);
  money.minor = inner.integer("minor", -kMinorMax, kMinorMax);
  const auto currency = Currency::parse(inner.text("currency", 3));
  if (currency) {
    money.currency = *currency;
  } else {
    inner.wrong("currency", "must be three capital letters, as of ISO 4217");
  }
  inner.refuse_unknown();
  return money;
}

std::vector<std::string> BodyReader::texts(const char* key, std::size_t count_max,
                                           std::size_t bytes_max) {
  std::vector<std::string> all;
  const json* value = field(key);
  if (value == nullptr) return all;
  if (!value->is_array() || value->size() > count_max) {
    wrong(key, fmt::format("must be a list of at most {}", count_max));
    return all;
  }
  for (const json& entry : *value) {
    const bool fits = entry.is_string() && !entry.get_ref<const std::string&>().empty() &&
                      entry.get_ref<const std::string&>().size() <= bytes_max;
    if (!fits) {
      wrong(key, fmt::format("must hold texts of 1 to {} bytes", bytes_max));
      return {};
    }
    all.push_back(entry.get<std::string>());
  }
  return all;
}

void BodyReader::inside(const char* key, const std::function<void(BodyReader&)>& read) {
  const json* value = field(key);
  if (value == nullptr) return;
  if (!value->is_object()) return wrong(key, "must be an object");
  BodyReader inner(*value, fmt::format("{}{}.", path_, key), shared_);
  read(inner);
  inner.refuse_unknown();
}

void BodyReader::each(const char* key, std::size_t count_max,
                      const std::function<void(BodyReader&)>& read) {
  const json* value = field(key);
  if (value == nullptr) return;
  if (!value->is_array() || value->size() > count_max) {
    return wrong(key, fmt::format("must be a list of at most {}", count_max));
  }
  for (std::size_t i = 0; i < value->size() && !shared_->error; ++i) {
    const json& entry = (*value)[i];
    if (!entry.is_object()) return wrong(fmt::format("{}[{}]", key, i), "must be an object");
    BodyReader inner(entry, fmt::format("{}{}[{}].", path_, key, i), shared_);
    read(inner);
    inner.refuse_unknown();
  }
}

void BodyReader::wrong(std::string_view key, std::string_view what) {
  fail_at(ApiError::kParameterInvalid, key, what);
}

void BodyReader::fail_at(ApiError error, std::string_view key, std::string_view what) {
  if (shared_->error) return;
  shared_->error = Error{code_of(error), fmt::format("body: {}{}: {}", path_, key, what)};
}

void BodyReader::refuse_unknown() {
  for (const auto& [key, value] : object_.items()) {
    if (known_.contains(key)) continue;
    return fail_at(ApiError::kParameterUnknown, key, "is not known here");
  }
}

Result<void> BodyReader::done() {
  refuse_unknown();
  if (shared_->error) return std::unexpected(*shared_->error);
  return {};
}

Result<void> BodyReader::done_with_change() {
  if (object_.empty()) {
    return fail(ApiError::kParameterMissing, "the body names nothing to change: give a field");
  }
  return done();
}

}  // namespace tally::routes
