#include "perception/cabinet/clock_offset.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

namespace tally::cabinet {
namespace {

constexpr SessionTime kCoarseStep = from_seconds(0.08);
constexpr SessionTime kFineStep = from_seconds(0.02);
constexpr SessionTime kSameMoment = from_seconds(0.05);  // Sightings that may be of one moment.
constexpr double kMissMax = 0.25;  // Metres: rays that pass at more tell no more.
constexpr int kMeetingsMin = 25;   // Fewer sightings at one moment tell nothing.
// At the right offset rays must pass at less than this share of what they do at no offset.
constexpr double kBetterMin = 0.55;

struct Look {
  SessionTime time{0};
  vision::Ray ray;
};

using Looks = std::vector<Look>;  // Of hands, by one camera, by time.

std::vector<Looks> looks_of(std::span<const Sighting> sightings,
                            std::span<const vision::Camera> cameras) {
  std::vector<Looks> looks(cameras.size());
  for (const Sighting& sighting : sightings) {
    if (sighting.kind != SightingKind::kHand) continue;
    const vision::Box& box = sighting.box;
    const auto ray = cameras[sighting.camera].unproject(
        {(box.left + box.right) / 2, (box.top + box.bottom) / 2});
    if (ray) looks[sighting.camera].push_back({sighting.time, *ray});
  }
  return looks;
}

double miss(const vision::Ray& a, const vision::Ray& b) {
  const auto approach = vision::closest_approach(a, b);
  if (!approach || approach->along_first < 0 || approach->along_second < 0) return kMissMax;
  return std::min(kMissMax, approach->distance);
}

struct Agreement {
  int meetings = 0;
  double misses = 0;  // Sum over the meetings, metres.

  [[nodiscard]] double mean() const { return meetings > 0 ? misses / meetings : kMissMax; }
};

// How near the rays of `moved`, its times shifted by `offset`, come to those of `fixed`.
Agreement agreement(const Looks& moved, const Looks& fixed, SessionTime offset) {
  Agreement sum;
  auto first = fixed.begin();
  for (const Look& look : moved) {
    const SessionTime time = look.time + offset;
    while (first != fixed.end() && first->time < time - kSameMoment) ++first;
    std::optional<double> nearest;
    for (auto at = first; at != fixed.end() && at->time <= time + kSameMoment; ++at) {
      nearest = std::min(nearest.value_or(kMissMax), miss(look.ray, at->ray));
    }
    if (!nearest) continue;
    ++sum.meetings;
    sum.misses += *nearest;
  }
  return sum;
}

// Against all other cameras together.
Agreement agreement(const std::vector<Looks>& looks, std::size_t camera, SessionTime offset) {
  Agreement sum;
  for (std::size_t other = 0; other < looks.size(); ++other) {
    if (other == camera) continue;
    const Agreement one = agreement(looks[camera], looks[other], offset);
    sum.meetings += one.meetings;
    sum.misses += one.misses;
  }
  return sum;
}

struct Best {
  SessionTime offset{0};
  double mean = std::numeric_limits<double>::infinity();
};

Best search(const std::vector<Looks>& looks, std::size_t camera, SessionTime from, SessionTime to,
            SessionTime step, int meetings_min) {
  Best best;
  for (SessionTime offset = from; offset <= to; offset += step) {
    const Agreement found = agreement(looks, camera, offset);
    if (found.meetings < meetings_min || found.mean() >= best.mean) continue;
    best = {offset, found.mean()};
  }
  return best;
}

}  // namespace

std::vector<SessionTime> clock_offsets(std::span<const Sighting> sightings,
                                       std::span<const vision::Camera> cameras) {
  std::vector<SessionTime> offsets(cameras.size(), SessionTime{0});
  if (cameras.size() < 2) return offsets;
  const std::vector<Looks> looks = looks_of(sightings, cameras);
  // Only one clock is taken to be wrong: the one whose change helps most.
  std::size_t wrong = cameras.size();
  double gain_best = 0;
  for (std::size_t camera = 0; camera < cameras.size(); ++camera) {
    const Agreement now = agreement(looks, camera, SessionTime{0});
    // An offset at which fewer meet may look good by chance.
    const int meetings_min = std::max(kMeetingsMin, now.meetings / 2);
    const Best coarse = search(looks, camera, -kOffsetMax, kOffsetMax, kCoarseStep, meetings_min);
    const Best fine = search(looks, camera, coarse.offset - kCoarseStep,
                             coarse.offset + kCoarseStep, kFineStep, meetings_min);
    const bool better = now.meetings == 0 || fine.mean < kBetterMin * now.mean();
    if (!better || std::chrono::abs(fine.offset) < kOffsetMin) continue;
    const double gain = now.mean() - fine.mean;
    if (gain <= gain_best) continue;
    gain_best = gain;
    wrong = camera;
    offsets.assign(cameras.size(), SessionTime{0});
    offsets[wrong] = fine.offset;
  }
  return offsets;
}

}  // namespace tally::cabinet
