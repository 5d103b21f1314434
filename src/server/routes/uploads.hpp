// Uploads that routes take whole: into a file beside the blobs, which goes with the request.
//
// Thread-safety: a call's. Errors: ApiError::kMediaType, kUpload; FileError.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

#include "server/api/api.hpp"
#include "server/routes/services.hpp"

namespace tally::routes {

// For Route::open_upload.
Result<http::AcceptUpload> open_upload(api::ApiCall& call, const Services& services,
                                       std::initializer_list<std::string_view> media_types,
                                       std::size_t bytes_max);

// What was uploaded, for Route::slow: it reads the disk.
Result<std::string> read_upload(const api::ApiCall& call, std::size_t bytes_max);

}  // namespace tally::routes
