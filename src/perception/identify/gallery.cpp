#include "perception/identify/gallery.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <span>
#include <system_error>
#include <utility>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "perception/identify/gallery_text.hpp"
#include "perception/inference/manifest.hpp"

namespace tally::identify {
namespace fs = std::filesystem;

ErrorCode code_of(GalleryError error) {
  switch (error) {
    case GalleryError::kNotFound:
      return {"gallery.not_found", ErrorKind::kNotFound};
    case GalleryError::kSyntax:
      return {"gallery.syntax", ErrorKind::kFailed};
    case GalleryError::kVersion:
      return {"gallery.version", ErrorKind::kFailed};
    case GalleryError::kValue:
      return {"gallery.value", ErrorKind::kFailed};
    case GalleryError::kLimit:
      return {"gallery.limit", ErrorKind::kFailed};
    case GalleryError::kDigest:
      return {"gallery.digest", ErrorKind::kFailed};
    case GalleryError::kEmbedder:
      return {"gallery.embedder", ErrorKind::kFailed};
    case GalleryError::kConflict:
      return {"gallery.conflict", ErrorKind::kConflict};
  }
  std::abort();
}

namespace {

static_assert(std::endian::native == std::endian::little, "vectors are stored little-endian");

std::size_t photo_count(const Gallery& gallery) {
  std::size_t count = 0;
  for (const GalleryProduct& product : gallery.products) count += product.photos.size();
  return count;
}

// Comparisons are written so that NaN fails them.
bool is_unit(std::span<const float> values) {
  double squares = 0;
  for (const float value : values)
    squares += static_cast<double>(value) * static_cast<double>(value);
  return std::abs(std::sqrt(squares) - 1) <= kLengthTolerance;
}

// The first product that does not come before `id`.
auto place_of(auto& products, std::string_view id) {
  return std::ranges::lower_bound(
      products, id, {},
      [](const GalleryProduct& product) -> std::string_view { return product.id; });
}

Result<void> check_product(const Gallery& gallery, const GalleryProduct& product) {
  if (const std::string_view problem = id_problem(product.id); !problem.empty()) {
    return fail(GalleryError::kValue,
                fmt::format("a product's id {}: it must be a name for a folder", problem));
  }
  if (product.photos.empty()) {
    return fail(GalleryError::kValue, fmt::format("product \"{}\" has no photo", product.id));
  }
  if (product.photos.size() > kProductPhotosMax) {
    return fail(GalleryError::kLimit,
                fmt::format("product \"{}\" has {} photos; at most {} are kept", product.id,
                            product.photos.size(), kProductPhotosMax));
  }
  for (const GalleryPhoto& photo : product.photos) {
    const std::string_view problem = inference::text_problem(photo.name, kPhotoNameBytesMax);
    if (!problem.empty()) {
      return fail(GalleryError::kValue,
                  fmt::format("product \"{}\": the name of a photo {}; rename the file", product.id,
                              problem));
    }
    if (photo.embedding.size() == gallery.embedder.dimensions && is_unit(photo.embedding)) continue;
    return fail(GalleryError::kValue,
                fmt::format("product \"{}\": the vector of {} is not one of {} values with length "
                            "1",
                            product.id, photo.name, gallery.embedder.dimensions));
  }
  return {};
}

std::string vectors_of(const Gallery& gallery) {
  std::string bytes;
  bytes.reserve(photo_count(gallery) * gallery.embedder.dimensions * sizeof(float));
  for (const GalleryProduct& product : gallery.products) {
    for (const GalleryPhoto& photo : product.photos) {
      bytes.append(reinterpret_cast<const char*>(photo.embedding.data()),
                   photo.embedding.size() * sizeof(float));
    }
  }
  return bytes;
}

Result<void> read_vectors(const fs::path& path, std::string_view sha256, Gallery& gallery) {
  const std::size_t values = gallery.embedder.dimensions;
  const std::size_t photos = photo_count(gallery);
  if (photos * values > kGalleryValuesMax) {
    return fail(GalleryError::kLimit, fmt::format("{}: {} photos of {} values are over the limit",
                                                  path.string(), photos, values));
  }
  const std::size_t size = photos * values * sizeof(float);
  auto bytes = read_file(path, size);
  if (!bytes || bytes->size() != size || sha256_hex(*bytes) != sha256) {
    return fail(GalleryError::kDigest,
                fmt::format("{}: is missing or not the file that was saved; enrol the products "
                            "again, or copy the whole gallery",
                            path.string()));
  }
  const char* at = bytes->data();
  for (GalleryProduct& product : gallery.products) {
    for (GalleryPhoto& photo : product.photos) {
      photo.embedding.resize(values);
      std::memcpy(photo.embedding.data(), at, values * sizeof(float));
      at += values * sizeof(float);
      if (is_unit(photo.embedding)) continue;
      return fail(GalleryError::kValue, fmt::format("{}: a vector of product \"{}\" has no length "
                                                    "of 1",
                                                    path.string(), product.id));
    }
  }
  return {};
}

// The SHA-256 of the gallery that is in `folder` now, "" where there is none.
Result<std::string> digest_in(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder / kGalleryFile, error)) return "";
  return sha256_hex_of_file(folder / kGalleryFile);
}

// Vectors of earlier galleries; of those that can't be removed nothing worse comes than lost space.
void remove_other_vectors(const fs::path& folder, const std::string& kept) {
  std::error_code error;
  std::vector<fs::path> old;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    const bool vectors = name.starts_with("embeddings-") && name.ends_with(".bin");
    if (vectors && name != kept) old.push_back(entry.path());
  }
  for (const fs::path& path : old) fs::remove(path, error);
}

}  // namespace

const GalleryProduct* Gallery::find(std::string_view id) const {
  const auto at = place_of(products, id);
  return at != products.end() && at->id == id ? &*at : nullptr;
}

std::string_view id_problem(std::string_view id) {
  const std::string_view problem = inference::text_problem(id, kProductIdBytesMax);
  if (!problem.empty()) return problem;
  if (id.find_first_of("/\\") != std::string_view::npos) return "has a slash or backslash in it";
  if (id.front() == '.') return "begins with a dot";
  if (id.front() == ' ' || id.back() == ' ') return "begins or ends with a blank";
  return "";
}

EmbedderIdentity identity_of(const vision::Embedder& embedder) {
  return {embedder.package().name, embedder.package().sha256, embedder.dimensions()};
}

Result<void> put_product(Gallery& gallery, GalleryProduct product) {
  if (auto good = check_product(gallery, product); !good) return good;
  const auto at = place_of(gallery.products, product.id);
  const bool replaces = at != gallery.products.end() && at->id == product.id;
  if (!replaces && gallery.products.size() >= kGalleryProductsMax) {
    return fail(GalleryError::kLimit,
                fmt::format("a gallery holds at most {} products", kGalleryProductsMax));
  }
  const std::size_t photos =
      photo_count(gallery) + product.photos.size() - (replaces ? at->photos.size() : 0);
  if (photos * gallery.embedder.dimensions > kGalleryValuesMax) {
    return fail(GalleryError::kLimit,
                fmt::format("{} photos of {} values are over a gallery's limit; enrol fewer photos",
                            photos, gallery.embedder.dimensions));
  }
  if (replaces) {
    *at = std::move(product);
  } else {
    gallery.products.insert(at, std::move(product));
  }
  return {};
}

Result<void> remove_product(Gallery& gallery, std::string_view id) {
  const auto at = place_of(gallery.products, id);
  if (at == gallery.products.end() || at->id != id) {
    return fail(GalleryError::kNotFound,
                fmt::format("the gallery has no product \"{}\"; it has {} others", id,
                            gallery.products.size()));
  }
  gallery.products.erase(at);
  return {};
}

Result<Gallery> load_gallery(const fs::path& folder) {
  const fs::path path = folder / kGalleryFile;
  const auto text = read_file(path, kGalleryTextBytesMax);
  if (!text && text.error().code.kind == ErrorKind::kNotFound) {
    return fail(GalleryError::kNotFound,
                fmt::format("{}: holds no {}; 'tally enroll' makes a gallery of photos",
                            folder.string(), kGalleryFile));
  }
  if (!text) return std::unexpected(text.error());
  auto parsed = parse_gallery(*text, path.string());
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  const fs::path vectors = folder / parsed->embeddings_file;
  if (auto read = read_vectors(vectors, parsed->embeddings_sha256, parsed->gallery); !read) {
    return std::unexpected(std::move(read.error()));
  }
  parsed->gallery.sha256 = sha256_hex(*text);
  return std::move(parsed->gallery);
}

Result<void> check_embedder(const Gallery& gallery, const EmbedderIdentity& embedder,
                            const fs::path& folder) {
  if (gallery.embedder == embedder) return {};
  return fail(
      GalleryError::kEmbedder,
      fmt::format("{}: was made by embedder {} ({}…), not by {} ({}…), and their vectors "
                  "can't be compared; give the right --model, or enrol the products again "
                  "into another folder",
                  folder.string(), gallery.embedder.name, gallery.embedder.sha256.substr(0, 8),
                  embedder.name, embedder.sha256.substr(0, 8)));
}

Result<void> save_gallery(Gallery& gallery, const fs::path& folder) {
  const auto present = digest_in(folder);
  if (!present) return std::unexpected(present.error());
  if (*present != gallery.sha256) {
    return fail(GalleryError::kConflict,
                fmt::format("{}: {}; try again", folder.string(),
                            gallery.sha256.empty() ? "a gallery has appeared there meanwhile"
                                                   : "the gallery was changed meanwhile"));
  }
  const std::string vectors = vectors_of(gallery);
  const std::string digest = sha256_hex(vectors);
  const GalleryText described{gallery, embeddings_file_of(digest), digest};
  if (auto written = write_file_atomically(folder / described.embeddings_file, vectors); !written) {
    return written;
  }
  const std::string text = gallery_text(described);
  if (auto written = write_file_atomically(folder / kGalleryFile, text); !written) return written;
  gallery.sha256 = sha256_hex(text);
  remove_other_vectors(folder, described.embeddings_file);
  return {};
}

}  // namespace tally::identify
