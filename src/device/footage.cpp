#include "device/footage.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

#include "base/assert.hpp"
#include "base/digest.hpp"
#include "base/files.hpp"

namespace tally::device {
namespace {
namespace fs = std::filesystem;

constexpr std::size_t kIndexBytesMax = std::size_t{16} << 20U;

std::unexpected<Error> unwritable(const fs::path& file, int error) {
  return fail(FileError::kUnwritable,
              fmt::format("{}: can't be written: {}", file.string(), std::strerror(error)));
}

class File {
 public:
  File(const fs::path& path, int flags) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  // 0, or what went wrong.
  [[nodiscard]] int write(std::string_view bytes) const {
    if (fd_ < 0) return errno;
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return errno;
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return 0;
  }
  [[nodiscard]] int sync() const { return ::fdatasync(fd_) == 0 ? 0 : errno; }

 private:
  int fd_;
};

// Files that the index does not know: written, but the program ended before it was noted.
void remove_strangers(const fs::path& folder, const SessionFootage& footage) {
  std::set<std::string> known{"index"};
  for (const CameraFootage& camera : footage.cameras) {
    for (std::size_t i = 0; i < camera.segments.size(); ++i) {
      if (camera.segments[i].state == SegmentState::kWaiting) {
        known.insert(fmt::format("{}-{}", camera.camera, i + 1));
      }
    }
  }
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (!known.contains(entry.path().filename().string())) fs::remove(entry.path(), ignored);
  }
}

}  // namespace

Result<Segment> write_segment(const fs::path& file, std::string_view bytes) {
  const File made(file, O_WRONLY | O_CREAT | O_TRUNC);
  int error = made.write(bytes);
  if (error == 0) error = made.sync();
  if (error != 0) {
    std::error_code ignored;
    fs::remove(file, ignored);
    return unwritable(file, error);
  }
  return Segment{SegmentState::kWaiting, sha256_hex(bytes),
                 static_cast<std::int64_t>(bytes.size())};
}

Result<Footage> Footage::open(const fs::path& folder,
                              const std::function<void(std::string)>& tell) {
  Footage footage(folder);
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return unwritable(folder, error.value());
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const auto session = SessionId::parse(entry.path().filename().string());
    if (!session) continue;
    const auto text = read_file(entry.path() / "index", kIndexBytesMax);
    if (!text) {
      tell(fmt::format("{}: left alone: {}", entry.path().string(), text.error().message));
      continue;
    }
    footage.sessions_.push_back(read_index(*session, *text));
    remove_strangers(entry.path(), footage.sessions_.back());
  }
  if (error)
    return fail(FileError::kUnreadable, fmt::format("{}: {}", folder.string(), error.message()));
  std::ranges::sort(footage.sessions_, {}, [](const SessionFootage& one) {
    return std::pair(one.begun, one.session.text());
  });
  for (const SessionFootage& session : footage.sessions_) {
    for (const CameraFootage& camera : session.cameras) {
      for (const Segment& segment : camera.segments) {
        if (segment.state == SegmentState::kWaiting) footage.waiting_bytes_ += segment.bytes;
      }
    }
  }
  return footage;
}

const SessionFootage* Footage::find(const SessionId& session) const {
  const auto found = std::ranges::find(sessions_, session, &SessionFootage::session);
  return found == sessions_.end() ? nullptr : &*found;
}

SessionFootage* Footage::find_mutable(const SessionId& session) {
  const auto found = std::ranges::find(sessions_, session, &SessionFootage::session);
  return found == sessions_.end() ? nullptr : &*found;
}

Segment* Footage::find_segment(const SegmentName& name) {
  SessionFootage* session = find_mutable(name.session);
  CameraFootage* camera = session == nullptr ? nullptr : session->find(name.camera);
  const bool there = camera != nullptr && name.number >= 1 &&
                     name.number <= static_cast<std::int64_t>(camera->segments.size());
  return there ? &camera->segments[static_cast<std::size_t>(name.number) - 1] : nullptr;
}

fs::path Footage::file_of(const SegmentName& name) const {
  return folder_ / name.session.text() / fmt::format("{}-{}", name.camera, name.number);
}

Result<void> Footage::note(const SessionId& session, const std::string& line, bool durable) const {
  const fs::path index = folder_ / session.text() / "index";
  const File file(index, O_WRONLY | O_CREAT | O_APPEND);
  int error = file.write(line);
  if (error == 0 && durable) error = file.sync();
  if (error != 0) return unwritable(index, error);
  return {};
}

Result<void> Footage::begin(const SessionId& session, Duration now,
                            const std::vector<std::string>& cameras) {
  if (find(session) != nullptr) return {};
  SessionFootage& made = sessions_.emplace_back();
  made.session = session;
  made.begun = now;
  std::string lines = fmt::format("begun {}\n", now.count());
  for (const std::string& camera : cameras) {
    made.cameras.push_back({camera, {}});
    lines += fmt::format("camera {}\n", camera);
  }
  std::error_code error;
  fs::create_directories(folder_ / session.text(), error);
  if (error) return unwritable(folder_ / session.text(), error.value());
  return note(session, lines, true);
}

Result<void> Footage::add(const SessionId& session, std::string_view camera_id, Segment segment) {
  SessionFootage* footage = find_mutable(session);
  CameraFootage* camera = footage == nullptr ? nullptr : footage->find(camera_id);
  TALLY_ASSERT(camera != nullptr);
  if (camera->segments.size() >= link::kSegmentsMax) return {};
  const std::size_t number = camera->segments.size() + 1;
  if (segment.sha256.empty()) {
    segment.state = SegmentState::kLost;
    camera->segments.push_back(std::move(segment));
    return note(session, fmt::format("lost {} {}\n", camera_id, number), false);
  }
  waiting_bytes_ += segment.bytes;
  const std::string line =
      fmt::format("segment {} {} {} {}\n", camera_id, number, segment.sha256, segment.bytes);
  camera->segments.push_back(std::move(segment));
  return note(session, line, true);
}

Result<void> Footage::end(const SessionId& session) {
  SessionFootage* footage = find_mutable(session);
  if (footage == nullptr || footage->ended) return {};
  footage->ended = true;
  return note(session, "ended\n", true);
}

Result<void> Footage::leave(const SegmentName& name, SegmentState state, std::string_view word) {
  Segment* segment = find_segment(name);
  if (segment == nullptr || segment->state != SegmentState::kWaiting) return {};
  segment->state = state;
  waiting_bytes_ -= segment->bytes;
  auto noted = note(name.session, fmt::format("{} {} {}\n", word, name.camera, name.number), false);
  std::error_code ignored;
  fs::remove(file_of(name), ignored);
  return noted;
}

Result<void> Footage::mark_sent(const SegmentName& name) {
  return leave(name, SegmentState::kSent, "sent");
}

Result<void> Footage::mark_lost(const SegmentName& name) {
  return leave(name, SegmentState::kLost, "lost");
}

void Footage::forget(const SessionId& session) {
  const SessionFootage* footage = find(session);
  if (footage == nullptr) return;
  for (const CameraFootage& camera : footage->cameras) {
    for (const Segment& segment : camera.segments) {
      if (segment.state == SegmentState::kWaiting) waiting_bytes_ -= segment.bytes;
    }
  }
  std::erase_if(sessions_, [&](const SessionFootage& one) { return one.session == session; });
  std::error_code ignored;
  fs::remove_all(folder_ / session.text(), ignored);
}

std::vector<SegmentName> Footage::too_much(Duration now, Duration time_max,
                                           std::int64_t bytes_max) const {
  std::vector<SegmentName> names;
  std::int64_t left = waiting_bytes_;
  const auto drop = [&](const SessionFootage& session, bool all) {
    for (const CameraFootage& camera : session.cameras) {
      for (std::size_t i = 0; i < camera.segments.size(); ++i) {
        if (camera.segments[i].state != SegmentState::kWaiting) continue;
        if (!all && left <= bytes_max) return;
        left -= camera.segments[i].bytes;
        names.push_back({session.session, camera.camera, static_cast<std::int64_t>(i) + 1});
      }
    }
  };
  for (const SessionFootage& session : sessions_) {
    const bool old = now - session.begun > time_max;
    if (old || (session.ended && left > bytes_max)) drop(session, true);
  }
  for (const SessionFootage& session : sessions_) {
    if (!session.ended && left > bytes_max) drop(session, false);
  }
  return names;
}

link::Manifest Footage::manifest_of(const SessionId& session) const {
  link::Manifest manifest;
  const SessionFootage* footage = find(session);
  if (footage == nullptr) return manifest;
  for (const CameraFootage& camera : footage->cameras) {
    link::CameraSegments& told = manifest.cameras.emplace_back();
    told.camera = camera.camera;
    for (const Segment& segment : camera.segments) {
      const bool lost = segment.state == SegmentState::kLost;
      told.segments.push_back(lost ? std::string() : segment.sha256);
    }
  }
  return manifest;
}

}  // namespace tally::device
