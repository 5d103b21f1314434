// A video's decoder, started while something else that takes long is made ready, or asked for the
// video's shape before it is read.
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
#include "perception/vision/geometry.hpp"

namespace tally::cli {

class EarlyReader {
 public:
  explicit EarlyReader(media::ReaderOptions options = {}) : options_(std::move(options)) {}
  EarlyReader(const EarlyReader&) = delete;
  EarlyReader& operator=(const EarlyReader&) = delete;
  ~EarlyReader() = default;

  // Starts the video's decoder, unless it has been, in place of one of another video.
  void begin(std::filesystem::path video) {
    if (has(video)) return;
    reader_.reset();
    video_ = std::move(video);
    early_ = std::async(std::launch::async, [video = video_, this] {
      return media::VideoReader::open(video, options_);
    });
  }

  // Opens the video, or waits for its start. Errors: those of VideoReader::open.
  Result<vision::Size> size_of(const std::filesystem::path& video) {
    begin(video);
    if (!reader_) {
      auto opened = early_.get();
      if (!opened) return std::unexpected(std::move(opened.error()));
      reader_ = std::move(*opened);
    }
    return vision::Size{reader_->info().width, reader_->info().height};
  }

  // The early one where it is this video and was not taken yet; else a new one. Errors: those of
  // VideoReader::open.
  Result<std::unique_ptr<media::VideoReader>> open(const std::filesystem::path& video) {
    if (!has(video)) return media::VideoReader::open(video, options_);
    if (reader_) return std::move(reader_);
    return early_.get();
  }

 private:
  [[nodiscard]] bool has(const std::filesystem::path& video) const {
    return video == video_ && (reader_ || early_.valid());
  }

  media::ReaderOptions options_;
  std::filesystem::path video_;
  std::future<Result<std::unique_ptr<media::VideoReader>>> early_;
  std::unique_ptr<media::VideoReader> reader_;  // Waited for, and not taken yet.
};

}  // namespace tally::cli
