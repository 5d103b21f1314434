#include "device/segment_cutter.hpp"

#include <string_view>
#include <utility>

namespace tally::device {
namespace {

constexpr std::size_t kBoxHeadBytes = 8;
constexpr std::size_t kLargeBoxHeadBytes = 16;
// What a fragment may come too early by, with its jitter, and still end the segment.
constexpr Duration kSlack{120};

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = (value << 8U) | static_cast<std::uint8_t>(byte);
  return value;
}

// The whole box's size (ISO/IEC 14496-12, 4.2); 0 if its head is not there yet or says none.
std::uint64_t box_bytes(std::string_view bytes) {
  if (bytes.size() < kBoxHeadBytes) return 0;
  const std::uint64_t size = big_endian(bytes.substr(0, 4));
  if (size != 1) return size;
  if (bytes.size() < kLargeBoxHeadBytes) return 0;
  return big_endian(bytes.substr(kBoxHeadBytes, 8));
}

}  // namespace

void SegmentCutter::feed(std::span<const std::byte> bytes, Duration now) {
  held_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  walk();
  if (boundary_ > 0 && now - begun_ + kSlack >= length_) emit(boundary_, now);
  while (held_.size() >= kSegmentBytesMax) emit(kSegmentBytesMax, now);
}

void SegmentCutter::finish() {
  if (!held_.empty()) emit(held_.size(), begun_);
}

void SegmentCutter::walk() {
  while (walked_ < held_.size()) {
    const std::string_view rest = std::string_view(held_).substr(walked_);
    const std::uint64_t size = box_bytes(rest);
    if (size < kBoxHeadBytes || size > rest.size()) return;
    walked_ += static_cast<std::size_t>(size);
    if (rest.substr(4, 4) == "mdat") boundary_ = walked_;
  }
}

void SegmentCutter::emit(std::size_t bytes, Duration now) {
  std::string rest = held_.substr(bytes);
  held_.resize(bytes);
  emit_(std::exchange(held_, std::move(rest)));
  // In the middle of a box its rest is walked as if it were boxes, and ends in no boundary that
  // anyone relies on: the next limit cuts anywhere.
  walked_ = walked_ > bytes ? walked_ - bytes : 0;
  boundary_ = 0;
  begun_ = now;
}

}  // namespace tally::device
