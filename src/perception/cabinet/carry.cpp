#include "perception/cabinet/carry.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "perception/vision/assignment.hpp"
#include "perception/vision/embedder.hpp"

namespace tally::cabinet {
namespace {

constexpr double kItemExtent = 0.17;  // Diagonal of what is likely seen of it, metres.
constexpr double kHandExtent = 0.15;
constexpr SessionTime kLostTime = from_seconds(0.8);
constexpr double kGate = 4.0;  // Standard deviations.
// A sighting that nothing explains appears anywhere in a picture: about one in a million pixels.
constexpr double kClutterLogDensity = -13.8;
constexpr double kLooksWeight = 8.0;  // Of 1 - cosine, in units of log likelihood.
constexpr float kNewScore = 0.4F;     // A sighting less sure begins nothing.
constexpr double kTogetherMax = 2.4;  // Standard deviations that one path may be off.
constexpr float kOneBox = 0.4F;  // Overlap, of the smaller, from which two boxes may be of one.
constexpr double kApartShare = 0.12;  // Of the looks of the shorter, in which two may seem apart.
constexpr double kArm = 0.6;          // Metres.
constexpr float kHandItself = 0.75F;  // Overlap of a hand with an item that is none.
constexpr float kAlike = 0.35F;       // Cosine below which two items are not the same.
constexpr SessionTime kGapShort = from_seconds(0.6);
constexpr SessionTime kGapLong = from_seconds(2.5);
constexpr double kOutside = -0.15;  // y of what is surely before the opening.
constexpr double kWander = 0.7;     // Metres per second, of what is not seen.

struct Followed {
  SightingKind kind;
  std::vector<std::size_t> sightings;
  CarryFilter filter;
  std::vector<float> looks;  // Sum of embeddings.
  SessionTime last_seen{0};
};

void add_looks(std::vector<float>& sum, const std::vector<float>& embedding) {
  if (sum.empty()) sum.resize(embedding.size());
  for (std::size_t i = 0; i < embedding.size(); ++i) sum[i] += embedding[i];
}

// Cosine; std::nullopt where either was not embedded.
std::optional<float> alike(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.empty() || b.empty()) return std::nullopt;
  const auto dot = [](const std::vector<float>& p, const std::vector<float>& q) {
    return std::inner_product(p.begin(), p.end(), q.begin(), 0.0F);
  };
  const float norm = std::sqrt(dot(a, a) * dot(b, b));
  return norm > 0 ? dot(a, b) / norm : 0.0F;
}

class Follower {
 public:
  explicit Follower(const CarryScene& scene)
      : sightings_(scene.sightings), cameras_(scene.cameras), reach_(scene.reach) {}

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
    return -innovation->log_likelihood + (cosine ? kLooksWeight * (1 - *cosine) : 0.0);
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
    const double extent = sighting.kind == SightingKind::kHand ? kHandExtent : kItemExtent;
    auto filter =
        CarryFilter::begin(cameras_[sighting.camera], sighting.time, sighting.box, extent, reach_);
    if (!filter) return;
    active_.push_back(
        {sighting.kind, {index}, std::move(*filter), sighting.embedding, sighting.time});
  }

  std::span<const Sighting> sightings_;
  std::span<const vision::Camera> cameras_;
  vision::Cuboid reach_;
  std::vector<Followed> active_;
  std::vector<Followed> done_;
};

// Filters the sightings anew; those that a camera can't have seen are left out.
std::optional<Carry> refilter(SightingKind kind, std::vector<std::size_t> indices,
                              const CarryScene& scene) {
  const auto& [sightings, cameras, reach] = scene;
  std::sort(indices.begin(), indices.end());
  const double extent = kind == SightingKind::kHand ? kHandExtent : kItemExtent;
  const Sighting& first = sightings[indices.front()];
  auto filter = CarryFilter::begin(cameras[first.camera], first.time, first.box, extent, reach);
  if (!filter) return std::nullopt;
  Carry carry{kind, {indices.front()}, {}};
  for (const std::size_t index : std::span(indices).subspan(1)) {
    const Sighting& sighting = sightings[index];
    if (filter->update(cameras[sighting.camera], sighting.time, sighting.box)) {
      carry.sightings.push_back(index);
    }
  }
  carry.places = filter->smooth();
  return carry;
}

std::vector<float> looks_of(const Carry& carry, std::span<const Sighting> sightings) {
  std::vector<float> sum;
  for (const std::size_t index : carry.sightings) {
    if (!sightings[index].embedding.empty()) add_looks(sum, sightings[index].embedding);
  }
  return sum;
}

bool may_be_one(const vision::Box& a, const vision::Box& b) {
  const float smaller = std::min(a.area(), b.area());
  return vision::intersection(a, b).area() > kOneBox * smaller;
}

// Two things are not one where pictures show them beside each other. A picture or two may show one
// thing twice, as detectors do.
bool seen_apart(const Carry& a, const Carry& b, std::span<const Sighting> sightings) {
  std::size_t apart = 0;
  auto j = b.sightings.begin();
  for (const std::size_t i : a.sightings) {
    while (j != b.sightings.end() && sightings[*j].time < sightings[i].time) ++j;
    for (auto k = j; k != b.sightings.end() && sightings[*k].time == sightings[i].time; ++k) {
      const bool one_look = sightings[*k].camera == sightings[i].camera;
      if (one_look && !may_be_one(sightings[*k].box, sightings[i].box)) ++apart;
    }
  }
  const std::size_t shorter = std::min(a.sightings.size(), b.sightings.size());
  return static_cast<double>(apart) > kApartShare * static_cast<double>(shorter);
}

class Joiner {
 public:
  Joiner(std::vector<Carry> carries, const CarryScene& scene)
      : carries_(std::move(carries)), scene_(scene), sightings_(scene.sightings) {}

  std::vector<Carry> run() {
    while (join_best()) {
    }
    return std::move(carries_);
  }

 private:
  // How badly two fit to be one; std::nullopt where they can't be.
  [[nodiscard]] std::optional<double> misfit(const Carry& a, const Carry& b) const {
    if (a.kind != b.kind || seen_apart(a, b, sightings_)) return std::nullopt;
    const auto cosine = alike(looks_of(a, sightings_), looks_of(b, sightings_));
    if (cosine && *cosine < kAlike) return std::nullopt;
    const double looks = cosine ? 0.5 * (1 - *cosine) : 0.0;
    const SessionTime from = std::max(a.first().time, b.first().time);
    const SessionTime to = std::min(a.last().time, b.last().time);
    if (from <= to) return misfit_together(a, b, looks);
    return a.last().time < b.first().time ? misfit_after(a, b, looks) : misfit_after(b, a, looks);
  }

  // Both at one time: one thing, if one path explains what was seen of both.
  [[nodiscard]] std::optional<double> misfit_together(const Carry& a, const Carry& b,
                                                      double looks) const {
    const auto joined = refilter(a.kind, indices_of(a, b), scene_);
    if (!joined || joined->sightings.size() < a.sightings.size() + b.sightings.size()) {
      return std::nullopt;
    }
    double sum = 0;
    for (std::size_t i = 0; i < joined->sightings.size(); ++i) {
      const Sighting& sighting = sightings_[joined->sightings[i]];
      const auto off =
          residual(scene_.cameras[sighting.camera], sighting.box, joined->places[i].position);
      if (!off) return std::nullopt;
      sum += std::min(*off * *off, 25.0);
    }
    const double rms = std::sqrt(sum / static_cast<double>(joined->sightings.size()));
    if (rms > kTogetherMax) return std::nullopt;
    return 0.2 * rms + looks;
  }

  static std::vector<std::size_t> indices_of(const Carry& a, const Carry& b) {
    std::vector<std::size_t> indices = a.sightings;
    indices.insert(indices.end(), b.sightings.begin(), b.sightings.end());
    return indices;
  }

  // `b` begins after `a` has ended.
  [[nodiscard]] static std::optional<double> misfit_after(const Carry& a, const Carry& b,
                                                          double looks) {
    const SessionTime gap = b.first().time - a.last().time;
    const bool outside = a.last().position.y < kOutside && b.first().position.y < kOutside;
    if (gap > (outside ? kGapLong : kGapShort)) return std::nullopt;
    const double seconds = to_seconds(gap);
    // Half way between standing still and going on as it went.
    const vision::Point3 expected = a.last().position + (0.5 * seconds) * a.last().velocity;
    const double apart = vision::length(b.first().position - expected);
    const double allowed = 0.12 + std::min(0.5, kWander * seconds);
    if (apart > allowed) return std::nullopt;
    return 0.3 * apart / allowed + looks + 0.05 * seconds;
  }

  bool join_best() {
    double best = 0.75;
    std::optional<std::pair<std::size_t, std::size_t>> pair;
    for (std::size_t i = 0; i < carries_.size(); ++i) {
      for (std::size_t j = i + 1; j < carries_.size(); ++j) {
        const auto cost = misfit(carries_[i], carries_[j]);
        if (cost && *cost < best) {
          best = *cost;
          pair = {i, j};
        }
      }
    }
    if (!pair) return false;
    auto joined = refilter(carries_[pair->first].kind,
                           indices_of(carries_[pair->first], carries_[pair->second]), scene_);
    carries_.erase(carries_.begin() + static_cast<std::ptrdiff_t>(pair->second));
    if (joined) carries_[pair->first] = std::move(*joined);
    return true;
  }

  std::vector<Carry> carries_;
  const CarryScene& scene_;
  std::span<const Sighting> sightings_;
};

}  // namespace

vision::Cuboid reach_of(const cart::Cabinet& cabinet) {
  return {{-cabinet.width / 2 - kArm, -kArm - 0.3, -0.1},
          {cabinet.width / 2 + kArm, cabinet.depth, cabinet.height + 0.15}};
}

std::vector<Carry> follow(const CarryScene& scene) {
  std::vector<Carry> carries;
  for (Followed& followed : Follower(scene).run()) {
    if (followed.sightings.size() < 2) continue;
    carries.push_back({followed.kind, std::move(followed.sightings), followed.filter.smooth()});
  }
  carries = Joiner(std::move(carries), scene).run();
  std::erase_if(carries,
                [](const Carry& carry) { return carry.sightings.size() < kCarrySightingsMin; });
  std::sort(carries.begin(), carries.end(), [](const Carry& a, const Carry& b) {
    return std::pair(a.first().time, a.sightings.front()) <
           std::pair(b.first().time, b.sightings.front());
  });
  return carries;
}

}  // namespace tally::cabinet
