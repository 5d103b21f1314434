// tally process: videos to carts.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "cli/console.hpp"

namespace tally::cli {

struct ProcessArguments {
  std::filesystem::path video;  // Empty with stdin_list.
  std::filesystem::path model;
  std::filesystem::path layout;  // Empty: the stock is learnt from the video.
  std::filesystem::path output;  // Empty: out/<video's stem>; with json nothing is written.
  std::string camera = "cam0";
  std::optional<float> score;
  int threads = 0;
  bool gate = true;
  bool stride = true;
  bool evidence = true;
  bool json = false;
  bool quiet = false;
  bool stdin_list = false;
};

inline constexpr std::size_t kListedPathBytesMax = 4096;

// Errors: those of the video, the model and the layout; CliError::kSomeFailed for a list.
Result<void> run_process(const ProcessArguments& arguments, Console& console);

}  // namespace tally::cli
