#include "perception/evaluate/session_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <system_error>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/toml_text.hpp"
#include "perception/evaluate/error.hpp"

namespace tally::evaluate {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> unreadable(const fs::path& path, const std::error_code& error) {
  return fail(FileError::kUnreadable, fmt::format("{}: {}", path.string(), error.message()));
}

Result<toml::table> parse_session(std::string_view text, std::string_view where) {
  auto session = read_toml(text);
  if (session) return std::move(*session);
  const TomlProblem& problem = session.error();
  return fail(EvaluateError::kSyntax,
              fmt::format("{}:{}:{}: {}", where, problem.line, problem.column, problem.what));
}

std::string camera_of(const toml::node& video) {
  const toml::table* table = video.as_table();
  return table != nullptr ? (*table)["camera"].value_or(std::string()) : std::string();
}

Result<std::vector<std::string>> cameras_in(const toml::table& session, std::string_view where) {
  const toml::array* videos = session["video"].as_array();
  if (videos == nullptr || videos->empty()) {
    return fail(EvaluateError::kSyntax,
                fmt::format("{}: names no video; write [[video]] with camera and file", where));
  }
  std::vector<std::string> cameras;
  for (const toml::node& video : *videos) {
    cameras.push_back(camera_of(video));
    if (!cameras.back().empty()) continue;
    return fail(EvaluateError::kSyntax,
                fmt::format("{}:{}: [[video]] must name its camera", where,
                            static_cast<unsigned>(video.source().begin.line)));
  }
  return cameras;
}

SessionSource source_of(const fs::path& folder) {
  SessionSource source{folder.filename().string(), folder, {}, ""};
  auto text = read_file(folder / kSessionFile, kSessionTomlBytesMax);
  auto cameras = text ? cameras_of(*text, (folder / kSessionFile).string())
                      : Result<std::vector<std::string>>(std::unexpected(text.error()));
  if (cameras)
    source.cameras = std::move(*cameras);
  else
    source.problem = cameras.error().message;
  return source;
}

// All files and links below `folder` but the truth, relative to it, by name. Links are not
// followed: whether they may be is for the one who reads the session.
Result<std::vector<fs::path>> files_of(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    if (!entry->is_symlink(ignored) && !entry->is_regular_file(ignored)) continue;
    fs::path relative = entry->path().lexically_relative(folder);
    if (relative == kTruthFile) continue;
    if (files.size() == kSessionFilesMax) {
      return fail(EvaluateError::kValue,
                  fmt::format("{}: more than {} files; a session holds videos and photos only",
                              folder.string(), kSessionFilesMax));
    }
    files.push_back(std::move(relative));
  }
  if (error) return unreadable(folder, error);
  std::ranges::sort(files);
  return files;
}

// Of a link, where it leads and what is there.
Result<std::string> digest_of(const fs::path& file) {
  std::error_code ignored;
  if (!fs::is_symlink(file, ignored)) return sha256_hex_of_file(file);
  std::string text = fs::read_symlink(file, ignored).string();
  if (fs::is_regular_file(file, ignored)) {
    auto content = sha256_hex_of_file(file);
    if (!content) return content;
    text.append(1, '\0').append(*content);
  }
  return sha256_hex(text);
}

Result<void> lend_file(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::create_directories(to.parent_path(), error);
  if (fs::is_symlink(from, error)) {
    fs::copy_symlink(from, to, error);
  } else {
    fs::create_hard_link(from, to, error);
    if (error) fs::copy_file(from, to, error);
  }
  if (!error) return {};
  return fail(FileError::kUnwritable,
              fmt::format("can't copy {} to {}: {}", from.string(), to.string(), error.message()));
}

}  // namespace

Result<std::vector<SessionSource>> find_sessions(const fs::path& folder, std::size_t limit) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    return fail(FileError::kNotFound, fmt::format("{}: no such folder", folder.string()));
  }
  std::vector<fs::path> found;
  // The name of "sessions/" is "sessions".
  const fs::path clean = folder.has_filename() ? folder : folder.parent_path();
  if (fs::exists(clean / kSessionFile, error)) {
    found.push_back(clean);
  } else {
    for (const fs::directory_entry& entry : fs::directory_iterator(clean, error)) {
      std::error_code ignored;
      if (fs::exists(entry.path() / kSessionFile, ignored)) found.push_back(entry.path());
    }
    if (error) return unreadable(clean, error);
  }
  if (found.empty()) {
    return fail(EvaluateError::kNoSessions,
                fmt::format("{}: holds no session, which is a folder with a {}", folder.string(),
                            kSessionFile));
  }
  if (found.size() > kSessionsMax) {
    return fail(EvaluateError::kValue,
                fmt::format("{}: {} sessions, more than {}; spread them over several folders",
                            folder.string(), found.size(), kSessionsMax));
  }
  std::ranges::sort(found);
  if (found.size() > limit) found.resize(limit);
  std::vector<SessionSource> sessions;
  for (const fs::path& one : found) sessions.push_back(source_of(one));
  return sessions;
}

Result<std::vector<std::string>> cameras_of(std::string_view session_toml, std::string_view where) {
  auto session = parse_session(session_toml, where);
  if (!session) return std::unexpected(std::move(session.error()));
  return cameras_in(*session, where);
}

Result<std::string> with_cameras(std::string_view session_toml,
                                 const std::vector<std::string>& cameras, std::string_view where) {
  auto session = parse_session(session_toml, where);
  if (!session) return std::unexpected(std::move(session.error()));
  const auto present = cameras_in(*session, where);
  if (!present) return std::unexpected(present.error());
  for (const std::string& camera : cameras) {
    if (std::ranges::find(*present, camera) != present->end()) continue;
    return fail(EvaluateError::kValue, fmt::format("{}: has no camera \"{}\"; it has {}", where,
                                                   camera, fmt::join(*present, ", ")));
  }
  toml::array& videos = *(*session)["video"].as_array();
  for (auto video = videos.begin(); video != videos.end();) {
    const bool wanted = std::ranges::find(cameras, camera_of(*video)) != cameras.end();
    video = wanted ? video + 1 : videos.erase(video);
  }
  std::ostringstream text;
  text << *session << '\n';
  return std::move(text).str();
}

Result<std::string> session_digest(const fs::path& folder) {
  const auto files = files_of(folder);
  if (!files) return std::unexpected(files.error());
  std::string all;
  for (const fs::path& file : *files) {
    auto digest = digest_of(folder / file);
    if (!digest) return std::unexpected(std::move(digest.error()));
    // No file name holds a zero byte, so that no two lists read the same.
    all.append(file.string()).append(1, '\0').append(*digest).append(1, '\n');
  }
  return sha256_hex(all);
}

Result<void> lend_session(const SessionSource& session, const std::vector<std::string>& cameras,
                          const fs::path& to) {
  const auto files = files_of(session.folder);
  if (!files) return std::unexpected(files.error());
  for (const fs::path& file : *files) {
    const bool rewritten = !cameras.empty() && file == kSessionFile;
    if (rewritten) continue;
    if (auto lent = lend_file(session.folder / file, to / file); !lent) return lent;
  }
  if (cameras.empty()) return {};
  const fs::path original = session.folder / kSessionFile;
  const auto text = read_file(original, kSessionTomlBytesMax);
  if (!text) return std::unexpected(text.error());
  const auto reduced = with_cameras(*text, cameras, original.string());
  if (!reduced) return std::unexpected(reduced.error());
  return write_file_atomically(to / kSessionFile, *reduced);
}

}  // namespace tally::evaluate
