// What an evaluation has to run: which sessions with which cameras, where to, and the words of the
// child that processes one. Pure but for the digests of files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "perception/evaluate/evaluation.hpp"
#include "perception/evaluate/runner.hpp"
#include "perception/evaluate/session_set.hpp"

namespace tally::cli {

inline constexpr std::size_t kEvalRunsMax = 32;

// One choice of cameras for all sessions.
struct CameraChoice {
  std::string label;                 // "all", "cam0", "cam0+cam2".
  std::vector<std::string> cameras;  // Empty: all.
  bool single = false;
};

// Each word is one choice, "cam0,cam1", or keywords: "all", and "best-single", which is each camera
// by itself. No words are "all". Errors: CliError::kUsage for a camera that no session has, and for
// more than kEvalRunsMax choices.
Result<std::vector<CameraChoice>> camera_choices(
    const std::vector<std::string>& words, const std::vector<evaluate::SessionSource>& sessions);

// Whether the session has the cameras of a choice.
[[nodiscard]] bool has_cameras(const evaluate::SessionSource& session, const CameraChoice& choice);

// The output folder of a session in a run: results/<label>/<session>, below `output`; what a file
// name can't hold in a label is percent-encoded.
[[nodiscard]] std::filesystem::path job_folder(const CameraChoice& choice,
                                               const std::string& session);

// All that a cart depends on besides its session, as text: the version, the digests of `programs`,
// `words` with the digests of those that name existing files and folders, by themselves or as
// "--option=FILE", and the digests of `packages` that are there. Errors: FileError.
Result<std::string> settings_text(const std::vector<std::string>& words,
                                  const std::vector<std::filesystem::path>& programs,
                                  const std::vector<std::filesystem::path>& packages);

}  // namespace tally::cli
