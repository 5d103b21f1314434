// The enroller: looks at products' photos as they come, so that people hear soon whether a photo
// can be used and which products look alike; and says which models run here.
//
// Galleries of sessions (models.hpp) do not wait for it: they look at the photos themselves.
//
// Ownership: borrows office and blobs. One thread, joined by the destructor.
#pragma once

#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "perception/vision/embedder.hpp"
#include "platform/blob_files.hpp"
#include "server/core/models.hpp"
#include "server/core/office.hpp"
#include "server/core/photo_book.hpp"
#include "server/log.hpp"

namespace tally::pipeline {

class Enroller {
 public:
  // `models`: what runs in this process, without times. `folder`: for photos while they are read.
  Enroller(core::Office& office, const platform::BlobFiles& blobs, std::filesystem::path folder,
           std::unique_ptr<vision::Embedder> embedder, std::vector<core::RunningModel> models,
           server::Log log);
  Enroller(const Enroller&) = delete;
  Enroller& operator=(const Enroller&) = delete;
  ~Enroller();

 private:
  void run();
  Result<bool> look_at_some();  // Whether there were any.
  Result<void> note();
  // Errors: what another try may mend.
  Result<core::PhotoVector> look_at(const std::string& sha256);

  core::Office& office_;
  const platform::BlobFiles& blobs_;
  std::filesystem::path folder_;
  std::unique_ptr<vision::Embedder> embedder_;
  std::string embedder_sha256_;
  std::vector<core::RunningModel> models_;
  server::Log log_;
  std::thread thread_;
};

}  // namespace tally::pipeline
