#include "perception/cabinet/opening.hpp"

#include <algorithm>
#include <cmath>

namespace tally::cabinet {
namespace {

constexpr double kTrustSigma = 0.15;  // Metres: a place as uncertain tells half as much.
constexpr double kWallSlack = 0.08;   // Metres, beyond the cabinet's sides.
constexpr double kNeighbour = 0.12;   // Metres.
constexpr double kPlaceSigma = 0.1;   // Metres, of where a thing left its facing.
// Of a facing's change, for whether it is the one that something left: those beside it change too.
constexpr double kWhereWeight = 0.65;

}  // namespace

double trust(const CarryPlace& place) {
  const double off = place.sigma.y / kTrustSigma;
  return 1 / (1 + off * off);
}

double probability_within(const CarryPlace& place, const cart::Cabinet& cabinet) {
  const double x = cabinet.width / 2 - std::abs(place.position.x);
  const double up = std::min(place.position.z, cabinet.height - place.position.z);
  return logistic((x + kWallSlack) / std::hypot(kDepthScale, place.sigma.x)) *
         logistic((up + kWallSlack) / std::hypot(kDepthScale, place.sigma.z));
}

double probability_inside(const CarryPlace& place, const cart::Cabinet& cabinet) {
  const double scale = std::hypot(kDepthScale, place.sigma.y);
  return logistic((place.position.y - kInsideDepth) / scale) * trust(place) *
         probability_within(place, cabinet);
}

double probability_outside(const CarryPlace& place) {
  const double scale = std::hypot(kDepthScale, place.sigma.y);
  return logistic((kOutsideDepth - place.position.y) / scale) * trust(place);
}

double distance_to(const cart::Layout& layout, std::size_t facing, const vision::Point3& point) {
  const cart::FacingPlace& place = *layout.facings[facing].place;
  const cart::ProductSize& size = *layout.products[layout.facings[facing].product].size;
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

std::optional<SessionTime> left_before(std::size_t facing, SessionTime time,
                                       std::span<const Leaving> left) {
  std::optional<SessionTime> first;
  for (const Leaving& one : left) {
    if (one.facing != facing || one.time >= time) continue;
    first = std::min(first.value_or(one.time), one.time);
  }
  return first;
}

std::vector<double> nearness(const cart::Layout& layout, const vision::Point3& place,
                             const FacingEvidence& evidence, SessionTime before, SessionTime after,
                             std::span<const Leaving> left) {
  std::vector<double> near(layout.facings.size());
  for (std::size_t i = 0; i < near.size(); ++i) {
    const double off = distance_to(layout, i, place) / kPlaceSigma;
    near[i] = std::exp(-0.5 * off * off +
                       kWhereWeight * evidence(i, before, after, left_before(i, before, left)));
  }
  return near;
}

std::size_t largest(std::span<const double> values) {
  return static_cast<std::size_t>(std::ranges::max_element(values) - values.begin());
}

bool stand_near(const cart::FacingPlace& a, const cart::FacingPlace& b) {
  return a.shelf == b.shelf && a.left < b.right + kNeighbour && b.left < a.right + kNeighbour;
}

}  // namespace tally::cabinet
