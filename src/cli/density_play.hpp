// Sessions played in real time to what a server watches them with: so many doors open at once, so
// many slots that watch, and the time from a session's last segment to its cart.
//
// A session's videos are recorded once by the device's recorder, cut into segments as a device
// cuts them, and then come to every session at those times after its door has opened. Sessions wait
// for a free slot in the order in which their doors opened, and doors open whether or not carts are
// ready: what is too much makes a queue. Left out, of what a server does: the store, uploads, the
// receipt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "perception/cart/layout.hpp"
#include "perception/identify/gallery.hpp"
#include "server/pipeline/models.hpp"

namespace tally::cli {

struct PlayedSegment {
  double at = 0;  // Seconds after the door opened.
  std::size_t camera = 0;
  std::string bytes;
};

struct PlayedSession {
  std::vector<std::string> cameras;
  std::vector<std::int64_t> starts_ms;  // Of each camera's first frame.
  std::vector<PlayedSegment> segments;  // By time; at least one.
  [[nodiscard]] double seconds() const { return segments.back().at; }
};

// Plays the folder once, which takes as long as the session. Errors: those of session files and of
// the device's recorder; CliError::kInterrupted.
Result<PlayedSession> record_session(const std::filesystem::path& folder);

struct DensityPlan {
  const PlayedSession* session = nullptr;
  const cart::Layout* layout = nullptr;
  const identify::Gallery* gallery = nullptr;
  std::vector<pipeline::Slot>* slots = nullptr;  // Each watches one session at a time.
  std::filesystem::path scratch;
  int at_once = 1;                                   // Doors that are open at any time.
  int rounds = 1;                                    // Sessions of each door, one after the other.
  std::function<void(int done, int total)> on_cart;  // Any thread, one at a time.
};

struct DensityLevel {
  int at_once = 0;
  std::vector<double> seconds_to_cart{};  // Of each session that got its cart.
  std::vector<std::string> lost{};        // Why, of each that got none.
  bool carts_agree = true;                // All are the same, byte for byte.
  std::int64_t frames = 0;
  double wall_seconds = 0;  // From the first door's opening to the last cart.
};

// Errors: CliError::kInterrupted. A session that fails is counted, and no error.
Result<DensityLevel> play_level(const DensityPlan& plan);

}  // namespace tally::cli
