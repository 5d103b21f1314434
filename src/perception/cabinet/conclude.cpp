#include "perception/cabinet/conclude.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "perception/cabinet/clock_offset.hpp"
#include "perception/cabinet/opening.hpp"
#include "perception/cabinet/stock_audit.hpp"

namespace tally::cabinet {
namespace {

constexpr SessionTime kAuditSlack = from_seconds(0.2);
// A facing's difference as log odds of changed against unchanged: even odds at kChangeEven.
constexpr double kChangeEven = 4.5;
constexpr double kChangeSlope = 0.6;
constexpr double kChangeMax = 2.5;
// Metres that a row's front has to move back for it to be seen: what is taken from before others
// that look the same leaves the next one there, its own depth further back.
constexpr double kRowStepSeen = 0.15;
constexpr double kUnchangedLeast = 0.15;
// Of a cart's probability, on 46 tuning sessions; drawn a little to 1 and 0, since those are few.
constexpr double kOddsSlope = 1.2;
constexpr double kOddsOffset = 1.8;
constexpr double kOddsMax = 12;  // About 1 in 160,000.

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

// How much it tells that a facing looks as before, 0..1.
double told_by_no_change(const cart::Layout& layout, std::size_t index) {
  const cart::LayoutFacing& facing = layout.facings[index];
  const auto& size = layout.products[facing.product].size;
  if (facing.rows <= 1 || facing.stock.value_or(facing.rows) <= 1 || !size) return 1;
  return std::clamp(size->depth / kRowStepSeen, kUnchangedLeast, 1.0);
}

double evidence(const Observations& seen, const cart::Layout& layout,
                std::span<const SessionTime> offsets, std::size_t facing, SessionTime before,
                SessionTime after) {
  double sum = 0;
  double weight = 0;
  for (std::size_t i = 0; i < seen.views.size(); ++i) {
    const FacingView& view = seen.views[i];
    if (view.facing != facing) continue;
    const SessionTime offset = offsets[view.camera];
    const auto change = seen.watches[i].change(before - offset, after - offset);
    if (!change) continue;
    const double odds = std::clamp(kChangeSlope * (static_cast<double>(*change) - kChangeEven),
                                   -kChangeMax, kChangeMax);
    sum += view.visible * odds;
    weight += view.visible;
  }
  if (weight <= 0) return 0;
  const double odds = sum / std::max(0.5, weight) * 1.5;
  return odds < 0 ? odds * told_by_no_change(layout, facing) : odds;
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

double calibrated(double probability) {
  const double odds = std::log(probability / (1 - probability));
  return logistic(kOddsSlope * std::clamp(odds, -kOddsMax, kOddsMax) + kOddsOffset);
}

CabinetOutcome conclude(Observations observations, const cart::Layout& layout,
                        const std::vector<std::size_t>& cameras,
                        const ProductLikelihood& likelihood) {
  const std::vector<vision::Camera> models = cameras_of(layout, cameras);
  std::vector<Sighting>& sightings = observations.sightings;
  CabinetOutcome outcome;
  outcome.clock_offsets = set_clocks_right(sightings, models);
  outcome.carries = follow({sightings, models, reach_of(*layout.cabinet)});
  const FacingEvidence changed = [&](std::size_t facing, SessionTime before, SessionTime after) {
    return evidence(observations, layout, outcome.clock_offsets, facing, before, after);
  };
  outcome.items = find_acts({&layout, sightings, outcome.carries, likelihood, changed});
  std::vector<cart::Doubt> doubts;
  if (!sightings.empty()) {
    doubts = audit_stock(outcome.items, layout, changed, sightings.front().time - kAuditSlack,
                         sightings.back().time + kAuditSlack);
  }
  std::vector<std::string> ids;
  for (const std::size_t camera : cameras) ids.push_back(layout.cameras[camera].id);
  outcome.cart = tally_up(outcome.items, layout, ids, std::move(doubts));
  outcome.cart.probability = calibrated(outcome.cart.probability);
  outcome.sightings = std::move(sightings);
  return outcome;
}

}  // namespace tally::cabinet
