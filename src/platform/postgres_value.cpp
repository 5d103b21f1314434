#include "platform/postgres_value.hpp"

#include <fmt/format.h>

#include <bit>

#include "platform/store_error.hpp"

namespace tally::platform {
namespace {

std::string big_endian(std::uint64_t number) {
  std::string bytes(8, '\0');
  for (std::size_t at = 0; at < 8; ++at) {
    bytes[at] = static_cast<char>((number >> (56 - 8 * at)) & 0xFFU);
  }
  return bytes;
}

std::uint64_t from_big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = (number << 8U) | static_cast<unsigned char>(byte);
  return number;
}

// Nothing for types without a length of their own.
std::size_t length_of(unsigned type) {
  switch (type) {
    case kPostgresBool:
      return 1;
    case kPostgresInt2:
      return 2;
    case kPostgresInt4:
      return 4;
    case kPostgresInt8:
    case kPostgresFloat8:
      return 8;
    default:
      return 0;
  }
}

}  // namespace

PostgresParameter postgres_parameter(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return {kPostgresInt8, false, big_endian(static_cast<std::uint64_t>(*number))};
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return {kPostgresFloat8, false, big_endian(std::bit_cast<std::uint64_t>(*real))};
  }
  if (const auto* text = std::get_if<std::string>(&value)) return {kPostgresText, false, *text};
  if (const auto* blob = std::get_if<Blob>(&value)) return {kPostgresBytea, false, blob->bytes};
  return {};
}

Result<Value> postgres_column(unsigned type, std::string_view bytes) {
  if (const std::size_t length = length_of(type); length != 0 && bytes.size() != length) {
    return fail(StoreError::kStatement,
                fmt::format("a column of type {} with {} bytes", type, bytes.size()));
  }
  const std::uint64_t number = bytes.size() <= 8 ? from_big_endian(bytes) : 0;
  switch (type) {
    case kPostgresBool:
      return static_cast<std::int64_t>(number);
    case kPostgresInt2:
      return std::int64_t{static_cast<std::int16_t>(number)};
    case kPostgresInt4:
      return std::int64_t{static_cast<std::int32_t>(number)};
    case kPostgresInt8:
      return static_cast<std::int64_t>(number);
    case kPostgresFloat8:
      return std::bit_cast<double>(number);
    case kPostgresText:
    case kPostgresVarchar:
      return std::string(bytes);
    case kPostgresBytea:
      return Blob{std::string(bytes)};
    default:
      return fail(StoreError::kStatement,
                  fmt::format("a column of PostgreSQL's type {}, which SQLite has not; cast it to "
                              "BIGINT, DOUBLE PRECISION, TEXT or BYTEA",
                              type));
  }
}

}  // namespace tally::platform
