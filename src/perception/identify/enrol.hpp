// From photos of a product to its place in a gallery.
//
// A photo is a JPEG or PNG that the product fills; how the camera was held (Exif) is taken into
// account. Photos are decoded in the sandbox, like videos (media/video_reader.hpp).
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "perception/identify/gallery.hpp"
#include "perception/media/frame.hpp"
#include "perception/vision/embedder.hpp"

namespace tally::identify {

enum class EnrolError : std::uint8_t {
  kNotPhoto,  // A video.
  kTooSmall,  // A photo with a side under kPhotoSideMin.
  kNoPhotos,  // A folder with no photo in it, or with no folder of a product.
  kTooMany,   // More photos for a product than a gallery keeps.
};
[[nodiscard]] ErrorCode code_of(EnrolError error);

// Pixels of the shorter side: in less, packs of one brand look the same.
inline constexpr int kPhotoSideMin = 32;

// A picture of a JPEG or PNG file. Errors: EnrolError::kNotPhoto; MediaError.
Result<media::Frame> read_photo(const std::filesystem::path& path);

// Errors: EnrolError::kNotPhoto, kTooSmall, each naming the file; MediaError, VisionError,
// EngineError, FileError.
Result<GalleryPhoto> enrol_photo(vision::Embedder& embedder, const std::filesystem::path& path);

// Files of a folder that end in .jpg, .jpeg or .png, in whatever case, by name; those whose names
// begin with a dot are passed over. Errors: FileError.
Result<std::vector<std::filesystem::path>> list_photos(const std::filesystem::path& folder);

struct ProductPhotos {
  std::string id;
  std::vector<std::filesystem::path> photos;  // Ordered by name.
};

// What is in a folder that has a folder of photos (list_photos) for each product, by name. Folders
// whose names begin with a dot, and files of other kinds, are passed over. Errors: kNoPhotos for a
// product without one, or where there is no product; kTooMany; GalleryError::kValue for a folder
// whose name can't be a product's id; FileError.
Result<std::vector<ProductPhotos>> list_product_photos(const std::filesystem::path& folder);

// Told after each photo; `known`: the product has it already, and it is passed over. An error ends
// the enrolment. May be empty.
using OnPhoto = std::function<Result<void>(const std::filesystem::path& photo, bool known)>;

// A product of its photos, added to those it has. Errors: those of enrol_photo and `on_photo`.
Result<GalleryProduct> enrol_product(vision::Embedder& embedder, const ProductPhotos& source,
                                     std::vector<GalleryPhoto> has = {},
                                     const OnPhoto& on_photo = {});

// A gallery of these products, never saved. Errors: those of enrol_product and put_product.
Result<Gallery> enrol_products(vision::Embedder& embedder,
                               const std::vector<ProductPhotos>& products);

}  // namespace tally::identify
