// The models that watch, each in as many copies as sessions are watched at a time, and galleries of
// the products of a cabinet.
//
// Ownership: a Slot is one session's while it holds it. Thread-safety: Galleries may be used from
// any thread; enrolling the same products twice at once happens once.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "commerce/catalog.hpp"
#include "perception/identify/enrol.hpp"
#include "perception/identify/gallery.hpp"
#include "perception/vision/detector.hpp"
#include "perception/vision/embedder.hpp"
#include "platform/blob_files.hpp"

namespace tally::pipeline {

struct ModelPaths {
  std::filesystem::path detector;
  std::filesystem::path close_up;
  std::filesystem::path embedder;
  int threads = 0;  // Of inference, for each slot; 0: as many as there are cores.
};

struct Slot {
  std::unique_ptr<vision::Detector> detector;
  std::unique_ptr<vision::Detector> close_up;
  std::unique_ptr<vision::Embedder> embedder;
};
// Errors: those of model packages and engines.
Result<Slot> open_slot(const ModelPaths& paths);

// Whether no other try with this photo can end better: it is none, or too small.
[[nodiscard]] bool is_the_photos_fault(const Error& error);

// What products look like, by their photos in the catalog.
class Galleries {
 public:
  // Photos are copied to files under `folder` to be read.
  Galleries(const platform::BlobFiles& blobs, std::filesystem::path folder)
      : blobs_(blobs), folder_(std::move(folder)) {}

  // Of these products' photos, by sku. Photos that can't be used, and skus that no gallery takes,
  // are passed over: one bad file must not keep a cabinet's sessions from being watched. Products
  // without a photo are not in it: they are told by their places alone. Errors: BlobError,
  // FileError, EngineError.
  Result<std::shared_ptr<const identify::Gallery>> of(
      const std::vector<commerce::Product>& products, vision::Embedder& embedder);

 private:
  Result<identify::ProductPhotos> photos_of(const commerce::Product& product) const;

  const platform::BlobFiles& blobs_;
  std::filesystem::path folder_;
  std::mutex mutex_;  // Guards the cache, and is held while enrolling.
  std::map<std::string, std::shared_ptr<const identify::Gallery>> known_;
};

}  // namespace tally::pipeline
