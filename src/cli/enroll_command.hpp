// tally enroll: photos of products into a gallery.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "cli/console.hpp"

namespace tally::cli {

inline constexpr std::string_view kDefaultGallery = "gallery";

struct EnrollArguments {
  std::string product;                        // Empty with photos_folder.
  std::vector<std::filesystem::path> photos;  // Of the product.
  std::filesystem::path photos_folder;        // Has a folder of photos for each product.
  std::filesystem::path gallery{kDefaultGallery};
  std::filesystem::path model;  // Of the embedder; empty: models/embedder.
  int threads = 0;
  bool add = false;     // Keep the product's photos.
  bool remove = false;  // The product, with its photos.
  bool json = false;    // Schema tally.enrollment.v1; docs/gallery.md.
  bool quiet = false;
};

// All or nothing. Errors: those of photos, gallery and embedder; CliError::kUsage for an id that
// can't be one.
Result<void> run_enroll(const EnrollArguments& arguments, Console& console);

}  // namespace tally::cli
