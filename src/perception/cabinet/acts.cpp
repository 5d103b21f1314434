#include "perception/cabinet/acts.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "perception/cabinet/opening.hpp"
#include "perception/cabinet/settle.hpp"
#include "perception/cabinet/unseen.hpp"

namespace tally::cabinet {
namespace {

// What is first seen before the opening may have left the stock unseen: the less likely the further
// out, metres.
constexpr double kUnseenReach = 0.2;
constexpr double kUnseenShare = 0.5;
constexpr double kUnseenAlone = 0.3;       // Metres to whatever else is carried then.
constexpr double kUnseenSightingsMin = 3;  // Of full score.
// A thing that is first seen in a hand which was inside a moment before was mostly taken there.
constexpr double kHandReach = 0.25;  // Metres, from the middle of a hand to that of what it holds.
constexpr SessionTime kHandNear = from_seconds(0.2);
constexpr SessionTime kHandBefore = from_seconds(1.0);
constexpr double kHandShare = 0.9;
constexpr double kMisplacedShare = 0.05;   // Of things that did not stand where the layout says,
constexpr double kBroughtElsewhere = 0.3;  // and of those put in that were not taken before.
constexpr SessionTime kActSlack = from_seconds(0.3);
constexpr SessionTime kAuditDelay = from_seconds(1.2);
constexpr double kSightingsEnough = 3.2;  // So many true ones, outside, make an act 63 % sure.
// A few sightings beside something else that is carried are mostly a part of that.
constexpr double kFragment = 8;
constexpr double kFragmentShare = 0.2;
constexpr double kChangeWeight = 0.05;  // Of a facing's change, for whether there was an act.
constexpr double kLeftSure = 0.5;       // Of a take, for its facing to have lost its front item.
constexpr double kMisleading = 0.05;    // Of items all of whose looks mislead.
constexpr double kForeignPrior = 0.04;  // Of what hands carry: none of the products.
// So much likelier is a product to be taken once it was taken before: 24 of 134 later takes on 211
// tuning sessions, of 1 in 13 products.
constexpr double kAgain = 3;
constexpr double kPutInstead = 0.5;  // Less likely a take than that, and the put tells the place.
constexpr double kNearMin = 1e-6;    // Less than that, and no facing is near.

// Share of a carry's places that are possible: inside is only what is between the walls.
double possible_share(const Carry& carry, const cart::Cabinet& cabinet) {
  double sum = 0;
  for (const CarryPlace& place : carry.places) {
    const double deep = logistic((place.position.y - kDepthScale) / kDepthScale);
    sum += 1 - deep * (1 - probability_within(place, cabinet));
  }
  return sum / static_cast<double>(carry.places.size());
}

struct Way {
  SessionTime crossing{0};
  vision::Point3 place;  // Where it was innermost at this end.
  double probability = 0;
};

// How near the opening a thing was that is seen first, or last, before it.
double near_opening(const CarryPlace& place) {
  return std::exp(-std::max(0.0, kOutsideDepth - place.position.y) / kUnseenReach);
}

// The take at a carry's beginning: first seen inside, later outside. `inside` is how likely it was
// inside before it was seen.
std::optional<Way> way_out(const Carry& carry, const cart::Cabinet& cabinet, double inside) {
  double best = 0;
  std::size_t last_inside = 0;
  std::size_t innermost = 0;
  for (std::size_t i = 0; i < carry.places.size(); ++i) {
    const CarryPlace& place = carry.places[i];
    // Only what was inside before it was ever surely outside began in the stock.
    if (best < 0.5) {
      const double here = probability_inside(place, cabinet);
      if (here > inside) {
        inside = here;
      }
      if (place.position.y > carry.places[innermost].position.y) innermost = i;
      if (here > 0.5) last_inside = i;
    }
    best = std::max(best, probability_outside(place));
  }
  const double possible = possible_share(carry, cabinet);
  const double probability = inside * best * possible * possible;
  if (probability < 0.05) return std::nullopt;
  return Way{carry.places[last_inside].time, carry.places[innermost].position, probability};
}

Carry reversed(const Carry& carry) {
  Carry back = carry;
  std::reverse(back.places.begin(), back.places.end());
  std::reverse(back.sightings.begin(), back.sightings.end());
  return back;
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

  [[nodiscard]] std::vector<CarriedItem> read_all() const {
    std::vector<CarriedItem> items;
    for (std::size_t i = 0; i < inputs_.carries.size(); ++i) {
      if (auto item = read(i)) items.push_back(std::move(*item));
    }
    return items;
  }

  // From here on it is known which facings they left, and which products were taken when.
  void know_takes_of(std::span<const CarriedItem> items) {
    for (const CarriedItem& item : items) {
      if (!item.take || item.take->probability < kLeftSure) continue;
      taken_.push_back({item.carry, item.take->time, item.products});
      if (item.take->facing) left_.push_back({*item.take->facing, item.take->time});
    }
  }

 private:
  struct Window {
    SessionTime before;
    SessionTime after;
  };

  [[nodiscard]] std::optional<CarriedItem> read(std::size_t index) const {
    const Carry& carry = inputs_.carries[index];
    if (carry.kind != SightingKind::kItemInHand) return std::nullopt;
    const auto out = way_out(carry, *layout_.cabinet, unseen_before(index));
    const auto in = way_out(reversed(carry), *layout_.cabinet, unseen_after(index));
    if (!out && !in) return std::nullopt;
    CarriedItem item;
    item.carry = index;
    item.cameras = cameras_of(carry, inputs_.sightings);
    const double sightings = true_sightings(carry, inputs_.sightings);
    double enough = 1 - std::exp(-seen_outside(carry) / kSightingsEnough);
    if (sightings <= kFragment && (!is_alone(index, carry.places[carry.places.size() / 2]) ||
                                   is_part(index, inputs_.carries, inputs_.sightings))) {
      enough *= kFragmentShare;
    }
    std::vector<double> logs = looks(carry);
    const bool both = out.has_value() && in.has_value();
    // Where it came from tells what it is, unless it hardly came from there.
    const bool by_put = in && (!out || out->probability < kPutInstead * in->probability);
    if (out) {
      // What came out unseen may have left its place some time before.
      const bool seen_inside = probability_inside(carry.first(), *layout_.cabinet) > 0.5;
      const Window window{out->crossing - kActSlack - (seen_inside ? SessionTime{0} : kHandBefore),
                          out->crossing + kAuditDelay};
      item.take = act(EventKind::kTake, index, *out, enough, window, both);
      if (!by_put) add(place_logs(EventKind::kTake, *out, window), logs);
      add(again_logs(index, out->crossing), logs);
    }
    if (in) {
      const Window window{in->crossing - kActSlack, carry.last().time + kAuditDelay};
      item.put = act(EventKind::kPut, index, *in, enough, window, both);
      if (by_put) add(place_logs(EventKind::kPut, *in, window), logs);
    }
    logs.push_back(std::log(kForeignPrior));
    normalise(logs);
    item.foreign = logs.back();
    logs.pop_back();
    item.product = largest(logs);
    item.products = std::move(logs);
    return item;
  }

  [[nodiscard]] double began_unseen(const Carry& carry) const {
    if (true_sightings(carry, inputs_.sightings) < kUnseenSightingsMin) return 0;
    return kUnseenShare * near_opening(carry.first()) * trust(carry.first());
  }

  // How often it was surely seen outside: what stands near a hand that reaches in is taken for held
  // by it now and then.
  [[nodiscard]] double seen_outside(const Carry& carry) const {
    double sum = 0;
    for (std::size_t i = 0; i < carry.sightings.size(); ++i) {
      sum += probability_held(inputs_.sightings[carry.sightings[i]]) *
             probability_outside(carry.places[i]);
    }
    return sum;
  }

  static void add(const std::vector<double>& more, std::vector<double>& logs) {
    for (std::size_t i = 0; i < more.size(); ++i) logs[i] += more[i];
  }

  [[nodiscard]] double unseen_before(std::size_t index) const {
    const Carry& carry = inputs_.carries[index];
    if (!is_alone(index, carry.first())) return 0;
    return std::max(
        began_unseen(carry),
        hand_inside(carry, carry.first(), carry.first().time - kHandBefore, carry.first().time));
  }

  [[nodiscard]] double unseen_after(std::size_t index) const {
    const Carry& carry = inputs_.carries[index];
    if (!is_alone(index, carry.last())) return 0;
    return hand_inside(carry, carry.last(), carry.last().time, carry.last().time + kHandBefore);
  }

  // How likely a hand that holds the thing at `at` was inside within a time.
  [[nodiscard]] double hand_inside(const Carry& carry, const CarryPlace& at, SessionTime from,
                                   SessionTime to) const {
    if (true_sightings(carry, inputs_.sightings) < kUnseenSightingsMin) return 0;
    double most = 0;
    for (const Carry& hand : inputs_.carries) {
      if (hand.kind != SightingKind::kHand) continue;
      const bool holds = std::ranges::any_of(hand.places, [&](const CarryPlace& place) {
        return std::chrono::abs(place.time - at.time) <= kHandNear &&
               vision::length(place.position - at.position) <= kHandReach;
      });
      if (!holds) continue;
      for (const CarryPlace& place : hand.places) {
        if (place.time < from || place.time > to) continue;
        most = std::max(most, probability_inside(place, *layout_.cabinet));
      }
    }
    return kHandShare * near_opening(at) * most;
  }

  [[nodiscard]] std::vector<double> looks(const Carry& carry) const {
    std::vector<identify::Look> seen;
    for (const std::size_t index : carry.sightings) {
      const Sighting& sighting = inputs_.sightings[index];
      if (sighting.embedding.empty()) continue;
      seen.push_back({sighting.embedding, static_cast<int>(sighting.camera)});
    }
    return tempered(inputs_.likelihood(seen));
  }

  // All looks at one item may be misleading together: a hand around it, a side without a label.
  // Then they say no more than that it is one of the products.
  static std::vector<double> tempered(std::vector<double> logs) {
    if (logs.empty()) return logs;
    const double most = *std::max_element(logs.begin(), logs.end());
    double sum = 0;
    for (const double value : logs) sum += std::exp(value - most);
    const double even = sum / static_cast<double>(logs.size());
    for (double& value : logs) {
      value = most + std::log((1 - kMisleading) * std::exp(value - most) + kMisleading * even);
    }
    return logs;
  }

  // Whether nothing else was carried near this place then.
  [[nodiscard]] bool is_alone(std::size_t index, const CarryPlace& at) const {
    for (std::size_t other = 0; other < inputs_.carries.size(); ++other) {
      const Carry& carry = inputs_.carries[other];
      if (other == index || carry.kind != SightingKind::kItemInHand) continue;
      for (const CarryPlace& place : carry.places) {
        const SessionTime apart = std::chrono::abs(place.time - at.time);
        if (apart > kActSlack) continue;
        if (vision::length(place.position - at.position) < kUnseenAlone) return false;
      }
    }
    return true;
  }

  [[nodiscard]] std::vector<double> near(EventKind kind, const vision::Point3& place,
                                         const Window& window) const {
    return nearness(layout_, place, inputs_.evidence, window.before, window.after, left(kind));
  }

  // What is put back where it stood makes its facing look as before it was taken.
  [[nodiscard]] std::span<const Leaving> left(EventKind kind) const {
    return kind == EventKind::kTake ? left_ : std::span<const Leaving>{};
  }

  // Where an item is taken and put back in one go, its facing looks in the end as it did before.
  [[nodiscard]] Act act(EventKind kind, std::size_t carry, const Way& way, double enough,
                        const Window& window, bool both) const {
    Act act{kind, way.crossing, carry, way.probability * enough, way.place};
    if (layout_.facings.empty()) return act;
    act.facing = largest(near(kind, way.place, window));
    if (both) return act;
    const double change = inputs_.evidence(*act.facing, window.before, window.after,
                                           left_before(*act.facing, window.before, left(kind)));
    const double p = std::clamp(act.probability, 1e-3, 1 - 1e-3);
    act.probability = logistic(std::log(p / (1 - p)) + kChangeWeight * change);
    return act;
  }

  // Log prior of each product by where it was taken from, or put. Of things a share is not where
  // the layout says.
  [[nodiscard]] std::vector<double> place_logs(EventKind kind, const Way& way,
                                               const Window& window) const {
    const double elsewhere = kind == EventKind::kTake ? kMisplacedShare : kBroughtElsewhere;
    const std::size_t count = layout_.products.size();
    std::vector<double> weights(count, 1.0 / static_cast<double>(count));
    const std::vector<double> nears = near(kind, way.place, window);
    const double sum = std::accumulate(nears.begin(), nears.end(), 0.0);
    if (sum > kNearMin) {
      // What was not taken there tells nothing by its place.
      const double placed = (1 - elsewhere) * way.probability;
      for (double& weight : weights) weight *= 1 - placed;
      for (std::size_t i = 0; i < nears.size(); ++i) {
        weights[layout_.facings[i].product] += placed * nears[i] / sum;
      }
    }
    for (double& weight : weights) weight = std::log(weight);
    return weights;
  }

  // Log prior of each product by what was taken before. What is taken at about the same time may be
  // the same item, followed twice.
  [[nodiscard]] std::vector<double> again_logs(std::size_t carry, SessionTime time) const {
    std::vector<double> before(layout_.products.size(), 0.0);
    for (const Taken& taken : taken_) {
      if (taken.carry == carry || taken.time >= time - kActSlack) continue;
      for (std::size_t i = 0; i < before.size(); ++i) {
        before[i] = std::max(before[i], taken.products[i]);
      }
    }
    double sum = 0;
    for (double& weight : before) sum += weight = 1 + (kAgain - 1) * weight;
    const double mean = sum / static_cast<double>(before.size());
    for (double& weight : before) weight = std::log(weight / mean);
    return before;
  }

  struct Taken {
    std::size_t carry = 0;
    SessionTime time{0};
    std::vector<double> products;
  };

  const ActInputs& inputs_;
  const cart::Layout& layout_;
  std::vector<Leaving> left_;
  std::vector<Taken> taken_;
};

}  // namespace

std::vector<CarriedItem> find_acts(const ActInputs& inputs) {
  Finder finder(inputs);
  finder.know_takes_of(finder.read_all());
  std::vector<CarriedItem> items = finder.read_all();
  settle(items, inputs.carries, inputs.sightings);
  add_unseen_acts(inputs, items);
  join_takes_with_puts(items);
  doubt_what_was_brought(items);
  return items;
}

}  // namespace tally::cabinet
