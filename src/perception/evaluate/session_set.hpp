// The sessions of a folder: finding them, naming their content, and lending one out for processing
// with some of its cameras and without its truth.
//
// A session is a folder with a session.toml (docs/session.md). Only what measuring needs is read of
// it: which cameras it has. Thread-safety: functions touch the disk and nothing shared.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace tally::evaluate {

inline constexpr std::size_t kSessionsMax = 100'000;
inline constexpr std::size_t kSessionFilesMax = 20'000;  // In one session's folder.
inline constexpr std::size_t kSessionTomlBytesMax = 1U << 20U;
inline constexpr std::string_view kTruthFile = "truth.json";
inline constexpr std::string_view kSessionFile = "session.toml";

struct SessionSource {
  std::string name;  // The folder's.
  std::filesystem::path folder;
  std::vector<std::string> cameras;  // In the order of session.toml.
  std::string problem;               // Why session.toml can't be read; else empty.
};

// `folder` itself if it is a session, else the sessions directly in it, by name; at most `limit` of
// them. Errors: FileError::kNotFound; EvaluateError::kNoSessions, kValue for more than
// kSessionsMax.
Result<std::vector<SessionSource>> find_sessions(const std::filesystem::path& folder,
                                                 std::size_t limit = kSessionsMax);

// The camera of each [[video]]. Errors: EvaluateError::kSyntax.
Result<std::vector<std::string>> cameras_of(std::string_view session_toml, std::string_view where);

// session.toml with the videos of `cameras` only. Errors: EvaluateError::kSyntax; kValue where one
// of the cameras is not in it.
Result<std::string> with_cameras(std::string_view session_toml,
                                 const std::vector<std::string>& cameras, std::string_view where);

// SHA-256 over names and content of all files but the truth, which no cart may depend on. Errors:
// FileError; EvaluateError::kValue for more than kSessionFilesMax files.
Result<std::string> session_digest(const std::filesystem::path& folder);

// Makes `to` a copy of the session without its truth, of hard links where the file system has
// them; with `cameras` (all, if empty) in its session.toml. Errors: as with_cameras, and FileError.
Result<void> lend_session(const SessionSource& session, const std::vector<std::string>& cameras,
                          const std::filesystem::path& to);

}  // namespace tally::evaluate
