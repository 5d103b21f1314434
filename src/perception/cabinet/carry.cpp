#include "perception/cabinet/carry.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "perception/cabinet/carried_thing.hpp"
#include "perception/cabinet/carry_join.hpp"
#include "perception/vision/assignment.hpp"

namespace tally::cabinet {
namespace {

constexpr SessionTime kLostTime = from_seconds(0.8);
constexpr double kGate = 4.0;  // Standard deviations.
// A sighting that nothing explains appears anywhere in a picture: about two in a million pixels.
constexpr double kClutterLogDensity = -13.0;
constexpr float kNewScore = 0.35F;    // A sighting less sure begins nothing.
constexpr double kArm = 0.6;          // Metres.
constexpr float kHandItself = 0.75F;  // Overlap of a hand with an item that is none.

struct Followed {
  SightingKind kind;
  std::vector<std::size_t> sightings;
  CarryFilter filter;
  std::vector<float> looks;  // Sum of embeddings.
  SessionTime last_seen{0};
};

class Follower {
 public:
  explicit Follower(const CarryScene& scene)
      : sightings_(scene.sightings),
        cameras_(scene.cameras),
        reach_(scene.reach),
        looks_weight_(scene.looks_weight) {}

  std::vector<Followed> run() {
    for (std::size_t begin = 0; begin < sightings_.size();) {
      std::size_t end = begin;
      while (end < sightings_.size() && sightings_[end].time == sightings_[begin].time &&
             sightings_[end].camera == sightings_[begin].camera) {
        ++end;
      }
      retire(sightings_[begin].time);
      for (const SightingKind kind : {SightingKind::kHand, SightingKind::kItemInHand}) {
        take_look(begin, end, kind);
      }
      begin = end;
    }
    retire(SessionTime::max());
    return std::move(done_);
  }

 private:
  void retire(SessionTime now) {
    std::erase_if(active_, [&](Followed& followed) {
      if (now - followed.last_seen <= kLostTime) return false;
      done_.push_back(std::move(followed));
      return true;
    });
  }

  [[nodiscard]] double cost(const Followed& followed, const Sighting& sighting) const {
    const auto innovation =
        followed.filter.judge(cameras_[sighting.camera], sighting.time, sighting.box);
    if (!innovation || innovation->distance > kGate) return -kClutterLogDensity;
    const auto cosine = alike(followed.looks, sighting.embedding);
    return -innovation->log_likelihood + (cosine ? looks_weight_ * (1 - *cosine) : 0.0);
  }

  void take_look(std::size_t begin, std::size_t end, SightingKind kind) {
    std::vector<std::size_t> seen;
    for (std::size_t i = begin; i < end; ++i) {
      if (sightings_[i].kind == kind && !is_hand_itself(begin, end, i)) seen.push_back(i);
    }
    if (seen.empty()) return;
    std::vector<std::size_t> known;
    for (std::size_t i = 0; i < active_.size(); ++i) {
      if (active_[i].kind == kind) known.push_back(i);
    }
    std::vector<float> costs;
    for (const std::size_t i : seen) {
      for (const std::size_t k : known) {
        costs.push_back(static_cast<float>(cost(active_[k], sightings_[i])));
      }
    }
    const std::vector<int> pairs =
        vision::assign(costs, seen.size(), known.size(), static_cast<float>(-kClutterLogDensity));
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (pairs[i] == vision::kUnassigned) {
        begin_one(seen[i]);
      } else {
        continue_one(active_[known[static_cast<std::size_t>(pairs[i])]], seen[i]);
      }
    }
  }

  // An item that is where a hand is, and less sure than that, is the hand.
  [[nodiscard]] bool is_hand_itself(std::size_t begin, std::size_t end, std::size_t index) const {
    const Sighting& item = sightings_[index];
    if (item.kind != SightingKind::kItemInHand) return false;
    return std::any_of(sightings_.begin() + static_cast<std::ptrdiff_t>(begin),
                       sightings_.begin() + static_cast<std::ptrdiff_t>(end),
                       [&](const Sighting& hand) {
                         return hand.kind == SightingKind::kHand && hand.score > item.score &&
                                vision::iou(hand.box, item.box) > kHandItself;
                       });
  }

  void continue_one(Followed& followed, std::size_t index) {
    const Sighting& sighting = sightings_[index];
    if (!followed.filter.update(cameras_[sighting.camera], sighting.time, sighting.box)) return;
    followed.sightings.push_back(index);
    followed.last_seen = sighting.time;
    add_looks(followed.looks, sighting.embedding);
  }

  void begin_one(std::size_t index) {
    const Sighting& sighting = sightings_[index];
    if (sighting.score < kNewScore || active_.size() >= kCarriesMax) return;
    auto filter = CarryFilter::begin(cameras_[sighting.camera], sighting.time, sighting.box,
                                     likely_extent(sighting.kind), reach_);
    if (!filter) return;
    active_.push_back(
        {sighting.kind, {index}, std::move(*filter), sighting.embedding, sighting.time});
  }

  std::span<const Sighting> sightings_;
  std::span<const vision::Camera> cameras_;
  vision::Cuboid reach_;
  double looks_weight_;
  std::vector<Followed> active_;
  std::vector<Followed> done_;
};

}  // namespace

vision::Cuboid reach_of(const cart::Cabinet& cabinet) {
  return {{-cabinet.width / 2 - kArm, -kArm - 0.3, -0.1},
          {cabinet.width / 2 + kArm, cabinet.depth, cabinet.height + 0.15}};
}

std::vector<std::size_t> cameras_of(const Carry& carry, std::span<const Sighting> sightings) {
  std::map<std::size_t, double> seen;
  for (const std::size_t index : carry.sightings) {
    seen[sightings[index].camera] += sightings[index].score;
  }
  std::vector<std::size_t> cameras;
  for (const auto& [camera, weight] : seen) cameras.push_back(camera);
  std::ranges::stable_sort(cameras, std::ranges::greater{},
                           [&](std::size_t camera) { return seen[camera]; });
  return cameras;
}

double true_sightings(const Carry& carry, std::span<const Sighting> sightings) {
  double sum = 0;
  for (const std::size_t index : carry.sightings) sum += probability_held(sightings[index]);
  return sum;
}

std::vector<Carry> follow(const CarryScene& scene) {
  std::vector<Carry> carries;
  for (Followed& followed : Follower(scene).run()) {
    if (followed.sightings.size() < 2) continue;
    carries.push_back({followed.kind, std::move(followed.sightings), followed.filter.smooth()});
  }
  carries = join_fragments(std::move(carries), scene).carries;
  std::erase_if(carries,
                [](const Carry& carry) { return carry.sightings.size() < kCarrySightingsMin; });
  std::sort(carries.begin(), carries.end(), [](const Carry& a, const Carry& b) {
    return std::pair(a.first().time, a.sightings.front()) <
           std::pair(b.first().time, b.sightings.front());
  });
  return carries;
}

}  // namespace tally::cabinet
