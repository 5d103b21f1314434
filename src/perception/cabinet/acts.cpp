#include "perception/cabinet/acts.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace tally::cabinet {
namespace {

// Depths at which a thing is as likely still inside as not, and how sharply that turns. An item is
// told by its middle and is first seen in a hand when its front is out already.
constexpr double kInsideDepth = -0.13;
constexpr double kOutsideDepth = -0.17;
constexpr double kDepthScale = 0.025;
constexpr double kPlaceSigma = 0.06;      // Metres, of where a thing left its facing.
constexpr double kMisplacedShare = 0.04;  // Of things that did not stand where the layout says.
constexpr SessionTime kActSlack = from_seconds(0.3);
constexpr SessionTime kAuditDelay = from_seconds(1.2);
constexpr double kFullEvidence = 8;  // Sightings that make an event sure, as far as they can.

double logistic(double value) { return 1 / (1 + std::exp(-value)); }

double probability_inside(const CarryPlace& place) {
  const double scale = std::hypot(kDepthScale, place.sigma.y);
  return logistic((place.position.y - kInsideDepth) / scale);
}

double probability_outside(const CarryPlace& place) {
  const double scale = std::hypot(kDepthScale, place.sigma.y);
  return logistic((kOutsideDepth - place.position.y) / scale);
}

// Distance from a place to where a facing's front item stands.
double distance_to(const cart::Layout& layout, std::size_t index, const vision::Point3& point) {
  const cart::LayoutFacing& facing = layout.facings[index];
  const cart::FacingPlace& place = *facing.place;
  const cart::ProductSize& size = *layout.products[facing.product].size;
  const double z = layout.shelves[place.shelf].z;
  const auto beyond = [](double value, double low, double high) {
    return std::max({0.0, low - value, value - high});
  };
  const double half = size.width / 2;
  const double x = beyond(point.x, std::min(place.left + half, place.right - half),
                          std::max(place.left + half, place.right - half));
  const double up = beyond(point.z, z + size.height * 0.4, z + size.height * 0.75);
  return std::hypot(x, up);
}

struct Way {
  SessionTime crossing{0};
  vision::Point3 place;  // Where it was innermost at this end.
  double probability = 0;
};

// The take at a carry's beginning: first seen inside, later outside.
std::optional<Way> way_out(const Carry& carry) {
  double inside = 0;
  double best = 0;
  std::size_t last_inside = 0;
  std::size_t innermost = 0;
  for (std::size_t i = 0; i < carry.places.size(); ++i) {
    const CarryPlace& place = carry.places[i];
    // Only what was inside before it was ever surely outside began in the stock.
    if (best < 0.5) {
      const double here = probability_inside(place);
      if (here > inside) {
        inside = here;
      }
      if (place.position.y > carry.places[innermost].position.y) innermost = i;
      if (here > 0.5) last_inside = i;
    }
    best = std::max(best, probability_outside(place));
  }
  if (inside * best < 0.05) return std::nullopt;
  return Way{carry.places[last_inside].time, carry.places[innermost].position, inside * best};
}

Carry reversed(const Carry& carry) {
  Carry back = carry;
  std::reverse(back.places.begin(), back.places.end());
  std::reverse(back.sightings.begin(), back.sightings.end());
  return back;
}

std::vector<std::size_t> cameras_of(std::span<const std::size_t> indices,
                                    std::span<const Sighting> sightings) {
  std::map<std::size_t, double> seen;
  for (const std::size_t index : indices) {
    seen[sightings[index].camera] += sightings[index].score;
  }
  std::vector<std::size_t> cameras;
  for (const auto& [camera, weight] : seen) cameras.push_back(camera);
  std::stable_sort(cameras.begin(), cameras.end(),
                   [&](std::size_t a, std::size_t b) { return seen[a] > seen[b]; });
  return cameras;
}

void normalise(std::vector<double>& logs) {
  const double most = *std::max_element(logs.begin(), logs.end());
  double sum = 0;
  for (double& value : logs) sum += value = std::exp(value - most);
  for (double& value : logs) value /= sum;
}

class Finder {
 public:
  explicit Finder(const ActInputs& inputs) : inputs_(inputs), layout_(*inputs.layout) {}

  std::vector<Act> run() {
    for (const Carry& carry : inputs_.carries) {
      if (carry.kind != SightingKind::kItemInHand) continue;
      const std::vector<double> looks = looks_of(carry);
      if (const auto out = way_out(carry)) {
        add(carry, EventKind::kTake, *out, looks, out->crossing - kActSlack,
            out->crossing + kAuditDelay);
      }
      if (const auto in = way_out(reversed(carry))) {
        add(carry, EventKind::kPut, *in, looks, in->crossing - kActSlack,
            carry.last().time + kAuditDelay);
      }
    }
    std::stable_sort(acts_.begin(), acts_.end(),
                     [](const Act& a, const Act& b) { return a.time < b.time; });
    return std::move(acts_);
  }

 private:
  [[nodiscard]] std::vector<double> looks_of(const Carry& carry) const {
    std::vector<const std::vector<float>*> embeddings;
    for (const std::size_t index : carry.sightings) {
      const Sighting& sighting = inputs_.sightings[index];
      if (!sighting.embedding.empty()) embeddings.push_back(&sighting.embedding);
    }
    return inputs_.likelihood(embeddings);
  }

  void add(const Carry& carry, EventKind kind, const Way& way, const std::vector<double>& looks,
           SessionTime before, SessionTime after) {
    Act act;
    act.kind = kind;
    act.time = way.crossing;
    act.place = way.place;
    act.sightings = carry.sightings;
    act.cameras = cameras_of(carry.sightings, inputs_.sightings);
    const double enough =
        1 - std::exp(-static_cast<double>(carry.sightings.size()) / (kFullEvidence / 3));
    act.event_probability = way.probability * enough;
    std::vector<double> logs = looks;  // The last is "none of these".
    const std::vector<double> places = place_logs(way.place, kind, before, after, act.facing);
    for (std::size_t product = 0; product < layout_.products.size(); ++product) {
      logs[product] += places[product];
    }
    logs.back() += std::log(0.02);
    normalise(logs);
    act.foreign_probability = logs.back();
    logs.pop_back();
    act.product = static_cast<std::size_t>(
        std::max_element(logs.begin(), logs.end()) - logs.begin());
    act.product_probability = logs[act.product];
    act.products = std::move(logs);
    acts_.push_back(std::move(act));
  }

  // Log prior of each product by where it happened. A put may be anywhere, so only a take's place
  // tells its product.
  [[nodiscard]] std::vector<double> place_logs(const vision::Point3& place, EventKind kind,
                                               SessionTime before, SessionTime after,
                                               std::optional<std::size_t>& facing) const {
    const std::size_t count = layout_.products.size();
    std::vector<double> weights(count, kMisplacedShare / static_cast<double>(count));
    double most = 0;
    std::vector<double> near(layout_.facings.size());
    double sum = 0;
    for (std::size_t i = 0; i < layout_.facings.size(); ++i) {
      const double off = distance_to(layout_, i, place) / kPlaceSigma;
      const double changed = inputs_.evidence(i, before, after);
      near[i] = std::exp(-0.5 * off * off + changed);
      sum += near[i];
      if (near[i] > most) {
        most = near[i];
        facing = i;
      }
    }
    if (kind == EventKind::kTake && sum > 1e-12) {
      for (std::size_t i = 0; i < near.size(); ++i) {
        weights[layout_.facings[i].product] += (1 - kMisplacedShare) * near[i] / sum;
      }
    }
    for (double& weight : weights) weight = std::log(weight);
    return weights;
  }

  const ActInputs& inputs_;
  const cart::Layout& layout_;
  std::vector<Act> acts_;
};

}  // namespace

std::vector<Act> find_acts(const ActInputs& inputs) { return Finder(inputs).run(); }

}  // namespace tally::cabinet
