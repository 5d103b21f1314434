// Where a request's body goes while it arrives, so that it is never held in memory as a whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/digest.hpp"
#include "base/error.hpp"

namespace tally::http {

enum class SinkError : std::uint8_t {
  kFull,  // The disk, or a quota, is full.
};
[[nodiscard]] ErrorCode code_of(SinkError error);

// Called on a thread that may block, one call at a time. After an error nothing more is called and
// the request is answered 503, or 507 after SinkError::kFull. Destroyed without finish(): the body
// did not come whole.
class BodySink {
 public:
  BodySink() = default;
  BodySink(const BodySink&) = delete;
  BodySink& operator=(const BodySink&) = delete;
  virtual ~BodySink() = default;

  virtual Result<void> write(std::span<const std::byte> chunk) = 0;
  virtual Result<void> finish() = 0;  // The body is complete.
};

// A new file, with the SHA-256 of what went into it. After finish() it is durable, with its name,
// and has its digest; unless keep() is called then, the file is removed with this object. Whoever
// moves it syncs the folder that it moves it to (base/files.hpp). Errors: FileError, SinkError.
class FileSink : public BodySink {
 public:
  // `path` must not exist yet; its folder must.
  static Result<std::shared_ptr<FileSink>> create(const std::filesystem::path& path);
  ~FileSink() override;

  Result<void> write(std::span<const std::byte> chunk) override;
  Result<void> finish() override;

  void keep() { kept_ = true; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] const std::string& sha256() const { return sha256_; }  // Empty before finish().

 private:
  FileSink(std::filesystem::path path, int file);
  [[nodiscard]] std::unexpected<Error> unwritable(int error_number) const;

  std::filesystem::path path_;
  int file_;
  bool kept_ = false;
  std::uint64_t bytes_ = 0;
  Sha256 digest_;
  std::string sha256_;
};

}  // namespace tally::http
