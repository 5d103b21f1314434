// Follows detections over frames: ByteTrack (Zhang et al., ECCV 2022) on a time line instead of
// frame numbers.
//
// Each track is a constant-velocity Kalman filter on centre and size of its box; noise grows with
// the box and with the time that passed, so any frame rate, also a changing one, will do. Every
// update pairs in three rounds, each a least-cost assignment by IoU: confirmed and lost tracks with
// sure detections; confirmed ones left over with unsure detections (things half hidden score low);
// tentative ones with what sure detections remain. What still remains and is surest begins a track,
// tentative until it is seen again (the first picture's at once).
//
// Detectors flip between look-alike classes (bottle, vase), so class is no gate: each match votes
// for its detection's class with its score, a detection of another class costs more the smaller
// that class's share of votes, and the track's class is the one with most votes.
//
// Deterministic: the same updates give the same ids and bytes. One thread at a time. Limits below;
// when there are more detections than that the best are taken, and when there are more tracks no
// new ones begin.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/time.hpp"
#include "perception/vision/geometry.hpp"
#include "perception/vision/motion_filter.hpp"

namespace tally::vision {

inline constexpr std::size_t kTracksMax = 512;
inline constexpr std::size_t kTrackedDetectionsMax = 300;
inline constexpr std::size_t kClassVotesMax = 8;  // Classes that one track counts votes for.

struct TrackerOptions {
  float score_high = 0.5F;  // Sure detections; unsure ones lie between score_low and this.
  float score_low = 0.1F;
  float score_new = 0.6F;  // A track begins with at least this.
  float iou_high_min = 0.2F;
  float iou_low_min = 0.5F;
  float iou_tentative_min = 0.3F;
  float class_penalty = 0.2F;  // In units of IoU, for a class that has no vote yet.
  int hits_to_confirm = 2;
  SessionTime lost_max = std::chrono::seconds(1);  // Unseen for longer: removed.
};

enum class TrackState : std::uint8_t {
  kTentative,  // Seen, not yet often enough to be believed.
  kTracked,    // Seen in the last update.
  kLost,       // Confirmed and not seen in the last update; its box is the prediction.
  kRemoved,    // Given up in the last update; the next one does not list it any more.
};

struct Track {
  std::int64_t id = 0;  // From 1, in the order of birth, never used again.
  TrackState state = TrackState::kTentative;
  Box box;         // Filtered, pixels.
  Point velocity;  // Of the centre, pixels per second.
  int class_id = 0;
  float class_share = 0;  // Of the votes that class_id has.
  float score = 0;        // Of the last matched detection.
  float mean_score = 0;   // Of all matched.
  int hits = 0;           // Updates in which it was matched.
  int misses = 0;         // Updates since it last was.
  SessionTime first_seen{0};
  SessionTime last_seen{0};
  std::optional<std::size_t> detection;  // Matched in this update: index of update()'s argument.
};

class Tracker {
 public:
  explicit Tracker(TrackerOptions options = {});

  // `time` does not run backwards (earlier is taken as the last one). Boxes that are empty or not
  // finite are ignored. The answer, ordered by id, holds until the next call.
  std::span<const Track> update(SessionTime time, std::span<const Detection> detections);

 private:
  struct Vote {
    int class_id;
    float weight;
  };
  struct Filters {
    BoxFilter motion;
    std::vector<Vote> votes;
  };
  struct Round;

  void predict(SessionTime time);
  void match(Round& round);
  void hit(std::size_t track, std::size_t index, const Detection& detection, SessionTime time);
  void begin(std::size_t index, const Detection& detection, SessionTime time);
  void age_unmatched(SessionTime time);
  void remove_duplicates();
  [[nodiscard]] float cost(std::size_t track, const Detection& detection, float iou_min) const;

  TrackerOptions options_;
  std::vector<Track> tracks_;
  std::vector<Filters> filters_;  // Parallel to tracks_.
  SessionTime time_{0};
  std::int64_t next_id_ = 1;
  bool first_ = true;
};

}  // namespace tally::vision
