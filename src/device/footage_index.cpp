#include <algorithm>
#include <charconv>
#include <optional>

#include "device/config.hpp"
#include "device/footage.hpp"

namespace tally::device {
namespace {

constexpr std::size_t kWordsMax = 5;
constexpr std::size_t kDigestDigits = 64;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty() && words.size() <= kWordsMax) {
    const std::size_t end = std::min(line.find(' '), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

bool is_digest(std::string_view text) {
  return text.size() == kDigestDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

class IndexReader {
 public:
  explicit IndexReader(const SessionId& session) { footage_.session = session; }

  void take(std::string_view line) {
    const std::vector<std::string_view> words = words_of(line);
    if (words.empty()) return;
    if (words[0] == "begun" && words.size() == 2)
      footage_.begun = Duration(number_of(words[1]).value_or(0));
    if (words[0] == "camera" && words.size() == 2) add_camera(words[1]);
    if (words[0] == "segment" && words.size() == 5) add_segment(words);
    if (words[0] == "sent" && words.size() == 3) leave(words, SegmentState::kSent);
    if (words[0] == "lost" && words.size() == 3) leave(words, SegmentState::kLost);
    if (words[0] == "ended" && words.size() == 1) footage_.ended = true;
  }
  SessionFootage finish() { return std::move(footage_); }

 private:
  void add_camera(std::string_view id) {
    const bool fits = is_camera_id(id) && footage_.find(id) == nullptr &&
                      footage_.cameras.size() < link::kCamerasMax;
    if (fits) footage_.cameras.push_back({std::string(id), {}});
  }

  void add_segment(const std::vector<std::string_view>& words) {
    CameraFootage* camera = footage_.find(words[1]);
    const auto number = number_of(words[2]);
    const auto bytes = number_of(words[4]);
    if (camera == nullptr || !number || !bytes || !is_digest(words[3])) return;
    fill_up_to(*camera, *number - 1);
    if (static_cast<std::int64_t>(camera->segments.size()) == *number - 1 && has_room(*camera)) {
      camera->segments.push_back({SegmentState::kWaiting, std::string(words[3]), *bytes});
    }
  }

  void leave(const std::vector<std::string_view>& words, SegmentState state) {
    CameraFootage* camera = footage_.find(words[1]);
    const auto number = number_of(words[2]);
    if (camera == nullptr || !number || *number < 1) return;
    if (state == SegmentState::kLost) fill_up_to(*camera, *number);
    const auto index = static_cast<std::size_t>(*number) - 1;
    if (index < camera->segments.size()) camera->segments[index].state = state;
  }

  // A line that is missing tells of a segment that is.
  static void fill_up_to(CameraFootage& camera, std::int64_t count) {
    while (static_cast<std::int64_t>(camera.segments.size()) < count && has_room(camera)) {
      camera.segments.push_back({SegmentState::kLost, "", 0});
    }
  }
  static bool has_room(const CameraFootage& camera) {
    return camera.segments.size() < link::kSegmentsMax;
  }

  SessionFootage footage_;
};

}  // namespace

CameraFootage* SessionFootage::find(std::string_view camera) {
  const auto found = std::ranges::find(cameras, camera, &CameraFootage::camera);
  return found == cameras.end() ? nullptr : &*found;
}

const CameraFootage* SessionFootage::find(std::string_view camera) const {
  const auto found = std::ranges::find(cameras, camera, &CameraFootage::camera);
  return found == cameras.end() ? nullptr : &*found;
}

SessionFootage read_index(const SessionId& session, std::string_view text) {
  IndexReader reader(session);
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) break;
    reader.take(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return reader.finish();
}

}  // namespace tally::device
