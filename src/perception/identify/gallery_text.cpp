#include "perception/identify/gallery_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>

#include "perception/inference/head_shape.hpp"
#include "perception/inference/manifest.hpp"

namespace tally::identify {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kDigestLetters = 64;
constexpr std::size_t kFileDigestLetters = 16;  // Of the digest in the vectors' file name.

bool is_sha256(std::string_view text) {
  return text.size() == kDigestLetters &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Reads with defaults and keeps the first mistake, so that callers need no branches.
class Reader {
 public:
  explicit Reader(std::string_view where) : where_(where) {}

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

  template <typename... Args>
  void mistake(GalleryError code, fmt::format_string<Args...> format, Args&&... args) {
    if (error_) return;
    error_ =
        fail(code, fmt::format("{}: {}", where_, fmt::format(format, std::forward<Args>(args)...)))
            .error();
  }

  // Whether `json` is an object with these keys and no others; `path` names it.
  bool object(const Json& json, const std::string& path,
              std::initializer_list<std::string_view> keys) {
    if (!json.is_object()) return mistake(GalleryError::kSyntax, "{} is no object", path), false;
    for (const std::string_view key : keys) {
      if (json.contains(key)) continue;
      return mistake(GalleryError::kSyntax, "\"{}\" is missing in {}", key, path), false;
    }
    if (json.size() == keys.size()) return true;
    for (const auto& [key, value] : json.items()) {
      if (std::ranges::find(keys, key) != keys.end()) continue;
      mistake(GalleryError::kSyntax, "unknown key \"{}\" in {}; known there are {}", key, path,
              fmt::join(keys, ", "));
    }
    return false;
  }

  std::string text(const Json& json, const std::string& path, std::size_t bytes_max) {
    if (!json.is_string()) return mistake(GalleryError::kSyntax, "{} is no text", path), "";
    auto value = json.get<std::string>();
    const std::string_view problem = inference::text_problem(value, bytes_max);
    if (!problem.empty()) mistake(GalleryError::kValue, "{} {}", path, problem);
    return value;
  }

  std::string digest(const Json& json, const std::string& path) {
    std::string value = text(json, path, kDigestLetters);
    if (!is_sha256(value)) {
      mistake(GalleryError::kValue, "{} is no SHA-256, 64 lower-case hexadecimal digits", path);
    }
    return value;
  }

  // Whether it is an array of `min` to `max` items.
  bool array(const Json& json, const std::string& path, std::size_t min, std::size_t max) {
    if (!json.is_array()) return mistake(GalleryError::kSyntax, "{} is no array", path), false;
    if (json.size() >= min && json.size() <= max) return true;
    mistake(GalleryError::kLimit, "{} has {} items; it must have {} to {}", path, json.size(), min,
            max);
    return false;
  }

 private:
  std::string_view where_;
  std::optional<Error> error_;
};

void read_embedder(Reader& reader, const Json& json, EmbedderIdentity& embedder) {
  if (!reader.object(json, "embedder", {"name", "sha256", "dimensions"})) return;
  embedder.name = reader.text(json["name"], "embedder.name", inference::kNameBytesMax);
  embedder.sha256 = reader.digest(json["sha256"], "embedder.sha256");
  const Json& dimensions = json["dimensions"];
  const bool whole = dimensions.is_number_unsigned();
  embedder.dimensions = whole ? dimensions.get<std::size_t>() : 0;
  if (embedder.dimensions < inference::kEmbeddingSizeMin ||
      embedder.dimensions > inference::kEmbeddingSizeMax) {
    reader.mistake(GalleryError::kValue, "embedder.dimensions must be a whole number from {} to {}",
                   inference::kEmbeddingSizeMin, inference::kEmbeddingSizeMax);
  }
}

GalleryProduct read_product(Reader& reader, const Json& json, const std::string& path) {
  GalleryProduct product;
  if (!reader.object(json, path, {"id", "photos"})) return product;
  product.id = reader.text(json["id"], path + ".id", kProductIdBytesMax);
  const std::string_view problem = id_problem(product.id);
  if (!problem.empty()) reader.mistake(GalleryError::kValue, "{}.id {}", path, problem);
  const Json& photos = json["photos"];
  const std::string photos_path = path + ".photos";
  if (!reader.array(photos, photos_path, 1, kProductPhotosMax)) return product;
  for (std::size_t i = 0; i < photos.size(); ++i) {
    const std::string photo_path = fmt::format("{}[{}]", photos_path, i);
    if (!reader.object(photos[i], photo_path, {"name", "sha256"})) break;
    product.photos.push_back(
        {.name = reader.text(photos[i]["name"], photo_path + ".name", kPhotoNameBytesMax),
         .sha256 = reader.digest(photos[i]["sha256"], photo_path + ".sha256"),
         .embedding = {}});
  }
  return product;
}

void read_products(Reader& reader, const Json& json, std::vector<GalleryProduct>& products) {
  if (!reader.array(json, "products", 0, kGalleryProductsMax)) return;
  for (std::size_t i = 0; i < json.size() && !reader.error(); ++i) {
    products.push_back(read_product(reader, json[i], fmt::format("products[{}]", i)));
    if (i == 0 || products[i - 1].id < products[i].id) continue;
    reader.mistake(GalleryError::kValue, "products[{}]: \"{}\" is there twice or out of order", i,
                   products[i].id);
  }
}

}  // namespace

std::string embeddings_file_of(std::string_view sha256) {
  return fmt::format("embeddings-{}.bin", sha256.substr(0, kFileDigestLetters));
}

Result<GalleryText> parse_gallery(std::string_view text, std::string_view where) {
  Json root;
  try {
    root = Json::parse(text);
  } catch (const nlohmann::json::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 2, column 11: …"
    const std::string_view words = error.what();
    const std::size_t tag = words.find("] ");
    return fail(GalleryError::kSyntax,
                fmt::format("{}: not JSON: {}", where,
                            tag == std::string_view::npos ? words : words.substr(tag + 2)));
  }
  Reader reader(where);
  GalleryText result;
  if (root.is_object() && root.contains("schema") && root["schema"] != kGallerySchema) {
    return fail(GalleryError::kVersion,
                fmt::format("{}: its schema is not \"{}\", the one this tally reads; enrol the "
                            "products again",
                            where, kGallerySchema));
  }
  if (reader.object(root, "the file", {"schema", "embedder", "embeddings", "products"})) {
    read_embedder(reader, root["embedder"], result.gallery.embedder);
    const Json& embeddings = root["embeddings"];
    if (reader.object(embeddings, "embeddings", {"file", "sha256"})) {
      result.embeddings_file =
          reader.text(embeddings["file"], "embeddings.file", kPhotoNameBytesMax);
      result.embeddings_sha256 = reader.digest(embeddings["sha256"], "embeddings.sha256");
      if (result.embeddings_file != embeddings_file_of(result.embeddings_sha256)) {
        reader.mistake(GalleryError::kValue, "embeddings.file does not fit its SHA-256");
      }
    }
    read_products(reader, root["products"], result.gallery.products);
  }
  if (reader.error()) return std::unexpected(*reader.error());
  return result;
}

std::string gallery_text(const GalleryText& text) {
  const Gallery& gallery = text.gallery;
  Json products = Json::array();
  for (const GalleryProduct& product : gallery.products) {
    Json photos = Json::array();
    for (const GalleryPhoto& photo : product.photos) {
      photos.push_back({{"name", photo.name}, {"sha256", photo.sha256}});
    }
    products.push_back({{"id", product.id}, {"photos", std::move(photos)}});
  }
  const Json root = {
      {"schema", kGallerySchema},
      {"embedder",
       {{"name", gallery.embedder.name},
        {"sha256", gallery.embedder.sha256},
        {"dimensions", gallery.embedder.dimensions}}},
      {"embeddings", {{"file", text.embeddings_file}, {"sha256", text.embeddings_sha256}}},
      {"products", std::move(products)}};
  return root.dump(2) + "\n";
}

}  // namespace tally::identify
