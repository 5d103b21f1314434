// Evidence: for each event a clip from every camera that saw it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/cart.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "perception/media/video_reader.hpp"

namespace tally::cart {

// A clip shows this much before and after an event.
inline constexpr SessionTime kEvidenceBefore = from_seconds(1.5);
inline constexpr SessionTime kEvidenceAfter = from_seconds(1.5);

enum class ClipNames : std::uint8_t {
  kByEvent,   // evidence/0001.mp4, where there is one camera only.
  kByCamera,  // evidence/0001_cam0.mp4; cameras must be able to name files.
};

// A video that clips are cut from. Times are on the session's clock.
struct EvidenceSource {
  std::string camera;
  std::filesystem::path file;
  SessionTime begin{0};
  SessionTime end{0};    // Of its last frame.
  bool damaged = false;  // A clip that can't be cut from it is left out, which is an error else.
};

// Writes the clips into folder/evidence and names them in the events. A camera whose video has
// nothing of an event's time gives no clip of it. Errors: those of media::cut_clips.
Result<void> write_evidence(const std::vector<EvidenceSource>& sources, ClipNames names,
                            const std::filesystem::path& folder,
                            const media::ReaderOptions& options, std::vector<CartEvent>& events);

}  // namespace tally::cart
