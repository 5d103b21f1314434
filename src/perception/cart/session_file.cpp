#include "perception/cart/session_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <system_error>
#include <utility>

#include "base/files.hpp"
#include "base/toml_reader.hpp"

namespace tally::cart {
namespace {

namespace fs = std::filesystem;
using Wrong = TomlReader::Wrong;

constexpr std::int64_t kFormatVersion = 1;

bool can_name_a_file(std::string_view id) {
  const auto allowed = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' || letter == '.';
  };
  return !id.empty() && id.size() <= kCameraIdBytesMax && id[0] != '.' && id[0] != '-' &&
         std::ranges::all_of(id, allowed);
}

bool stays_inside(const std::string& text) {
  const fs::path path(text);
  return path.is_relative() && text.find('\0') == std::string::npos &&
         std::ranges::none_of(path, [](const fs::path& part) { return part == ".."; });
}

// Follows links. What is not there leads nowhere.
bool leads_outside(const fs::path& folder, const fs::path& path) {
  std::error_code error;
  const fs::path target = fs::canonical(path, error);
  if (error) return false;
  const fs::path root = fs::canonical(folder, error);
  return error || std::ranges::mismatch(root, target).in1 != root.end();
}

class SessionReader {
 public:
  explicit SessionReader(std::string_view where) : toml_(where) {}

  SessionFile read(std::string_view text) {
    SessionFile session;
    const toml::table root = toml_.open(text, kFormatVersion);
    if (mistake()) return session;
    toml_.check_keys(root, {"version", "kind", "layout", "photos", "gallery", "video"});
    if (root.contains("kind")) session.kind = kind(root);
    session.layout = optional_path(root, "layout");
    session.photos = optional_path(root, "photos");
    session.gallery = optional_path(root, "gallery");
    if (root.contains("photos") && root.contains("gallery")) {
      toml_.wrong(Wrong::kValue, place_of(root, "gallery"),
                  "give either photos or a gallery, which is made of photos");
    }
    toml_.each_table(root, "video", kSessionVideosMax,
                     [&](const toml::table& table) { read_video(table, session.videos); });
    if (session.videos.empty()) {
      toml_.wrong(Wrong::kSyntax, root.source(),
                  "write a [[video]] with camera and file for each camera");
    }
    return session;
  }

  [[nodiscard]] const std::optional<TomlReader::Mistake>& mistake() const {
    return toml_.mistake();
  }

 private:
  SessionKind kind(const toml::table& table) {
    const std::string text = toml_.text(table, "kind");
    if (text != "shopping" && text != "restock") {
      toml_.wrong(Wrong::kValue, place_of(table, "kind"),
                  R"("kind" must be "shopping" or "restock")");
    }
    return text == "restock" ? SessionKind::kRestock : SessionKind::kShopping;
  }

  fs::path optional_path(const toml::table& table, std::string_view key) {
    return table.contains(key) ? path(table, key) : fs::path{};
  }

  fs::path path(const toml::table& table, std::string_view key) {
    const std::string text = toml_.text(table, key);
    if (!stays_inside(text)) {
      toml_.wrong(Wrong::kValue, place_of(table, key),
                  fmt::format("\"{}\" must be a path inside the session's folder, relative and "
                              "without \"..\"",
                              key));
    }
    return text;
  }

  void read_video(const toml::table& table, std::vector<SessionVideo>& videos) {
    toml_.check_keys(table, {"camera", "file", "start_ms"});
    SessionVideo video{toml_.text(table, "camera"), path(table, "file")};
    if (!can_name_a_file(video.camera)) {
      toml_.wrong(Wrong::kValue, place_of(table, "camera"),
                  fmt::format("\"camera\" must be 1 to {} letters, digits, \"-\", \"_\" or \".\", "
                              "and begin with a letter, a digit or \"_\", since it names files",
                              kCameraIdBytesMax));
    }
    if (table.contains("start_ms")) {
      video.start =
          std::chrono::milliseconds(toml_.integer(table, "start_ms", {0, kSessionStartMsMax}));
    }
    for (const SessionVideo& other : videos) {
      if (other.camera == video.camera) {
        toml_.wrong(Wrong::kValue, table.source(),
                    fmt::format("camera \"{}\" has a video already", video.camera));
      }
      if (other.file.lexically_normal() == video.file.lexically_normal()) {
        toml_.wrong(Wrong::kValue, table.source(),
                    fmt::format("\"{}\" is the video of camera \"{}\" already", video.file.string(),
                                other.camera));
      }
    }
    videos.push_back(std::move(video));
  }

  TomlReader toml_;
};

// Puts the folder before `path`.
Result<void> place(const fs::path& folder, fs::path& path) {
  path = folder / path;
  if (!leads_outside(folder, path)) return {};
  return fail(
      SessionError::kValue,
      fmt::format("{}: leads out of the session's folder; put a copy in its place", path.string()));
}

// The same for what is left empty where it is not named, and is there where it is.
Result<void> place_named(const fs::path& folder, fs::path& path, std::string_view what) {
  if (path.empty()) return {};
  if (auto placed = place(folder, path); !placed) return placed;
  std::error_code error;
  if (fs::exists(path, error)) return {};
  return fail(SessionError::kMissing,
              fmt::format("{}: is not there, though {} names it as the session's {}", path.string(),
                          kSessionFileName, what));
}

}  // namespace

ErrorCode code_of(SessionError error) {
  switch (error) {
    case SessionError::kUnreadable:
      return {"session.unreadable", ErrorKind::kFailed};
    case SessionError::kSyntax:
      return {"session.syntax", ErrorKind::kFailed};
    case SessionError::kVersion:
      return {"session.version", ErrorKind::kFailed};
    case SessionError::kValue:
      return {"session.value", ErrorKind::kFailed};
    case SessionError::kMissing:
      return {"session.missing", ErrorKind::kNotFound};
    case SessionError::kNoVideo:
      return {"session.no_video", ErrorKind::kNotFound};
  }
  std::abort();
}

std::size_t SessionFile::videos_there() const {
  return static_cast<std::size_t>(std::ranges::count(videos, false, &SessionVideo::missing));
}

Result<SessionFile> parse_session(std::string_view text, std::string_view where) {
  SessionReader reader(where);
  SessionFile session = reader.read(text);
  if (const auto& mistake = reader.mistake()) {
    return fail_as<SessionError>(*mistake);
  }
  return session;
}

Result<SessionFile> load_session(const fs::path& folder) {
  const fs::path path = folder / kSessionFileName;
  auto text = read_file(path, kSessionBytesMax);
  if (!text) {
    if (text.error().code.kind == ErrorKind::kNotFound) return std::unexpected(text.error());
    return fail(SessionError::kUnreadable, std::move(text.error().message));
  }
  auto session = parse_session(*text, path.string());
  if (!session) return session;
  const std::initializer_list<std::pair<fs::path*, std::string_view>> others{
      {&session->layout, "layout"}, {&session->photos, "photos"}, {&session->gallery, "gallery"}};
  for (const auto& [named, what] : others) {
    if (auto placed = place_named(folder, *named, what); !placed) {
      return std::unexpected(placed.error());
    }
  }
  for (SessionVideo& video : session->videos) {
    if (auto placed = place(folder, video.file); !placed) return std::unexpected(placed.error());
    std::error_code error;
    video.missing = !fs::exists(video.file, error) && !error;
  }
  if (session->videos_there() == 0) {
    return fail(SessionError::kNoVideo,
                fmt::format("{}: none of its videos is there; the first would be {}", path.string(),
                            session->videos.front().file.string()));
  }
  return session;
}

}  // namespace tally::cart
