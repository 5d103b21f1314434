// Opens a file that is to be decoded, read only, and tells apart the ways in which that fails. The
// open descriptor is all that the decoder gets.
//
// Errors: MediaError::kNotFound, kUnreadable (a folder, a device, no permission), kEmpty.
#pragma once

#include <filesystem>

#include "perception/media/channel.hpp"

namespace tally::media {

enum class Empty : std::uint8_t { kRefuse, kAllow };

Result<UniqueFd> open_input(const std::filesystem::path& path, Empty empty = Empty::kRefuse);

}  // namespace tally::media
