// The file to decode, and what its own bytes say it is. All reading is by pread on the descriptor
// that the reader opened. Runs inside the sandbox.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tally::media::decoder {

enum class Signature : std::uint8_t { kMp4, kMatroska, kJpeg, kPng, kUnknown };

class Input {
 public:
  Input(int fd, std::int64_t size) : fd_(fd), size_(size) {}

  [[nodiscard]] std::int64_t size() const { return size_; }

  // Bytes read from `position` on, fewer at the end of the file; -1 where the disk fails.
  [[nodiscard]] std::int64_t read_at(std::int64_t position, std::span<std::byte> into) const;

 private:
  int fd_;
  std::int64_t size_;
};

[[nodiscard]] Signature recognise(const Input& input);

// How far a container reaches by its own account.
struct Extent {
  bool truncated = false;  // Its outermost parts end after the file does.
  bool has_index = true;   // MP4: a moov box stands in the file, whole.
};

// Walks the outermost boxes (ISO/IEC 14496-12) or elements (RFC 9559) only, a bounded number of
// them.
[[nodiscard]] Extent extent_of(const Input& input, Signature signature);

}  // namespace tally::media::decoder
