// tally process: videos, or session folders, to carts.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "cli/console.hpp"

namespace tally::cli {

inline constexpr std::string_view kDefaultCamera = "cam0";

struct ProcessArguments {
  std::filesystem::path video;     // Or a session's folder. Empty with stdin_list.
  std::filesystem::path model;     // Of the detector; empty: models/detector.
  std::filesystem::path close_up;  // Of a calibrated cabinet; empty: models/close_up.
  std::filesystem::path embedder;  // Of a calibrated cabinet; empty: models/embedder.
  std::filesystem::path gallery;   // Empty: the session's, or its photos.
  std::filesystem::path layout;    // Empty: the session's; else the stock is learnt from the video.
  std::filesystem::path output;    // Empty: out/<video's stem>; with json nothing is written.
  std::string camera{kDefaultCamera};
  std::optional<float> score;
  double review = 0.9;  // Carts less likely to be right are reviewed.
  int threads = 0;
  bool gate = true;
  bool stride = true;
  bool close_ups = true;
  bool fit = true;
  bool small_looks = true;
  bool second_look = true;
  bool evidence = true;
  bool json = false;
  bool quiet = false;
  bool stdin_list = false;
};

inline constexpr std::size_t kListedPathBytesMax = 4096;

// Errors: those of the video, the session, the model and the layout; CliError::kSomeFailed for a
// list.
Result<void> run_process(const ProcessArguments& arguments, Console& console);

}  // namespace tally::cli
