// The file to decode, and what its own bytes say it is. All reading is by pread on the descriptor
// that the reader opened. Runs inside the sandbox.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>

namespace tally::media::decoder {

enum class Signature : std::uint8_t { kMp4, kMatroska, kJpeg, kPng, kUnknown };

// How much of a file is there.
struct Reach {
  std::int64_t bytes = 0;
  bool whole = false;  // There will be no more.
};

class Input {
 public:
  // Waits until the file is longer than `bytes`, or whole.
  using Wait = std::function<Reach(std::int64_t bytes)>;

  Input(int fd, std::int64_t size) : fd_(fd), reach_{size, true} {}
  // A file that is still being written.
  Input(int fd, Wait wait) : fd_(fd), growing_(true), wait_(std::move(wait)) {}

  [[nodiscard]] std::int64_t size() const { return reach_.bytes; }  // Of a growing one: so far.
  [[nodiscard]] bool growing() const { return growing_; }

  // Bytes read from `position` on, fewer at the end of the file; -1 where the disk fails. Of a
  // growing file it waits for them.
  [[nodiscard]] std::int64_t read_at(std::int64_t position, std::span<std::byte> into) const;

  // As read_at(), but waits for one byte only and takes what is there.
  [[nodiscard]] std::int64_t read_some(std::int64_t position, std::span<std::byte> into) const;

 private:
  void wait_beyond(std::int64_t bytes) const;

  int fd_;
  bool growing_ = false;
  Wait wait_;
  mutable Reach reach_;  // What is known so far; knowing more changes no answer.
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
