#include "perception/identify/enrol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "perception/media/video_reader.hpp"

namespace tally::identify {
namespace fs = std::filesystem;

ErrorCode code_of(EnrolError error) {
  switch (error) {
    case EnrolError::kNotPhoto:
      return {"enrol.not_photo", ErrorKind::kFailed};
    case EnrolError::kTooSmall:
      return {"enrol.too_small", ErrorKind::kFailed};
    case EnrolError::kNoPhotos:
      return {"enrol.no_photos", ErrorKind::kNotFound};
    case EnrolError::kTooMany:
      return {"enrol.too_many", ErrorKind::kFailed};
  }
  std::abort();
}

namespace {

bool is_photo_name(const fs::path& path) {
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension == ".jpg" || extension == ".jpeg" || extension == ".png";
}

// Visible entries, by name.
Result<std::vector<fs::directory_entry>> entries_of(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::directory_entry> entries;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (!at->path().filename().string().starts_with(".")) entries.push_back(*at);
  }
  if (error) {
    const bool missing = error == std::errc::no_such_file_or_directory;
    return fail(
        missing ? FileError::kNotFound : FileError::kUnreadable,
        fmt::format("{}: {}", folder.string(), missing ? "no such folder" : error.message()));
  }
  std::ranges::sort(entries, {}, [](const fs::directory_entry& entry) { return entry.path(); });
  return entries;
}

}  // namespace

Result<std::vector<fs::path>> list_photos(const fs::path& folder) {
  auto entries = entries_of(folder);
  if (!entries) return std::unexpected(std::move(entries.error()));
  std::vector<fs::path> photos;
  std::error_code error;
  for (const fs::directory_entry& entry : *entries) {
    if (entry.is_regular_file(error) && is_photo_name(entry.path())) photos.push_back(entry.path());
  }
  return photos;
}

namespace {

Result<ProductPhotos> photos_in(const fs::path& folder) {
  ProductPhotos product{folder.filename().string(), {}};
  if (const std::string_view problem = id_problem(product.id); !problem.empty()) {
    return fail(GalleryError::kValue,
                fmt::format("{}: the folder's name is to be the product's id, but it {}",
                            folder.string(), problem));
  }
  auto photos = list_photos(folder);
  if (!photos) return std::unexpected(std::move(photos.error()));
  product.photos = std::move(*photos);
  if (product.photos.empty()) {
    return fail(EnrolError::kNoPhotos,
                fmt::format("{}: no photo in it (.jpg, .jpeg or .png)", folder.string()));
  }
  if (product.photos.size() > kProductPhotosMax) {
    return fail(EnrolError::kTooMany,
                fmt::format("{}: {} photos; at most {} are kept, choose the most different ones",
                            folder.string(), product.photos.size(), kProductPhotosMax));
  }
  return product;
}

}  // namespace

Result<media::Frame> read_photo(const fs::path& path) {
  auto reader = media::VideoReader::open(path);
  if (!reader) return std::unexpected(std::move(reader.error()));
  if (!(*reader)->info().still) {
    return fail(EnrolError::kNotPhoto,
                fmt::format("{}: is a video; give photos, JPEG or PNG", path.string()));
  }
  auto frame = (*reader)->next();
  if (!frame) return std::unexpected(std::move(frame.error()));
  if (!*frame) {
    return fail(media::MediaError::kNoFrames, fmt::format("{}: holds no picture", path.string()));
  }
  return std::move(**frame);
}

Result<GalleryPhoto> enrol_photo(vision::Embedder& embedder, const fs::path& path) {
  const auto frame = read_photo(path);
  if (!frame) return std::unexpected(frame.error());
  if (std::min(frame->width, frame->height) < kPhotoSideMin) {
    return fail(EnrolError::kTooSmall,
                fmt::format("{}: is {}x{} pixels; a product can't be told by less than {} a side, "
                            "give a larger photo",
                            path.string(), frame->width, frame->height, kPhotoSideMin));
  }
  auto embedding = embedder.embed_whole(*frame);
  if (!embedding) return fail_within(path.string(), std::move(embedding.error()));
  auto digest = sha256_hex_of_file(path);
  if (!digest) return std::unexpected(std::move(digest.error()));
  return GalleryPhoto{path.filename().string(), std::move(*digest), std::move(*embedding)};
}

Result<std::vector<ProductPhotos>> list_product_photos(const fs::path& folder) {
  auto entries = entries_of(folder);
  if (!entries) return std::unexpected(std::move(entries.error()));
  std::vector<ProductPhotos> products;
  std::error_code error;
  for (const fs::directory_entry& entry : *entries) {
    if (!entry.is_directory(error)) continue;
    auto product = photos_in(entry.path());
    if (!product) return std::unexpected(std::move(product.error()));
    products.push_back(std::move(*product));
  }
  if (products.empty()) {
    return fail(EnrolError::kNoPhotos,
                fmt::format("{}: no folder of a product in it; it must hold a folder of photos for "
                            "each product, named by the product's id",
                            folder.string()));
  }
  return products;
}

Result<GalleryProduct> enrol_product(vision::Embedder& embedder, const ProductPhotos& source,
                                     std::vector<GalleryPhoto> has, const OnPhoto& on_photo) {
  GalleryProduct product{source.id, std::move(has)};
  for (const fs::path& path : source.photos) {
    auto photo = enrol_photo(embedder, path);
    if (!photo) return std::unexpected(std::move(photo.error()));
    const bool known = std::ranges::count(product.photos, photo->sha256, &GalleryPhoto::sha256) > 0;
    if (!known) product.photos.push_back(std::move(*photo));
    if (!on_photo) continue;
    if (auto told = on_photo(path, known); !told) return std::unexpected(std::move(told.error()));
  }
  return product;
}

Result<Gallery> enrol_products(vision::Embedder& embedder,
                               const std::vector<ProductPhotos>& products) {
  Gallery gallery{.embedder = identity_of(embedder), .products = {}, .sha256 = {}};
  for (const ProductPhotos& source : products) {
    auto product = enrol_product(embedder, source);
    if (!product) return std::unexpected(std::move(product.error()));
    if (auto put = put_product(gallery, std::move(*product)); !put) {
      return std::unexpected(std::move(put.error()));
    }
  }
  return gallery;
}

}  // namespace tally::identify
