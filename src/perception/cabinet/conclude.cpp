#include "perception/cabinet/conclude.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <ranges>
#include <span>
#include <string>
#include <utility>

#include "perception/cabinet/clock_offset.hpp"
#include "perception/cabinet/opening.hpp"
#include "perception/cabinet/stock_audit.hpp"

namespace tally::cabinet {
namespace {

constexpr SessionTime kBeforeLeft = from_seconds(0.5);  // A hand covers what it takes.
constexpr SessionTime kAuditSlack = from_seconds(0.2);
// What a facing's change to one camera (FacingWatch::change) tells, as log odds that an item left
// or came: counted on 310 tuning sessions, in 784 views of such facings and 29,371 of others then.
struct Told {
  double change;
  double odds;
};
constexpr std::array kTold{Told{kSameState, -4}, Told{-1.2, -0.9}, Told{-0.8, -0.8},
                           Told{-0.4, 0.7},      Told{0, 2},       Told{0.5, 2.8},
                           Told{1, 3.4},         Told{2, 4}};
// The same of a facing that an item has left already, by 39 views: what stands at its front now is
// further back, and shows less when it goes.
constexpr std::array kToldAgain{Told{kSameState, -1.5}, Told{-1.2, 0.5}, Told{-0.4, 1.0},
                                Told{0.3, 2}, Told{2, 2.5}};
constexpr double kVisibleEnough = 0.5;  // Of a front; seeing more of it tells no more.
// Of a cart's probability, second looks included: between what fits 506 tuning sessions, 1.5 and
// 2.0, and the 196 of them that nothing else was found on, 0.9 and 2.2.
constexpr double kOddsSlope = 1.5;
constexpr double kOddsOffset = 1.9;
constexpr double kOddsMax = 12;  // About 1 in 160,000.
// What a CarryScene has in each reading, the usual one first.
struct Reading {
  double looks_weight;
  double alike_min;
};
constexpr std::array kReadings = {Reading{8, 0.35}, Reading{6, 0.65},  Reading{10, 0.35},
                                  Reading{5, 0.35}, Reading{12, 0.65}, Reading{4, 0.65},
                                  Reading{14, 0.35}};

// Returns what was added to each camera's times.
std::vector<SessionTime> set_clocks_right(std::vector<Sighting>& sightings,
                                          std::span<const vision::Camera> cameras) {
  std::vector<SessionTime> offsets = clock_offsets(sightings, cameras);
  if (std::ranges::all_of(offsets, [](SessionTime offset) { return offset == SessionTime{0}; })) {
    return offsets;  // Looks were answered in the order of their frames.
  }
  for (Sighting& sighting : sightings) sighting.time += offsets[sighting.camera];
  std::ranges::stable_sort(sightings, {}, [](const Sighting& sighting) {
    return std::pair(sighting.time, sighting.camera);
  });
  return offsets;
}

double told_by(std::span<const Told> table, double change) {
  const auto above =
      std::ranges::find_if(table, [&](const Told& told) { return told.change > change; });
  if (above == table.end()) return table.back().odds;
  const Told& below = *(above - 1);  // The first is kSameState, and no change is less.
  return std::lerp(below.odds, above->odds,
                   (change - below.change) / (above->change - below.change));
}

// Cameras see a facing each in its own way, so what they tell adds up.
double evidence(const Observations& seen, std::span<const SessionTime> offsets, std::size_t facing,
                SessionTime before, SessionTime after, std::optional<SessionTime> left) {
  double sum = 0;
  for (std::size_t i = 0; i < seen.views.size(); ++i) {
    const FacingView& view = seen.views[i];
    if (view.facing != facing) continue;
    const SessionTime offset = offsets[view.camera];
    const auto change = seen.watches[i].change(before - offset, after - offset);
    if (!change) continue;
    const FacingWatch& watch = seen.watches[i];
    const bool back =
        left && watch.came_back(*left - kBeforeLeft - offset, before - offset, after - offset);
    const double odds = back ? kTold.front().odds
                             : told_by(left ? std::span<const Told>(kToldAgain) : kTold,
                                       static_cast<double>(*change));
    sum += std::min(1.0, view.visible / kVisibleEnough) * odds;
  }
  return sum;
}

// What all readings of a session have in common.
struct Room {
  const Observations& seen;
  const std::vector<SessionTime>& offsets;
  const cart::Layout& layout;
  const std::vector<std::size_t>& cameras;
  const std::vector<vision::Camera>& models;
  const ProductLikelihood& likelihood;
};

// The session with sightings given to things in one way. Without sightings and offsets.
CabinetOutcome read(const Room& room, const Reading& reading) {
  const std::vector<Sighting>& sightings = room.seen.sightings;
  CabinetOutcome outcome;
  outcome.carries = follow({sightings, room.models, reach_of(*room.layout.cabinet),
                            reading.looks_weight, reading.alike_min});
  const FacingEvidence changed = [&](std::size_t facing, SessionTime before, SessionTime after,
                                     std::optional<SessionTime> left) {
    return evidence(room.seen, room.offsets, facing, before, after, left);
  };
  outcome.items = find_acts({&room.layout, sightings, outcome.carries, room.likelihood, changed});
  std::vector<cart::Doubt> doubts;
  if (!sightings.empty()) {
    doubts = audit_stock(outcome.items, room.layout, changed, sightings.front().time - kAuditSlack,
                         sightings.back().time + kAuditSlack);
  }
  std::vector<std::string> ids;
  for (const std::size_t camera : room.cameras) ids.push_back(room.layout.cameras[camera].id);
  outcome.cart = tally_up(outcome.items, room.layout, ids, std::move(doubts));
  return outcome;
}

// What is paid for: a line of what was taken and put back again is none. Lines are by product.
bool same_lines(const CabinetCart& a, const CabinetCart& b) {
  const auto counts = std::views::filter([](const CartLine& line) { return line.quantity != 0; });
  return std::ranges::equal(a.lines | counts, b.lines | counts,
                            [](const CartLine& one, const CartLine& other) {
                              return one.product == other.product && one.quantity == other.quantity;
                            });
}

// The mean of what all readings give this cart.
double probability_given(const CabinetCart& cart, std::span<const CabinetCart> readings) {
  double sum = 0;
  for (const CabinetCart& reading : readings) {
    if (same_lines(cart, reading)) sum += reading.probability;
  }
  return sum / static_cast<double>(readings.size());
}

}  // namespace

std::vector<vision::Camera> cameras_of(const cart::Layout& layout,
                                       const std::vector<std::size_t>& indices) {
  std::vector<vision::Camera> cameras;
  for (const std::size_t camera : indices) {
    cameras.emplace_back(layout.cameras[camera].calibration.value());
  }
  return cameras;
}

Agreement agree(std::span<const CabinetCart> readings) {
  Agreement best{0, -1};
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const double given = probability_given(readings[i], readings);
    if (given > best.probability) best = {i, given};
  }
  return best;
}

double calibrated(double probability) {
  const double odds = std::log(probability / (1 - probability));
  return logistic(kOddsSlope * std::clamp(odds, -kOddsMax, kOddsMax) + kOddsOffset);
}

CabinetOutcome conclude(Observations observations, const cart::Layout& layout,
                        const std::vector<std::size_t>& cameras,
                        const ProductLikelihood& likelihood) {
  const std::vector<vision::Camera> models = cameras_of(layout, cameras);
  std::vector<SessionTime> offsets = set_clocks_right(observations.sightings, models);
  const Room room{observations, offsets, layout, cameras, models, likelihood};
  std::vector<CabinetOutcome> readings;
  std::vector<CabinetCart> carts;
  for (const Reading& reading : kReadings) {
    readings.push_back(read(room, reading));
    carts.push_back(readings.back().cart);
  }
  const Agreement found = agree(carts);
  CabinetOutcome outcome = std::move(readings[found.reading]);
  outcome.cart.probability = calibrated(found.probability);
  outcome.readings = std::move(carts);
  outcome.clock_offsets = std::move(offsets);
  outcome.sightings = std::move(observations.sightings);
  return outcome;
}

CabinetOutcome looked_again(const CabinetOutcome& first, CabinetOutcome second) {
  std::vector<CabinetCart> readings = first.readings;
  readings.insert(readings.end(), second.readings.begin(), second.readings.end());
  second.cart.probability = calibrated(probability_given(second.cart, readings));
  second.readings = std::move(readings);
  return second;
}

}  // namespace tally::cabinet
