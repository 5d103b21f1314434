#include "server/routes/uploads.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/files.hpp"
#include "platform/http/body_sink.hpp"

namespace tally::routes {

using api::ApiError;

Result<http::AcceptUpload> open_upload(api::ApiCall& call, const Services& services,
                                       std::initializer_list<std::string_view> media_types,
                                       std::size_t bytes_max) {
  const std::string_view header = call.request.headers.find("Content-Type").value_or("");
  const std::string_view type = header.substr(0, header.find(';'));
  if (std::ranges::find(media_types, type) == media_types.end()) {
    return fail(ApiError::kMediaType,
                fmt::format("Content-Type must be {}", fmt::join(media_types, " or ")));
  }
  const std::string name = id_digits(call.world.random_bits());
  auto sink = http::FileSink::create(services.uploads / name);
  if (!sink) return std::unexpected(sink.error());
  return http::AcceptUpload{*std::move(sink), bytes_max};
}

Result<std::string> read_upload(const api::ApiCall& call, std::size_t bytes_max) {
  const auto* sink = dynamic_cast<const http::FileSink*>(call.request.upload.get());
  if (sink == nullptr || sink->bytes() == 0) return fail(ApiError::kUpload, "the body is empty");
  return read_file(sink->path(), bytes_max);
}

}  // namespace tally::routes
