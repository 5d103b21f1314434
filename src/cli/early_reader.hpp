// A video's decoder, started while something else that takes long is made ready: a model.
//
// Ownership: the destructor waits for the start and ends the decoder, if nobody took it.
// Thread-safety: one thread.
#pragma once

#include <filesystem>
#include <future>
#include <memory>
#include <utility>

#include "base/error.hpp"
#include "perception/media/video_reader.hpp"

namespace tally::cli {

class EarlyReader {
 public:
  EarlyReader(std::filesystem::path video, media::ReaderOptions options)
      : video_(std::move(video)),
        options_(std::move(options)),
        early_(std::async(std::launch::async,
                          [this] { return media::VideoReader::open(video_, options_); })) {}
  EarlyReader(const EarlyReader&) = delete;
  EarlyReader& operator=(const EarlyReader&) = delete;
  ~EarlyReader() = default;

  // The early one where it is this video and was not taken yet; else a new one. Errors: those of
  // VideoReader::open.
  Result<std::unique_ptr<media::VideoReader>> open(const std::filesystem::path& video) {
    if (video != video_ || !early_.valid()) return media::VideoReader::open(video, options_);
    return early_.get();
  }

 private:
  std::filesystem::path video_;
  media::ReaderOptions options_;
  std::future<Result<std::unique_ptr<media::VideoReader>>> early_;
};

}  // namespace tally::cli
