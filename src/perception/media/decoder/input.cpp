#include "perception/media/decoder/input.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <optional>
#include <string_view>

namespace tally::media::decoder {
namespace {

// A fragmented MP4 of ten minutes has two boxes per fragment; a file with more is not walked
// further.
constexpr int kBoxesMax = 200'000;

template <std::size_t N>
std::size_t read_head(const Input& input, std::int64_t position, std::array<std::byte, N>& head) {
  return static_cast<std::size_t>(std::max<std::int64_t>(input.read_at(position, head), 0));
}

std::uint64_t big_endian(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (const std::byte byte : bytes) value = value << 8U | std::to_integer<std::uint64_t>(byte);
  return value;
}

constexpr std::uint32_t four_cc(std::string_view name) {
  std::uint32_t value = 0;
  for (const char c : name) value = value << 8U | static_cast<std::uint8_t>(c);
  return value;
}

struct Box {
  std::uint32_t type = 0;
  std::int64_t end = 0;  // Of what it claims, perhaps beyond the file.
};

std::optional<Box> box_at(const Input& input, std::int64_t position) {
  std::array<std::byte, 16> head{};
  const std::size_t got = read_head(input, position, head);
  if (got < 8) return std::nullopt;
  const std::span bytes(head);
  Box box;
  box.type = static_cast<std::uint32_t>(big_endian(bytes.subspan(4, 4)));
  std::uint64_t size = big_endian(bytes.first(4));
  if (size == 1 && got == 16) size = big_endian(bytes.subspan(8, 8));
  if (size == 0) size = static_cast<std::uint64_t>(input.size() - position);
  if (size < 8 || size > std::uint64_t{1} << 62U) return std::nullopt;
  box.end = position + static_cast<std::int64_t>(size);
  return box;
}

Extent extent_of_mp4(const Input& input) {
  Extent extent;
  extent.has_index = false;
  std::int64_t position = 0;
  for (int count = 0; count < kBoxesMax && position < input.size(); ++count) {
    const auto box = box_at(input, position);
    if (!box) {
      extent.truncated = extent.truncated || input.size() - position < 8;
      break;
    }
    const bool whole = box->end <= input.size();
    const bool moov = box->type == four_cc("moov");
    extent.has_index = extent.has_index || (moov && whole);
    // Other boxes carry nothing that a picture is missed from.
    const bool matters = moov || box->type == four_cc("mdat") || box->type == four_cc("moof");
    extent.truncated = extent.truncated || (matters && !whole);
    position = box->end;
  }
  return extent;
}

// EBML: the number of leading zero bits of the first byte says how many bytes a number has.
struct Number {
  std::uint64_t value = 0;
  std::size_t bytes = 0;
  bool unknown = false;  // All ones: "until the end".
};

std::optional<Number> number_in(std::span<const std::byte> bytes, bool keep_marker) {
  if (bytes.empty() || bytes.front() == std::byte{0}) return std::nullopt;
  const auto first = std::to_integer<std::uint8_t>(bytes.front());
  const auto length = static_cast<std::size_t>(std::countl_zero(first)) + 1;
  if (bytes.size() < length) return std::nullopt;
  Number number;
  number.bytes = length;
  number.value = big_endian(bytes.first(length));
  const std::uint64_t mask = (std::uint64_t{1} << (7 * length)) - 1;
  number.unknown = (number.value & mask) == mask;
  if (!keep_marker) number.value &= mask;
  return number;
}

Extent extent_of_matroska(const Input& input) {
  constexpr std::uint64_t kSegment = 0x18538067;
  constexpr int kElementsMax = 16;
  std::int64_t position = 0;
  for (int count = 0; count < kElementsMax; ++count) {
    std::array<std::byte, 12> head{};
    const std::size_t got = read_head(input, position, head);
    const std::span bytes = std::span(head).first(got);
    const auto id = number_in(bytes, true);
    if (!id) break;
    const auto size = number_in(bytes.subspan(id->bytes), false);
    if (!size || size->value > std::uint64_t{1} << 55U) break;
    const std::int64_t body = position + static_cast<std::int64_t>(id->bytes + size->bytes);
    if (id->value == kSegment && size->unknown) return {};
    position = body + static_cast<std::int64_t>(size->value);
    if (position > input.size()) return {.truncated = true};
    if (id->value == kSegment) return {};
  }
  // The head alone is there: nothing of the segment.
  return {.truncated = true};
}

}  // namespace

void Input::wait_beyond(std::int64_t bytes) const {
  while (!reach_.whole && reach_.bytes <= bytes) reach_ = wait_(reach_.bytes);
}

std::int64_t Input::read_some(std::int64_t position, std::span<std::byte> into) const {
  wait_beyond(position);
  const std::int64_t there = std::max<std::int64_t>(reach_.bytes - position, 0);
  return read_at(position, into.first(std::min(into.size(), static_cast<std::size_t>(there))));
}

std::int64_t Input::read_at(std::int64_t position, std::span<std::byte> into) const {
  if (growing_) {
    wait_beyond(position + static_cast<std::int64_t>(into.size()) - 1);
    const std::int64_t there = std::max<std::int64_t>(reach_.bytes - position, 0);
    into = into.first(std::min(into.size(), static_cast<std::size_t>(there)));
  }
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t got = ::pread(fd_, into.data() + done, into.size() - done,
                                position + static_cast<std::int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return static_cast<std::int64_t>(done);
}

Signature recognise(const Input& input) {
  std::array<std::byte, 8> head{};
  const std::size_t got = read_head(input, 0, head);
  if (got < head.size()) return Signature::kUnknown;
  const std::uint64_t value = big_endian(head);
  constexpr std::uint64_t kPng = 0x89504E470D0A1A0A;
  constexpr std::uint32_t kEbml = 0x1A45DFA3;
  constexpr std::uint32_t kJpegStart = 0xFFD8FF;
  if (value == kPng) return Signature::kPng;
  if (value >> 32U == kEbml) return Signature::kMatroska;
  if (value >> 40U == kJpegStart) return Signature::kJpeg;
  constexpr std::array<std::string_view, 7> kFirstBoxes{"ftyp", "moov", "mdat", "free",
                                                        "skip", "wide", "styp"};
  const auto type = static_cast<std::uint32_t>(value);
  const bool mp4 = std::ranges::any_of(
      kFirstBoxes, [type](std::string_view name) { return four_cc(name) == type; });
  return mp4 ? Signature::kMp4 : Signature::kUnknown;
}

Extent extent_of(const Input& input, Signature signature) {
  if (signature == Signature::kMp4) return extent_of_mp4(input);
  if (signature == Signature::kMatroska) return extent_of_matroska(input);
  return {};
}

}  // namespace tally::media::decoder
