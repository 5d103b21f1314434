#include "perception/cabinet/unseen.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "perception/cabinet/opening.hpp"

namespace tally::cabinet {
namespace {

constexpr double kNear = 0.2;  // Metres from a hand's middle to a facing it reaches.
constexpr SessionTime kBefore = from_seconds(0.5);
constexpr SessionTime kAfter = from_seconds(1.0);
constexpr SessionTime kVisitGap = from_seconds(0.4);  // Longer, and it is another visit.
constexpr SessionTime kExplains = from_seconds(0.9);
// A facing that stays covered after an act shows its change in the next visit only.
constexpr SessionTime kStillCovered = from_seconds(2.5);
constexpr double kTaken = 0.75;       // That a facing changed because its product was taken,
constexpr double kOwnProduct = 0.93;  // and that what stood there was that.

// A facing looks different once its product was taken, and as before once it was put back.
constexpr double kTakenSure = 0.5;
constexpr double kTakenMin = 1.5;
constexpr double kAsBeforeMax = -2.0;
constexpr double kPutBack = 0.8;

// A hand, or an item in one, while it is inside.
struct Visit {
  std::size_t carry = 0;
  SessionTime from{0};
  SessionTime to{0};
  std::vector<vision::Point3> places;
};

std::vector<Visit> visits_of(const ActInputs& inputs) {
  std::vector<Visit> visits;
  for (std::size_t i = 0; i < inputs.carries.size(); ++i) {
    bool begun = false;
    for (const CarryPlace& place : inputs.carries[i].places) {
      if (probability_inside(place, *inputs.layout->cabinet) < 0.5) continue;
      if (!begun || place.time - visits.back().to > kVisitGap) {
        visits.push_back({i, place.time, place.time, {}});
        begun = true;
      }
      visits.back().to = place.time;
      visits.back().places.push_back(place.position);
    }
  }
  return visits;
}

// The facing that changed during a visit and is nearest to it.
struct Change {
  std::size_t facing = 0;
  double nearest = 0;
  SessionTime at{0};
  std::size_t carry = 0;
  vision::Point3 place;
};

std::optional<Change> change_of(const ActInputs& inputs, const Visit& visit) {
  std::optional<Change> best;
  for (std::size_t facing = 0; facing < inputs.layout->facings.size(); ++facing) {
    double nearest = kNear;
    vision::Point3 place;
    for (const vision::Point3& point : visit.places) {
      const double distance = distance_to(*inputs.layout, facing, point);
      if (distance >= nearest) continue;
      nearest = distance;
      place = point;
    }
    if (nearest >= kNear || (best && nearest >= best->nearest)) continue;
    if (inputs.evidence(facing, visit.from - kBefore, visit.to + kAfter) < kSurelyChanged) continue;
    best = Change{facing, nearest, visit.from + (visit.to - visit.from) / 2, visit.carry, place};
  }
  return best;
}

bool explains(const CarriedItem& item, const Change& change, const Visit& visit,
              const cart::Layout& layout) {
  for (const auto& act : {item.take, item.put}) {
    if (!act || act->probability < kExplainsMin) continue;
    if (act->time < visit.from - kStillCovered || act->time > visit.to + kExplains) continue;
    if (act->facing == change.facing) return true;
    if (act->time < visit.from - kExplains) continue;
    if (layout.facings[change.facing].product == item.product) return true;
    if (act->facing &&
        stand_near(*layout.facings[*act->facing].place, *layout.facings[change.facing].place)) {
      return true;
    }
  }
  return false;
}

CarriedItem item_of(const Change& change, const ActInputs& inputs) {
  const std::size_t count = inputs.layout->products.size();
  CarriedItem item;
  item.carry = change.carry;
  item.product = inputs.layout->facings[change.facing].product;
  const double other = count > 1 ? (1 - kOwnProduct) / static_cast<double>(count - 1) : 0.0;
  item.products.assign(count, other);
  item.products[item.product] = count > 1 ? kOwnProduct : 1;
  item.take = Act{EventKind::kTake, change.at, change.carry, kTaken, change.place, change.facing};
  std::map<std::size_t, int> seen;
  for (const std::size_t index : inputs.carries[change.carry].sightings) {
    ++seen[inputs.sightings[index].camera];
  }
  for (const auto& [camera, times] : seen) item.cameras.push_back(camera);
  std::ranges::stable_sort(item.cameras, std::ranges::greater{},
                           [&](std::size_t camera) { return seen[camera]; });
  return item;
}

// When a hand was at this facing again, after which it looked as before.
std::optional<SessionTime> put_back_at(const ActInputs& inputs, std::span<const Visit> visits,
                                       std::size_t facing, SessionTime taken) {
  const SessionTime before = taken - kBefore;
  if (inputs.evidence(facing, before, taken + kAfter) < kTakenMin) return std::nullopt;
  for (const Visit& visit : visits) {
    if (visit.from < taken + kBefore) continue;
    const bool near = std::ranges::any_of(visit.places, [&](const vision::Point3& place) {
      return distance_to(*inputs.layout, facing, place) < kNear;
    });
    if (near && inputs.evidence(facing, before, visit.to + kAfter) <= kAsBeforeMax) {
      return visit.to;
    }
  }
  return std::nullopt;
}

void add_takes(const ActInputs& inputs, std::span<const Visit> visits,
               std::vector<CarriedItem>& items) {
  for (const Visit& visit : visits) {
    const auto change = change_of(inputs, visit);
    if (!change) continue;
    const bool explained = std::ranges::any_of(items, [&](const CarriedItem& item) {
      return explains(item, *change, visit, *inputs.layout);
    });
    if (!explained) items.push_back(item_of(*change, inputs));
  }
}

void add_puts(const ActInputs& inputs, std::span<const Visit> visits,
              std::vector<CarriedItem>& items) {
  for (CarriedItem& item : items) {
    if (!item.take || item.take->probability < kTakenSure || !item.take->facing) continue;
    if (item.put && item.put->probability >= kTakenSure) continue;
    const std::size_t facing = *item.take->facing;
    if (inputs.layout->facings[facing].product != item.product) continue;
    const auto at = put_back_at(inputs, visits, facing, item.take->time);
    if (!at) continue;
    item.put = Act{EventKind::kPut, *at, item.carry, kPutBack, item.take->place, facing};
  }
}

}  // namespace

void add_unseen_acts(const ActInputs& inputs, std::vector<CarriedItem>& items) {
  const std::vector<Visit> visits = visits_of(inputs);
  add_takes(inputs, visits, items);
  add_puts(inputs, visits, items);
}

}  // namespace tally::cabinet
