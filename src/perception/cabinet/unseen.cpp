#include "perception/cabinet/unseen.hpp"

#include <algorithm>
#include <utility>

#include "perception/cabinet/opening.hpp"

namespace tally::cabinet {
namespace {

constexpr double kNear = 0.2;  // Metres from a hand's middle to a facing it reaches.
constexpr SessionTime kBefore = from_seconds(0.5);
constexpr SessionTime kAfter = from_seconds(1.0);
constexpr SessionTime kVisitGap = from_seconds(0.4);  // Longer, and it is another visit.
constexpr SessionTime kExplains = from_seconds(0.9);
// A change that is seen after a visit may be of an act until then.
constexpr SessionTime kExplainsLater = kAfter + from_seconds(0.3);
// A facing that stays covered after an act shows its change in the next visit only.
constexpr SessionTime kStillCovered = from_seconds(2.5);
// That a facing changed because its product was taken, where nothing was seen to be: what falls
// over or is moved looks no different then, nor does what had something before it that is gone.
constexpr double kTakenUnseen = 0.35;
// So much greater are the odds of an act that was seen, but not surely, with the product of a
// facing that changed then; what a hand brings to one seldom comes out again.
constexpr double kTakeOdds = 8;
constexpr double kPutOdds = 30;
constexpr double kOwnProduct = 0.93;  // That what stood there was the facing's product.

// A hand that holds an item, comes out with it, and reaches in again has taken another that it
// hides: so on all 8 tuning sessions with several items in one hand, and in none of 59 others.
constexpr std::ptrdiff_t kStillHeldMin = 6;  // Times it is seen after that; else it was put back.
constexpr double kReachedInside = -0.12;     // Metres: the held item's middle is before the shelf.
constexpr double kReachedOutside = -0.2;
constexpr double kTakenBeside = 0.65;
constexpr double kReachNear = 0.35;                     // Acts so near, in metres,
constexpr SessionTime kReachSlack = from_seconds(0.6);  // and so soon, are what it reached for.

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
    if (inputs.evidence(facing, visit.from - kBefore, visit.to + kAfter, {}) < kSurelyChanged)
      continue;
    best = Change{facing, nearest, visit.from + (visit.to - visit.from) / 2, visit.carry, place};
  }
  return best;
}

bool explains(const CarriedItem& item, const Change& change, const Visit& visit,
              const cart::Layout& layout) {
  for (const auto& act : {item.take, item.put}) {
    if (!act || act->probability < kExplainsMin) continue;
    if (act->time < visit.from - kStillCovered || act->time > visit.to + kExplainsLater) continue;
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

// What is told by a facing that changed: its own product was taken, most likely.
std::vector<double> told_by_facing(std::size_t product, std::size_t count) {
  if (count == 1) return {1};
  std::vector<double> shares(count, (1 - kOwnProduct) / static_cast<double>(count - 1));
  shares[product] = kOwnProduct;
  return shares;
}

// Both witnesses tell of one item.
void tell_also(CarriedItem& item, const std::vector<double>& shares) {
  double sum = item.foreign *= (1 - kOwnProduct) / static_cast<double>(shares.size());
  for (std::size_t i = 0; i < shares.size(); ++i) sum += item.products[i] *= shares[i];
  for (double& share : item.products) share /= sum;
  item.foreign /= sum;
}

CarriedItem item_of(const Change& change, const ActInputs& inputs) {
  CarriedItem item;
  item.carry = change.carry;
  item.product = inputs.layout->facings[change.facing].product;
  item.products = told_by_facing(item.product, inputs.layout->products.size());
  item.take =
      Act{EventKind::kTake, change.at, change.carry, kTakenUnseen, change.place, change.facing};
  item.cameras = cameras_of(inputs.carries[change.carry], inputs.sightings);
  return item;
}

// An item that was out goes in again, and comes out.
struct Reach {
  std::size_t carry = 0;
  SessionTime from{0};
  SessionTime to{0};
  CarryPlace innermost;
};

std::vector<Reach> reaches_of(const Carry& carry, std::size_t index) {
  std::vector<Reach> reaches;
  std::optional<Reach> inside;
  bool was_out = false;
  for (const CarryPlace& place : carry.places) {
    if (place.position.y < kReachedOutside) {
      if (inside) reaches.push_back(*inside);
      inside.reset();
      was_out = true;
    } else if (was_out && place.position.y > kReachedInside) {
      if (!inside) inside = Reach{index, place.time, place.time, place};
      if (place.position.y > inside->innermost.position.y) inside->innermost = place;
      inside->to = place.time;
    }
  }
  return reaches;
}

CarriedItem item_beside(const Reach& reach, const ActInputs& inputs) {
  const cart::Layout& layout = *inputs.layout;
  const std::vector<double> near = nearness(layout, reach.innermost.position, inputs.evidence,
                                            reach.from - kBefore, reach.to + kAfter, {});
  CarriedItem item;
  item.products.assign(layout.products.size(), 1e-3 / static_cast<double>(layout.products.size()));
  double sum = 1e-3;
  for (std::size_t i = 0; i < near.size(); ++i) {
    item.products[layout.facings[i].product] += near[i];
    sum += near[i];
  }
  for (double& share : item.products) share /= sum;
  item.product = largest(item.products);
  item.carry = reach.carry;
  item.take = Act{EventKind::kTake, reach.innermost.time,     reach.carry,
                  kTakenBeside,     reach.innermost.position, largest(near)};
  item.cameras = cameras_of(inputs.carries[reach.carry], inputs.sightings);
  return item;
}

// Whether nothing tells of a take before the reach but that something seemed to be in a hand: no
// facing changed, or the one did that was reached into then.
bool is_guess(const Act& take, const CarriedItem& beside, const ActInputs& inputs) {
  if (take.place.y >= kReachedOutside) return false;
  return !take.facing || take.facing == beside.take->facing ||
         inputs.evidence(*take.facing, take.time - kBefore, take.time + kAfter, {}) < kTakenMin;
}

// What seemed to be held before the reach was the hand.
void take_there(CarriedItem& item, const CarriedItem& beside) {
  item.take->time = beside.take->time;
  item.take->place = beside.take->place;
  item.take->facing = beside.take->facing;
  tell_also(item, beside.products);
  item.product = largest(item.products);
}

// What another item did there then.
CarriedItem* reached_for(std::vector<CarriedItem>& items, const Reach& reach) {
  const auto is_it = [&](const std::optional<Act>& act) {
    return act && act->time >= reach.from - kReachSlack && act->time <= reach.to + kReachSlack &&
           vision::length(act->place - reach.innermost.position) < kReachNear;
  };
  const auto found = std::ranges::find_if(items, [&](const CarriedItem& item) {
    return item.carry != reach.carry && (is_it(item.take) || is_it(item.put));
  });
  return found == items.end() ? nullptr : &*found;
}

bool is_kept(const CarriedItem& item) {
  return item.take && item.take->probability >= kTakenSure &&
         !(item.put && item.put->probability >= kTakenSure);
}

void add_what_hands_hold_beside(const ActInputs& inputs, std::vector<CarriedItem>& items) {
  std::vector<std::pair<Reach, CarriedItem>> reaches;  // And what each would have taken.
  for (CarriedItem& item : items) {
    const Carry& carry = inputs.carries[item.carry];
    if (carry.kind != SightingKind::kItemInHand) continue;
    for (const Reach& reach : reaches_of(carry, item.carry)) {
      if (!is_kept(item) || reach.from <= item.take->time) continue;
      const auto later = std::ranges::count_if(carry.sightings, [&](std::size_t index) {
        return inputs.sightings[index].time > reach.to;
      });
      if (later >= kStillHeldMin) {
        CarriedItem beside = item_beside(reach, inputs);
        if (is_guess(*item.take, beside, inputs)) {
          take_there(item, beside);
        } else {
          reaches.emplace_back(reach, std::move(beside));
        }
      } else {  // What is seen a few times then is the hand that held it.
        item.put = Act{EventKind::kPut, reach.innermost.time,     item.carry,
                       kPutBack,        reach.innermost.position, {}};
      }
    }
  }
  for (auto& [reach, beside] : reaches) {
    CarriedItem* seen = reached_for(items, reach);
    if (seen == nullptr) {
      items.push_back(std::move(beside));
    } else if (seen->take && seen->take->probability < kTakenSure) {
      seen->take->probability = 1 - (1 - seen->take->probability) * (1 - kTakenBeside);
    }
  }
}

// When a hand was at this facing again, after which it looked as before.
std::optional<SessionTime> put_back_at(const ActInputs& inputs, std::span<const Visit> visits,
                                       std::size_t facing, SessionTime taken) {
  if (inputs.evidence(facing, taken - kBefore, taken + kAfter, {}) < kTakenMin) return std::nullopt;
  for (const Visit& visit : visits) {
    if (visit.from < taken + kBefore) continue;
    const bool near = std::ranges::any_of(visit.places, [&](const vision::Point3& place) {
      return distance_to(*inputs.layout, facing, place) < kNear;
    });
    if (!near) continue;
    const SessionTime then = visit.to + kAfter;
    if (inputs.evidence(facing, taken + kAfter, then, {}) >= kTakenMin &&
        inputs.evidence(facing, taken + kAfter, then, taken) <= kAsBeforeMax) {
      return visit.to;
    }
  }
  return std::nullopt;
}

// An act with the facing's product that was seen, but not surely, about when the facing changed.
struct DoubtfulAct {
  CarriedItem* item = nullptr;
  Act* act = nullptr;
};

DoubtfulAct doubtful_act(std::span<CarriedItem> items, const Change& change, const Visit& visit,
                         const cart::Layout& layout) {
  for (CarriedItem& item : items) {
    if (item.product != layout.facings[change.facing].product) continue;
    for (std::optional<Act>* act : {&item.take, &item.put}) {
      if (!*act || (*act)->time < visit.from - kExplains ||
          (*act)->time > visit.to + kExplainsLater) {
        continue;
      }
      return {&item, &**act};
    }
  }
  return {};
}

// A hand may visit a facing twice before it is seen to have changed.
bool is_told(std::span<const CarriedItem> unseen, const Change& change, const Visit& visit) {
  return std::ranges::any_of(unseen, [&](const CarriedItem& item) {
    return item.take->facing == change.facing && item.take->time >= visit.from - kStillCovered;
  });
}

// What changed facings tell of acts that were seen, but not surely, and of takes that were not.
void tell_by_changes(const ActInputs& inputs, std::span<const Visit> visits,
                     std::vector<CarriedItem>& items) {
  const std::size_t seen_count = items.size();
  std::vector<bool> told(seen_count, false);  // By one change, whoever visits while it is seen.
  for (const Visit& visit : visits) {
    const auto change = change_of(inputs, visit);
    if (!change) continue;
    const bool explained = std::ranges::any_of(items, [&](const CarriedItem& item) {
      return explains(item, *change, visit, *inputs.layout);
    });
    const std::span all(items);
    if (explained || is_told(all.subspan(seen_count), *change, visit)) continue;
    if (const auto [seen, act] =
            doubtful_act(all.first(seen_count), *change, visit, *inputs.layout);
        seen != nullptr) {
      const auto index = static_cast<std::size_t>(seen - items.data());
      if (told[index]) continue;
      told[index] = true;
      double& p = act->probability;
      const double odds = (act->kind == EventKind::kPut ? kPutOdds : kTakeOdds) * p;
      p = std::max(kTakenUnseen, odds / (1 - p + odds));
      tell_also(*seen, told_by_facing(seen->product, seen->products.size()));
      continue;
    }
    items.push_back(item_of(*change, inputs));
  }
}

void add_puts(const ActInputs& inputs, std::span<const Visit> visits, std::size_t first_unseen,
              std::vector<CarriedItem>& items) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    CarriedItem& item = items[i];
    if (!item.take || !item.take->facing) continue;
    if (i < first_unseen && item.take->probability < kTakenSure) continue;
    if (item.put && item.put->probability >= kTakenSure) continue;
    const std::size_t facing = *item.take->facing;
    if (inputs.layout->facings[facing].product != item.product) continue;
    const auto at = put_back_at(inputs, visits, facing, item.take->time);
    if (!at) continue;
    item.put = Act{EventKind::kPut, *at, item.carry, kPutBack, item.take->place, facing};
  }
}

// A facing that looks again as before a take changed by that put, and by no take that nobody saw.
void drop_what_puts_explain(std::vector<CarriedItem>& items, std::size_t first_unseen) {
  const auto explained = [&](const CarriedItem& unseen) {
    return std::ranges::any_of(items, [&](const CarriedItem& item) {
      return &item != &unseen && item.take && item.put && item.put->probability >= kTakenSure &&
             item.put->facing == unseen.take->facing && item.take->time < unseen.take->time &&
             std::chrono::abs(item.put->time - unseen.take->time) <= kAfter;
    });
  };
  std::vector<CarriedItem> kept(items.begin(),
                                items.begin() + static_cast<std::ptrdiff_t>(first_unseen));
  for (std::size_t i = first_unseen; i < items.size(); ++i) {
    if (!explained(items[i])) kept.push_back(items[i]);
  }
  items = std::move(kept);
}

}  // namespace

void add_unseen_acts(const ActInputs& inputs, std::vector<CarriedItem>& items) {
  const std::vector<Visit> visits = visits_of(inputs);
  add_what_hands_hold_beside(inputs, items);
  const std::size_t first_unseen = items.size();
  tell_by_changes(inputs, visits, items);
  add_puts(inputs, visits, first_unseen, items);
  drop_what_puts_explain(items, first_unseen);
}

}  // namespace tally::cabinet
