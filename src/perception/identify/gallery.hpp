// A gallery: how the products look to one embedder, learnt from a few photos of each. Matching an
// item to it needs no training (identify.hpp).
//
// On disk a gallery is a folder; docs/gallery.md describes it:
//   gallery.json           the embedder's name and SHA-256, the products, their photos' SHA-256
//   embeddings-<hash>.bin  one vector for each photo, in the order of gallery.json
// gallery.json names the other file and its SHA-256 and is written last: whoever reads sees the old
// gallery or the new one, whole. The photos themselves are not kept.
//
// Vectors of two embedders can't be compared, so a gallery belongs to the one that made it, down to
// the bytes of its package.
//
// A Gallery is a value; the functions that change one leave it as it was after an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "perception/inference/model_package.hpp"
#include "perception/vision/embedder.hpp"

namespace tally::identify {

enum class GalleryError : std::uint8_t {
  kNotFound,  // No such folder, or no gallery.json in it; or no such product.
  kSyntax,    // gallery.json is no JSON, or a key is unknown, missing or of the wrong type.
  kVersion,   // Made for another format version.
  kValue,     // A product's id, a photo, a vector that can't be.
  kLimit,     // More than one of the limits below.
  kDigest,    // The vectors are missing or are not those that were saved.
  kEmbedder,  // Made by another embedder than the one it is to be used with.
  kConflict,  // Somebody else changed it between reading and saving.
};
[[nodiscard]] ErrorCode code_of(GalleryError error);

inline constexpr std::string_view kGallerySchema = "tally.gallery.v1";
inline constexpr std::string_view kGalleryFile = "gallery.json";
inline constexpr std::size_t kGalleryProductsMax = 5'000;
inline constexpr std::size_t kProductPhotosMax = 50;
inline constexpr std::size_t kProductIdBytesMax = 200;
inline constexpr std::size_t kPhotoNameBytesMax = 256;
inline constexpr std::size_t kGalleryTextBytesMax = 64U << 20U;
inline constexpr std::size_t kGalleryValuesMax = 128U << 20U;  // Floats of all vectors together.
// How far a stored vector's length may be from 1.
inline constexpr double kLengthTolerance = 1e-3;

struct EmbedderIdentity {
  std::string name;
  std::string sha256;  // Of the package, which is its model.toml's.
  std::size_t dimensions = 0;
  friend bool operator==(const EmbedderIdentity&, const EmbedderIdentity&) = default;
};

struct GalleryPhoto {
  std::string name;    // The file's, without folders; for people.
  std::string sha256;  // Of the file.
  vision::Embedding embedding;
};

struct GalleryProduct {
  std::string id;
  std::vector<GalleryPhoto> photos;  // At least one.
};

struct Gallery {
  EmbedderIdentity embedder;
  std::vector<GalleryProduct> products;  // Ordered by id, each id once.
  std::string sha256;                    // Of gallery.json; empty: never saved.

  [[nodiscard]] const GalleryProduct* find(std::string_view id) const;  // nullptr: not there.
};

// What is wrong with a product's id, or "": UTF-8 without control characters, slashes or
// backslashes, not beginning with a dot, no blank at either end, at most kProductIdBytesMax bytes.
[[nodiscard]] std::string_view id_problem(std::string_view id);

[[nodiscard]] EmbedderIdentity identity_of(const vision::Embedder& embedder);

// Adds the product, or puts it in the place of the one of its id. Errors: kValue for an id, no
// photo, or vectors that are not of the embedder's dimensions and of length 1; kLimit.
Result<void> put_product(Gallery& gallery, GalleryProduct product);

// Errors: kNotFound, naming products of similar ids where there are any.
Result<void> remove_product(Gallery& gallery, std::string_view id);

// Errors: GalleryError but kEmbedder and kConflict; FileError.
Result<Gallery> load_gallery(const std::filesystem::path& folder);

// That the gallery was made by this embedder; `folder` is for the message. Errors: kEmbedder.
Result<void> check_embedder(const Gallery& gallery, const EmbedderIdentity& embedder,
                            const std::filesystem::path& folder);

// Puts the gallery in the place of what is in `folder`, which is made where it is missing, and
// takes note of its new SHA-256. Errors: kConflict where the folder's gallery is not the one that
// `gallery` was loaded from (or, for one never saved, where there is one); FileError. On error the
// folder holds what it held.
Result<void> save_gallery(Gallery& gallery, const std::filesystem::path& folder);

}  // namespace tally::identify
