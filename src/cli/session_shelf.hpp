// A session's layout, as a virtual cabinet's screen and its free play want it.
//
// Pure but read_shelf(), which reads the folder's layout.toml; thread-safe.
#pragma once

#include <filesystem>

#include "base/error.hpp"
#include "device/shelf.hpp"
#include "perception/cart/layout.hpp"

namespace tally::cli {

// Errors: CliError::kUsage where it is not of a cabinet with facings.
Result<device::Shelf> shelf_of(const cart::Layout& layout);

// Errors: the same; LayoutError.
Result<device::Shelf> read_shelf(const std::filesystem::path& session);

}  // namespace tally::cli
