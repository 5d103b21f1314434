#include "perception/vision/tracker.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "perception/vision/assignment.hpp"

namespace tally::vision {
namespace {

// A lost track whose prediction lies on a seen one by more than this is the same thing, found
// twice.
constexpr float kDuplicateIou = 0.85F;

bool usable(const Detection& detection, float score_min) {
  const Box& box = detection.box;
  const bool finite = std::isfinite(box.left) && std::isfinite(box.top) &&
                      std::isfinite(box.right) && std::isfinite(box.bottom);
  return finite && box.area() > 0 && detection.score >= score_min && std::isfinite(detection.score);
}

// Indices of usable detections, best first, at most kTrackedDetectionsMax.
std::vector<std::size_t> best_first(std::span<const Detection> detections, float score_min) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < detections.size(); ++i) {
    if (usable(detections[i], score_min)) order.push_back(i);
  }
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    const float difference = detections[a].score - detections[b].score;
    return difference != 0 ? difference > 0 : a < b;
  });
  if (order.size() > kTrackedDetectionsMax) order.resize(kTrackedDetectionsMax);
  return order;
}

}  // namespace

// One assignment: which tracks compete for which detections, and what is left of these afterwards.
struct Tracker::Round {
  std::span<const Detection> detections;
  SessionTime time;
  float iou_min = 0;
  std::vector<std::size_t> tracks;
  std::vector<std::size_t> open;  // Indices of detections; matched ones are taken out.
};

Tracker::Tracker(TrackerOptions options) : options_(options) {}

float Tracker::cost(std::size_t track, const Detection& detection, float iou_min) const {
  const float overlap = iou(tracks_[track].box, detection.box);
  const float forbidden = 1 - iou_min + options_.class_penalty;
  if (overlap < iou_min) return forbidden;
  float total = 0;
  float same = 0;
  for (const Vote& vote : filters_[track].votes) {
    total += vote.weight;
    if (vote.class_id == detection.class_id) same = vote.weight;
  }
  const float share = total > 0 ? same / total : 1;
  // A hair under the limit, so that what the overlap allows the class does not forbid.
  return std::min(1 - overlap + options_.class_penalty * (1 - share), forbidden * 0.9999F);
}

void Tracker::match(Round& round) {
  std::vector<float> costs;
  costs.reserve(round.tracks.size() * round.open.size());
  for (const std::size_t track : round.tracks) {
    for (const std::size_t index : round.open) {
      costs.push_back(cost(track, round.detections[index], round.iou_min));
    }
  }
  const std::vector<int> pairs = assign(costs, round.tracks.size(), round.open.size(),
                                        1 - round.iou_min + options_.class_penalty);
  std::vector<bool> taken(round.open.size());
  for (std::size_t row = 0; row < pairs.size(); ++row) {
    if (pairs[row] == kUnassigned) continue;
    const auto column = static_cast<std::size_t>(pairs[row]);
    const std::size_t index = round.open[column];
    hit(round.tracks[row], index, round.detections[index], round.time);
    taken[column] = true;
  }
  std::vector<std::size_t> left;
  for (std::size_t i = 0; i < taken.size(); ++i) {
    if (!taken[i]) left.push_back(round.open[i]);
  }
  round.open = std::move(left);
}

void Tracker::hit(std::size_t track, std::size_t index, const Detection& detection,
                  SessionTime time) {
  Track& t = tracks_[track];
  Filters& filters = filters_[track];
  if (t.hits > 0) filters.motion.correct(detection.box);
  auto vote = std::ranges::find(filters.votes, detection.class_id, &Vote::class_id);
  if (vote == filters.votes.end()) {
    if (filters.votes.size() == kClassVotesMax) {
      filters.votes.erase(std::ranges::min_element(filters.votes, {}, &Vote::weight));
    }
    vote = filters.votes.insert(filters.votes.end(), {detection.class_id, 0});
  }
  vote->weight += detection.score;
  const auto winner = std::ranges::max_element(filters.votes, {}, &Vote::weight);
  const float total = std::accumulate(filters.votes.begin(), filters.votes.end(), 0.0F,
                                      [](float sum, const Vote& v) { return sum + v.weight; });
  t.class_id = winner->class_id;
  t.class_share = total > 0 ? winner->weight / total : 0;
  t.hits += 1;
  t.misses = 0;
  t.score = detection.score;
  t.mean_score += (detection.score - t.mean_score) / static_cast<float>(t.hits);
  t.last_seen = time;
  t.detection = index;
  t.box = filters.motion.box();
  t.velocity = filters.motion.velocity();
  const bool confirmed = t.state != TrackState::kTentative || t.hits >= options_.hits_to_confirm;
  t.state = confirmed ? TrackState::kTracked : TrackState::kTentative;
}

void Tracker::begin(std::size_t index, const Detection& detection, SessionTime time) {
  if (tracks_.size() >= kTracksMax) return;
  Track track;
  track.id = next_id_++;
  track.first_seen = time;
  track.state = first_ ? TrackState::kTracked : TrackState::kTentative;
  tracks_.push_back(track);
  filters_.push_back({BoxFilter(detection.box), {}});
  hit(tracks_.size() - 1, index, detection, time);
}

void Tracker::predict(SessionTime time) {
  const double seconds = to_seconds(time - time_);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < tracks_.size(); ++i) {
    if (tracks_[i].state == TrackState::kRemoved) continue;
    if (kept != i) {
      tracks_[kept] = tracks_[i];
      filters_[kept] = std::move(filters_[i]);
    }
    Track& track = tracks_[kept];
    BoxFilter& motion = filters_[kept].motion;
    if (track.state == TrackState::kLost) motion.stop_resizing();
    motion.predict(seconds);
    track.box = motion.box();
    track.velocity = motion.velocity();
    track.detection.reset();
    ++kept;
  }
  tracks_.resize(kept);
  filters_.erase(filters_.begin() + static_cast<std::ptrdiff_t>(kept), filters_.end());
  time_ = time;
}

void Tracker::age_unmatched(SessionTime time) {
  for (Track& track : tracks_) {
    if (track.detection) continue;
    track.misses += 1;
    const bool give_up =
        track.state == TrackState::kTentative || time - track.last_seen > options_.lost_max;
    track.state = give_up ? TrackState::kRemoved : TrackState::kLost;
  }
}

void Tracker::remove_duplicates() {
  for (Track& lost : tracks_) {
    if (lost.state != TrackState::kLost) continue;
    for (Track& seen : tracks_) {
      if (seen.state != TrackState::kTracked || iou(lost.box, seen.box) <= kDuplicateIou) continue;
      // The older of the two is the better known; it alone goes on.
      const bool lost_is_older = lost.last_seen - lost.first_seen > time_ - seen.first_seen;
      (lost_is_older ? seen : lost).state = TrackState::kRemoved;
      break;
    }
  }
}

std::span<const Track> Tracker::update(SessionTime time, std::span<const Detection> detections) {
  const SessionTime now = first_ ? time : std::max(time, time_);
  if (first_) time_ = now;
  predict(now);
  std::vector<std::size_t> sure = best_first(detections, options_.score_low);
  const auto boundary = std::ranges::find_if(
      sure, [&](std::size_t i) { return detections[i].score < options_.score_high; });
  std::vector<std::size_t> unsure(boundary, sure.end());
  sure.erase(boundary, sure.end());

  const auto unmatched = [&](std::initializer_list<TrackState> states) {
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0; i < tracks_.size(); ++i) {
      const bool wanted = std::ranges::find(states, tracks_[i].state) != states.end();
      if (wanted && !tracks_[i].detection) chosen.push_back(i);
    }
    return chosen;
  };
  Round round{detections, now, options_.iou_high_min, {}, std::move(sure)};
  round.tracks = unmatched({TrackState::kTracked, TrackState::kLost});
  match(round);
  Round second{detections, now, options_.iou_low_min, unmatched({TrackState::kTracked}),
               std::move(unsure)};
  match(second);
  round.tracks = unmatched({TrackState::kTentative});
  round.iou_min = options_.iou_tentative_min;
  match(round);
  for (const std::size_t index : round.open) {
    if (detections[index].score >= options_.score_new) begin(index, detections[index], now);
  }
  age_unmatched(now);
  remove_duplicates();
  first_ = false;
  return tracks_;
}

}  // namespace tally::vision
