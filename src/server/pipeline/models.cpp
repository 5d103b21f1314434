#include "server/pipeline/models.hpp"

#include <algorithm>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "perception/cabinet/look_plan.hpp"
#include "perception/inference/engine.hpp"

namespace tally::pipeline {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kGalleriesKept = 64;

Result<identify::Gallery> enrol(vision::Embedder& embedder,
                                const std::vector<identify::ProductPhotos>& sources) {
  identify::Gallery gallery{
      .embedder = identify::identity_of(embedder), .products = {}, .sha256 = {}};
  for (const identify::ProductPhotos& source : sources) {
    if (!identify::id_problem(source.id).empty()) continue;
    identify::GalleryProduct product{source.id, {}};
    for (const fs::path& file : source.photos) {
      auto photo = identify::enrol_photo(embedder, file);
      if (photo) {
        product.photos.push_back(*std::move(photo));
      } else if (!is_the_photos_fault(photo.error())) {
        return std::unexpected(std::move(photo.error()));
      }
    }
    if (product.photos.empty()) continue;
    if (auto put = identify::put_product(gallery, std::move(product)); !put) {
      return std::unexpected(std::move(put.error()));
    }
  }
  return gallery;
}

}  // namespace

bool is_the_photos_fault(const Error& error) {
  const std::string_view code = error.code.name;
  return code.starts_with("enrol.") ||
         (code.starts_with("media.") && !code.starts_with("media.decoder"));
}

Result<Slot> open_slot(const ModelPaths& paths) {
  inference::EngineOptions engine;
  engine.threads = paths.threads > 0 ? paths.threads : inference::allowed_cores();
  engine.streams = std::min(engine.threads, inference::kStreamsAutoMax);
  auto detector = vision::Detector::open(
      paths.detector,
      {.engine = engine, .score = {}, .iou = {}, .picture = cabinet::kWholeLookSize});
  if (!detector) return std::unexpected(std::move(detector.error()));
  auto close_up =
      vision::Detector::open(paths.close_up, {.engine = engine, .score = {}, .iou = {}});
  if (!close_up) return std::unexpected(std::move(close_up.error()));
  auto embedder = vision::Embedder::open(paths.embedder, engine);
  if (!embedder) return std::unexpected(std::move(embedder.error()));
  return Slot{*std::move(detector), *std::move(close_up), *std::move(embedder)};
}

Result<identify::ProductPhotos> Galleries::photos_of(const commerce::Product& product) const {
  identify::ProductPhotos photos{.id = product.sku, .photos = {}};
  for (const std::string& sha256 : product.photos) {
    const fs::path file = folder_ / (sha256 + ".jpg");
    std::error_code error;
    if (!fs::exists(file, error)) {
      const auto content = blobs_.read(sha256);
      if (!content) return fail_within(product.sku, content.error());
      if (auto written = write_file_atomically(file, *content); !written) {
        return std::unexpected(written.error());
      }
    }
    photos.photos.push_back(file);
  }
  return photos;
}

Result<std::shared_ptr<const identify::Gallery>> Galleries::of(
    const std::vector<commerce::Product>& products, vision::Embedder& embedder) {
  std::string key = identify::identity_of(embedder).sha256;
  std::vector<identify::ProductPhotos> sources;
  for (const commerce::Product& product : products) {
    if (product.photos.empty()) continue;
    key += "\n" + product.sku;
    for (const std::string& sha256 : product.photos) key += " " + sha256;
    auto photos = photos_of(product);
    if (!photos) return std::unexpected(std::move(photos.error()));
    sources.push_back(*std::move(photos));
  }
  const std::lock_guard lock(mutex_);
  const auto known = known_.find(key);
  if (known != known_.end()) return known->second;
  auto gallery = enrol(embedder, sources);
  if (!gallery) return std::unexpected(std::move(gallery.error()));
  if (known_.size() >= kGalleriesKept) known_.clear();
  auto made = std::make_shared<const identify::Gallery>(*std::move(gallery));
  known_.emplace(std::move(key), made);
  return made;
}

}  // namespace tally::pipeline
