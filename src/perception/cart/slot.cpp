#include "perception/cart/slot.hpp"

#include <algorithm>
#include <cmath>

#include "perception/cart/stock.hpp"

namespace tally::cart {
namespace {

// How often the detector reports goods at a given empty place: its false positive rate per look.
constexpr float kFalsePositiveRate = 0.05F;
// Nobody is sure of a detector beyond this, however often it hit.
constexpr float kDetectionRateMax = 0.97F;
// The memory of the detection rate, in looks of full weight.
constexpr float kRateMemory = 20.0F;
// Decide at 20 to 1.
constexpr float kSureLogOdds = 3.0F;
// Bounds of the odds: an item at rest may be lifted at any moment (odds 1 to 55 in a look), and a
// vacant place is not watched beyond near certainty.
constexpr float kLogOddsMax = 4.0F;
constexpr float kLogOddsMin = -7.0F;
constexpr float kEvidenceMax = 9.0F;
// Before anything is known, a box seen once is rather a passing thing than an item at rest.
constexpr float kFormingLogOdds = -1.0F;
// Similarity at which the picture speaks for neither side, and how strongly it speaks per unit.
constexpr float kSimilarityNeutral = 0.85F;
// An unchanged picture outweighs a detector that fell silent; a changed one may have other causes.
constexpr float kSimilarityGain = 16.0F;
constexpr float kChangedVoiceMax = 2.0F;
constexpr float kUnchangedVoiceMax = 4.0F;
// How sure an item can be gone that was not seen to be carried off.
constexpr double kUnexplainedMax = 0.8;
constexpr SessionTime kCarryTime = from_seconds(1.0);
constexpr float kCoverMin = 0.03F;
// A look of full weight and score multiplies the odds of its class by e to this.
constexpr float kVoteLogOdds = 2.0F;
// The share of a place that may be hidden before a miss says nothing.
constexpr float kCoverMax = 0.5F;
// A resting item's box follows new sightings by this share.
constexpr float kBoxRenewal = 0.2F;

float sigmoid(float x) { return 1.0F / (1.0F + std::exp(-x)); }

float weight_of(SessionTime since) {
  return 1.0F - std::exp(-static_cast<float>(to_seconds(since) / to_seconds(kEvidenceTime)));
}

float blend(float a, float b) { return a + kBoxRenewal * (b - a); }

}  // namespace

float SightRate::rate() const { return std::min(hits / (hits + misses), kDetectionRateMax); }

void SightRate::hit(float weight) {
  hits += weight;
  if (hits + misses <= kRateMemory) return;
  misses *= kRateMemory / (hits + misses);
  hits = kRateMemory - misses;
}

Slot Slot::formed_by(const Sighting& sighting, SessionTime time) {
  Slot slot;
  slot.box = sighting.box;
  slot.log_odds = kFormingLogOdds;
  slot.first_seen = slot.arrived = slot.last_seen = slot.last_visible = slot.last_look = time;
  slot.votes = sighting.votes;
  return slot;
}

void Slot::add(float log_likelihood_ratio, float weight) {
  const float change = weight * log_likelihood_ratio;
  log_odds = std::clamp(log_odds + change, kLogOddsMin, kLogOddsMax);
  // That it is gone later does not speak against its having come.
  const float for_arrival = arrival == Arrival::kPut ? std::max(0.0F, change) : change;
  evidence_arrival = std::clamp(evidence_arrival + for_arrival, 0.0F, kEvidenceMax);
  if (first_missed)
    evidence_departure = std::clamp(evidence_departure - change, 0.0F, kEvidenceMax);
}

void Slot::seen(const Sighting& sighting, const SlotView& view) {
  if (view.cover > kCoverMin) last_covered = view.time;
  const float weight = weight_of(view.time - last_look);
  SightRate& looks = looks_like(view);
  add(std::log(looks.rate() / kFalsePositiveRate), weight);
  looks.hit(weight);
  last_look = last_seen = last_visible = view.time;
  first_missed.reset();
  evidence_departure = 0;
  const bool clear = view.still && view.cover < kCoverMax;
  // A label read with a hand around the item counts less than one of the item alone.
  const float trust = clear ? weight : 0.1F * weight;
  for (std::size_t i = 0; i < votes.size(); ++i) votes[i] += trust * sighting.votes[i];
  if (clear) occupied = view.picture;
  if (!clear || state != SlotState::kOccupied) return;
  box = {blend(box.left, sighting.box.left), blend(box.top, sighting.box.top),
         blend(box.right, sighting.box.right), blend(box.bottom, sighting.box.bottom)};
}

void Slot::touched(SessionTime time) {
  last_touched = time;
  if (!first_missed || time <= *first_missed + kTouchSlack) touched_at_loss = time;
}

void Slot::missed(const SlotView& view) {
  if (!first_missed) first_missed = view.time;
  if (view.cover > kCoverMin && view.time - last_seen <= kCarryTime) last_covered = view.time;
  // A place in turmoil or behind a person tells nothing by what is not seen there.
  const float sight = view.still ? std::max(0.0F, 1.0F - view.cover / kCoverMax) : 0.0F;
  const float weight = sight * weight_of(view.time - last_look);
  last_look = view.time;
  SightRate& looks = looks_like(view);
  const float rate = looks.rate();
  float ratio = std::log((1 - rate) / (1 - kFalsePositiveRate));
  bool evidently_there = false;
  if (occupied && state == SlotState::kOccupied) {
    const float likeness = vision::similarity(*occupied, *view.picture, box);
    evidently_there = likeness > kSimilarityNeutral;
    ratio += std::clamp(kSimilarityGain * (likeness - kSimilarityNeutral), -kChangedVoiceMax,
                        kUnchangedVoiceMax);
  }
  add(ratio, weight);
  // Only where the item evidently is does a miss tell about the detector.
  if (evidently_there) looks.miss(weight);
}

bool Slot::surely_occupied() const { return log_odds > kSureLogOdds; }
bool Slot::surely_vacant() const { return log_odds < -kSureLogOdds; }

std::size_t Slot::product() const {
  return static_cast<std::size_t>(std::max_element(votes.begin(), votes.end()) - votes.begin());
}

SessionTime Slot::departed_at() const {
  return first_missed ? (last_seen + *first_missed) / 2 : last_seen;
}

double Slot::product_probability(std::size_t product) const {
  double all = 0;
  for (const float vote : votes) all += std::exp(kVoteLogOdds * (vote - votes[product]));
  return 1 / all;
}

double Slot::same_product_as(const Slot& other) const {
  double same = 0;
  for (std::size_t i = 0; i < votes.size(); ++i) {
    same += product_probability(i) * other.product_probability(i);
  }
  return same;
}

double Slot::arrival_confidence() const {
  return sigmoid(evidence_arrival) * product_probability(product());
}

double Slot::departure_confidence() const {
  // Neither a person at it nor the item on its way was seen: something may just stand before it.
  const bool carried = last_visible > last_seen || last_covered + kCarryTime >= last_seen;
  const double gone = sigmoid(evidence_departure);
  return (carried ? gone : std::min(gone, kUnexplainedMax)) * product_probability(product());
}

}  // namespace tally::cart
