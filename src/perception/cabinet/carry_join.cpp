#include "perception/cabinet/carry_join.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <queue>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include "perception/cabinet/carried_thing.hpp"

namespace tally::cabinet {
namespace {

constexpr double kTogetherMax = 2.4;  // Standard deviations that one path may be off.
constexpr double kApartShare = 0.12;  // Of the looks of the shorter, in which two may seem apart.
constexpr SessionTime kGapInside = from_seconds(0.6);
// True ones of each, to be one over a longer gap: a sleeve joined to an item would date its take to
// when the sleeve came.
constexpr double kGapSightingsMin = 2;
constexpr double kOutside = -0.15;  // y of what is surely before the opening.
constexpr double kWander = 0.7;     // Metres per second, of what is not seen.

std::vector<float> looks_of(const Carry& carry, std::span<const Sighting> sightings) {
  std::vector<float> sum;
  for (const std::size_t index : carry.sightings) {
    if (!sightings[index].embedding.empty()) add_looks(sum, sightings[index].embedding);
  }
  return sum;
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

// Both at one time: one thing, if one path explains what was seen of both.
std::optional<double> misfit_together(const Carry& a, const Carry& b, double looks,
                                      const CarryScene& scene) {
  const auto one = joined(a, b, scene);
  if (!one || one->sightings.size() < a.sightings.size() + b.sightings.size()) {
    return std::nullopt;
  }
  double sum = 0;
  for (std::size_t i = 0; i < one->sightings.size(); ++i) {
    const Sighting& sighting = scene.sightings[one->sightings[i]];
    const auto off =
        residual(scene.cameras[sighting.camera], sighting.box, one->places[i].position);
    if (!off) return std::nullopt;
    sum += std::min(*off * *off, 25.0);
  }
  const double rms = std::sqrt(sum / static_cast<double>(one->sightings.size()));
  if (rms > kTogetherMax) return std::nullopt;
  return 0.2 * rms + looks;
}

// `b` begins after `a` has ended.
std::optional<double> misfit_after(const Carry& a, const Carry& b, double looks,
                                   std::span<const Sighting> sightings) {
  const SessionTime gap = b.first().time - a.last().time;
  const bool outside = a.last().position.y < kOutside && b.first().position.y < kOutside;
  const bool sure =
      a.kind == SightingKind::kHand || (true_sightings(a, sightings) >= kGapSightingsMin &&
                                        true_sightings(b, sightings) >= kGapSightingsMin);
  if (gap > (outside && sure ? kJoinGapMax : kGapInside)) return std::nullopt;
  const double seconds = to_seconds(gap);
  // Half way between standing still and going on as it went.
  const vision::Point3 expected = a.last().position + (0.5 * seconds) * a.last().velocity;
  const double apart = vision::length(b.first().position - expected);
  const double allowed = 0.12 + std::min(0.5, kWander * seconds);
  if (apart > allowed) return std::nullopt;
  return 0.3 * apart / allowed + looks + 0.05 * seconds;
}

std::optional<double> misfit_of(const Carry& a, const std::vector<float>& a_looks, const Carry& b,
                                const std::vector<float>& b_looks, const CarryScene& scene) {
  if (a.kind != b.kind || seen_apart(a, b, scene.sightings)) return std::nullopt;
  const auto cosine = alike(a_looks, b_looks);
  if (cosine && *cosine < scene.alike_min) return std::nullopt;
  const double looks = cosine ? 0.5 * (1 - *cosine) : 0.0;
  const SessionTime from = std::max(a.first().time, b.first().time);
  const SessionTime to = std::min(a.last().time, b.last().time);
  if (from <= to) return misfit_together(a, b, looks, scene);
  return a.last().time < b.first().time ? misfit_after(a, b, looks, scene.sightings)
                                        : misfit_after(b, a, looks, scene.sightings);
}

struct Fragment {
  Carry carry;
  std::vector<float> looks;      // Sum of its embeddings.
  std::set<std::size_t> near{};  // Fragments of its kind that it could be one with by their times.
  std::size_t version = 0;       // Counts up when it changes or goes.
};

struct Fit {
  double misfit = 0;
  std::size_t first = 0;  // Below `second`.
  std::size_t second = 0;
  std::size_t first_version = 0;
  std::size_t second_version = 0;

  // The best is on top of a queue; of equal ones, that of the earliest fragments.
  friend bool operator<(const Fit& a, const Fit& b) {
    return std::tie(a.misfit, a.first, a.second) > std::tie(b.misfit, b.first, b.second);
  }
};

class Joiner {
 public:
  Joiner(std::vector<Carry> carries, const CarryScene& scene) : scene_(scene) {
    fragments_.reserve(carries.size());
    for (Carry& carry : carries) {
      std::vector<float> looks = looks_of(carry, scene.sightings);
      fragments_.push_back({std::move(carry), std::move(looks)});
    }
  }

  Joining run() {
    compare_near();
    while (!fits_.empty()) {
      const Fit fit = fits_.top();
      fits_.pop();
      const bool stands = fragments_[fit.first].version == fit.first_version &&
                          fragments_[fit.second].version == fit.second_version;
      if (stands) join(fit.first, fit.second);
    }
    Joining joining{{}, comparisons_};
    for (Fragment& fragment : fragments_) {
      if (!fragment.carry.sightings.empty()) joining.carries.push_back(std::move(fragment.carry));
    }
    return joining;
  }

 private:
  [[nodiscard]] SessionTime begin_of(std::size_t i) const {
    return fragments_[i].carry.first().time;
  }

  // Those that are joined at all, by time.
  [[nodiscard]] std::vector<std::size_t> candidates() const {
    std::vector<std::size_t> order(fragments_.size());
    std::iota(order.begin(), order.end(), 0U);
    if (order.size() > kFragmentsMax) {
      std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return fragments_[a].carry.sightings.size() > fragments_[b].carry.sightings.size();
      });
      order.resize(kFragmentsMax);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return begin_of(a) < begin_of(b); });
    return order;
  }

  void compare_near() {
    const std::vector<std::size_t> order = candidates();
    for (auto a = order.begin(); a != order.end(); ++a) {
      const SessionTime until = fragments_[*a].carry.last().time + kJoinGapMax;
      for (auto b = a + 1; b != order.end() && begin_of(*b) <= until; ++b) {
        if (fragments_[*a].carry.kind != fragments_[*b].carry.kind) continue;
        fragments_[*a].near.insert(*b);
        fragments_[*b].near.insert(*a);
        compare(std::min(*a, *b), std::max(*a, *b));
      }
    }
  }

  void compare(std::size_t i, std::size_t j) {
    ++comparisons_;
    const Fragment& a = fragments_[i];
    const Fragment& b = fragments_[j];
    const auto cost = misfit_of(a.carry, a.looks, b.carry, b.looks, scene_);
    if (cost && *cost < kMisfitMax) fits_.push({*cost, i, j, a.version, b.version});
  }

  // What is near to either in time is near to both as one, and nothing else is: between them lies
  // no more than kJoinGapMax.
  void join(std::size_t i, std::size_t j) {
    Fragment& kept = fragments_[i];
    Fragment gone = std::exchange(fragments_[j], Fragment{{}, {}, {}, fragments_[j].version + 1});
    for (const std::size_t other : gone.near) fragments_[other].near.erase(j);
    auto one = joined(kept.carry, gone.carry, scene_);
    if (!one) return;
    kept.carry = std::move(*one);
    kept.looks = looks_of(kept.carry, scene_.sightings);
    ++kept.version;
    kept.near.merge(gone.near);
    kept.near.erase(i);
    for (const std::size_t other : kept.near) {
      fragments_[other].near.insert(i);
      compare(std::min(i, other), std::max(i, other));
    }
  }

  const CarryScene& scene_;
  std::vector<Fragment> fragments_;
  std::priority_queue<Fit> fits_;
  std::size_t comparisons_ = 0;
};

}  // namespace

std::optional<double> misfit(const Carry& a, const Carry& b, const CarryScene& scene) {
  return misfit_of(a, looks_of(a, scene.sightings), b, looks_of(b, scene.sightings), scene);
}

std::optional<Carry> joined(const Carry& a, const Carry& b, const CarryScene& scene) {
  std::vector<std::size_t> indices = a.sightings;
  indices.insert(indices.end(), b.sightings.begin(), b.sightings.end());
  std::sort(indices.begin(), indices.end());
  const Sighting& first = scene.sightings[indices.front()];
  auto filter = CarryFilter::begin(scene.cameras[first.camera], first.time, first.box,
                                   likely_extent(a.kind), scene.reach);
  if (!filter) return std::nullopt;
  Carry carry{a.kind, {indices.front()}, {}};
  for (const std::size_t index : std::span(indices).subspan(1)) {
    const Sighting& sighting = scene.sightings[index];
    if (filter->update(scene.cameras[sighting.camera], sighting.time, sighting.box)) {
      carry.sightings.push_back(index);
    }
  }
  carry.places = filter->smooth();
  return carry;
}

Joining join_fragments(std::vector<Carry> fragments, const CarryScene& scene) {
  return Joiner(std::move(fragments), scene).run();
}

}  // namespace tally::cabinet
