// What server and client share of Beast's messages. Inside platform/http only.
#pragma once

#include <boost/beast/http/error.hpp>
#include <boost/beast/http/fields.hpp>

#include <string_view>

#include "platform/http/boost_io.hpp"
#include "platform/http/http.hpp"

namespace tally::http {

namespace wire = beast::http;

[[nodiscard]] inline Headers headers_of(const wire::fields& fields) {
  Headers headers;
  for (const auto& field : fields) {
    headers.add(std::string_view(field.name_string().data(), field.name_string().size()),
                std::string_view(field.value().data(), field.value().size()));
  }
  return headers;
}

// What the parser refuses, as opposed to what befalls the connection.
[[nodiscard]] inline bool is_malformed(const error_code& error) {
  return error.category() == wire::make_error_code(wire::error::bad_method).category() &&
         error != wire::error::end_of_stream && error != wire::error::partial_message;
}

}  // namespace tally::http
