// Whether a camera sees anything, judged from what its recorder counts. A rule on numbers, with no
// picture: a covered, frozen or dead camera shows in the sizes of what its encoder makes.
//
// Pure. One value for each camera.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/instant.hpp"

namespace tally::device {

// What a recorder counted in about one second.
struct CameraStats {
  std::int64_t frames = 0;
  std::int64_t bytes = 0;           // Of all frames.
  std::int64_t keyframe_bytes = 0;  // Of the largest key frame; 0: there was none.
  // Mean brightness where the recorder sees pictures: 16 is black, 235 white (BT.601's range, which
  // all pictures are brought to).
  std::optional<double> luma;
};

// Below the one, or above the other, a picture shows nothing that could be recognised: it is dark,
// or so overexposed that nearly all of it is white.
inline constexpr double kDarkLuma = 24;
inline constexpr double kBrightLuma = 225;
// Where the recorder does not see pictures: a key frame of 1280x720 of a scene takes tens of
// thousands of bytes, one of a black or white picture some hundreds. Which of them it is, its size
// does not say.
inline constexpr std::int64_t kBlankKeyframeBytes = 3'000;
// A frame that repeats the one before costs an encoder some tens of bytes, one of a live sensor
// never less than its noise.
inline constexpr std::int64_t kFrozenBytesPerFrame = 48;
// What lasts less long is no problem: someone stands before the camera, a frame was late.
inline constexpr int kSecondsOfTrouble = 5;

class CameraHealth {
 public:
  void start();                         // A recording begins.
  void take(const CameraStats& stats);  // A second of it.
  void fail(std::string problem);       // It could not be recorded.
  // What was seen in between, behind a closed door: that there are pictures, and whether what was
  // wrong with them has passed. In the dark no camera sees, so nothing begins to be wrong by it.
  void look(const CameraStats& stats);

  // "" or what ails it: "no frames", "dark", "too bright", "blank", "frozen", or the recorder's own
  // words. Stays as the last recording left it.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  void judge();

  int seconds_silent_ = 0;
  int seconds_dark_ = 0;
  int seconds_bright_ = 0;
  int seconds_blank_ = 0;
  int seconds_frozen_ = 0;
  bool last_key_blank_ = false;
  std::string problem_;
};

}  // namespace tally::device
