#include "perception/cart/stock.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/assert.hpp"
#include "perception/cart/stock_state.hpp"

namespace tally::cart {
namespace {

using vision::Box;

// A sighting belongs to an item at rest if it lies on its box like this; one that still forms must
// hold still more strictly, since an item being lowered passes through many places.
constexpr float kOccupiedIou = 0.5F;
constexpr float kFormingIou = 0.7F;
// A second box on a thing already accounted for.
constexpr float kDuplicateOverlap = 0.6F;
constexpr SessionTime kRestTime = from_seconds(0.6);    // At rest for so long: it stands.
constexpr SessionTime kSettleTime = from_seconds(1.2);  // A put is judged after so long.
constexpr SessionTime kStillTime = from_seconds(0.12);  // Nothing moved for so long: still.
constexpr SessionTime kLostTime = from_seconds(1.0);    // A forming slot unseen so long is dropped.
constexpr SessionTime kVacantWatch = from_seconds(4.0);  // A vacant place gathers evidence so long.
constexpr SessionTime kHoverMax = from_seconds(3.0);     // A hand holds nothing still for longer.
// The place looked the same before the act: nothing came.
constexpr float kUnchangedSimilarity = 0.9F;
constexpr float kRestActivity = 0.01F;    // Share of moving cells below which the view is at rest.
constexpr double kSameProductMin = 0.05;  // Two items of two products are not one that was moved.
constexpr int kTurmoilWeight = 3;
constexpr int kLearnLooks = 3;
// The learnt zone reaches this share of an item beyond each item.
constexpr float kZoneMargin = 0.5F;

struct Match {
  float iou;
  std::size_t slot;
  std::size_t sighting;
};

}  // namespace

StockModel::StockModel(std::vector<ClassRole> roles, std::optional<Box> zone)
    : state_(std::make_unique<State>()) {
  state_->zone = zone;
  state_->zone_given = zone.has_value();
  for (const ClassRole& role : roles) {
    if (role.kind != ClassRole::Kind::kProduct) {
      state_->product_of_class.push_back(role.kind == ClassRole::Kind::kActor ? kActorClass
                                                                              : kIgnoredClass);
      continue;
    }
    const auto known = std::find(state_->products.begin(), state_->products.end(), role.product);
    state_->product_of_class.push_back(static_cast<int>(known - state_->products.begin()));
    if (known == state_->products.end()) state_->products.push_back(role.product);
  }
}

StockModel::StockModel(StockModel&&) noexcept = default;
StockModel::~StockModel() = default;

void StockModel::observe(const Observation& observation) {
  TALLY_ASSERT(observation.picture != nullptr && observation.motion != nullptr);
  State& state = *state_;
  state.follow_motion(observation);
  if (observation.detections != nullptr) state.look(observation);
  const bool rested = state.rest_time >= kLearnTime && state.rest_looks >= kLearnLooks;
  if (!state.learnt && rested) state.learn();
}

void StockModel::State::follow_motion(const Observation& observation) {
  const SessionTime step = observation.time - now;
  now = observation.time;
  background.follow(now, *observation.picture, *observation.motion);
  if (observation.motion->view_unsettled) {
    unsettled_until = now + kTouchSlack;
    if (learnt) unsettled_total += step;
  }
  const bool rest = observation.motion->activity <= kRestActivity && now >= unsettled_until;
  rest_time = std::max(SessionTime{0}, rest_time + (rest ? step : -kTurmoilWeight * step));
  if (!learnt && rest_time == SessionTime{0}) {
    rest_begin = now;
    rest_looks = 0;
  }
  for (Slot& slot : slots) {
    if (slot.state != SlotState::kVacant && observation.motion->any(slot.box)) slot.touched(now);
  }
}

bool StockModel::State::in_zone(const Box& box) const {
  if (!zone) return true;
  const vision::Point center = box.center();
  return center.x >= zone->left && center.x < zone->right && center.y >= zone->top &&
         center.y < zone->bottom;
}

void StockModel::State::look(const Observation& observation) {
  if (now < unsettled_until) return;  // The whole view changes: nothing can be told apart.
  const Look look = read_look(*observation.detections, product_of_class, products.size());
  const auto picture = std::make_shared<const vision::LumaImage>(*observation.picture);
  std::vector<bool> explained(look.goods.size(), false);
  assign(look, {.time = now, .small = observation.small, .picture = picture}, *observation.motion,
         explained);
  form_slots(look, explained);
  ++rest_looks;
  if (!learnt) return;
  settle(*picture);
  count_stock();
}

// Sightings to slots, best overlap first; each slot then takes in what was seen, or that nothing
// was.
void StockModel::State::assign(const Look& look, SlotView view, const vision::MotionField& motion,
                               std::vector<bool>& explained) {
  std::vector<Match> matches;
  for (std::size_t s = 0; s < slots.size(); ++s) {
    if (slots[s].state == SlotState::kVacant) continue;
    const float iou_min = slots[s].state == SlotState::kForming ? kFormingIou : kOccupiedIou;
    for (std::size_t g = 0; g < look.goods.size(); ++g) {
      const float iou = vision::iou(slots[s].box, look.goods[g].box);
      if (iou >= iou_min) matches.push_back({iou, s, g});
    }
  }
  std::stable_sort(matches.begin(), matches.end(),
                   [](const Match& a, const Match& b) { return a.iou > b.iou; });
  std::vector<std::optional<std::size_t>> sighting_of(slots.size());
  std::vector<bool> stands(look.goods.size(), false);
  for (const Match& match : matches) {
    if (sighting_of[match.slot] || explained[match.sighting]) continue;
    sighting_of[match.slot] = match.sighting;
    explained[match.sighting] = true;
    const Slot& slot = slots[match.slot];
    stands[match.sighting] =
        slot.state == SlotState::kOccupied && slot.arrival != Arrival::kPending;
  }
  for (std::size_t s = 0; s < slots.size(); ++s) {
    Slot& slot = slots[s];
    if (slot.state == SlotState::kVacant && now - slot.last_seen > kVacantWatch) continue;
    view.still = !motion.any(slot.box) && now - slot.last_touched >= kStillTime;
    view.cover = cover_of(slot.box, look.actors);
    if (sighting_of[s]) {
      slot.seen(look.goods[*sighting_of[s]], view);
    } else {
      slot.missed(view);
    }
  }
  std::size_t visible = 0;
  for (std::size_t g = 0; g < look.goods.size(); ++g) {
    if (!stands[g] && in_zone(look.goods[g].box)) ++visible;
  }
  keep_in_sight(visible);
}

// So many items are in sight that do not stand anywhere: that many of those lifted last, or perhaps
// lifted, are among them.
void StockModel::State::keep_in_sight(std::size_t visible) {
  std::vector<Slot*> lifted;
  for (Slot& slot : slots) {
    const bool on_its_way = slot.arrival == Arrival::kPending;
    if (slot.departure == Departure::kPending || (is_out_of_sight(slot) && !on_its_way)) {
      lifted.push_back(&slot);
    }
  }
  std::stable_sort(lifted.begin(), lifted.end(),
                   [](const Slot* a, const Slot* b) { return a->last_seen > b->last_seen; });
  lifted.resize(std::min(lifted.size(), visible));
  for (Slot* slot : lifted) slot->last_visible = now;
}

void StockModel::State::form_slots(const Look& look, std::vector<bool>& explained) {
  before.reset();
  for (std::size_t g = 0; g < look.goods.size(); ++g) {
    // Outside a zone that was learnt there may be stock that was overlooked when learning.
    if (explained[g] || (zone_given && !in_zone(look.goods[g].box))) continue;
    bool duplicate = false;
    for (std::size_t other = 0; other < look.goods.size(); ++other) {
      duplicate = duplicate || (explained[other] &&
                                overlap_of_smaller(look.goods[g].box, look.goods[other].box) >
                                    kDuplicateOverlap);
    }
    if (duplicate) continue;
    explained[g] = true;
    if (slots.size() >= kSlotsMax) {
      overflowed = true;
      return;
    }
    slots.push_back(Slot::formed_by(look.goods[g], now));
    if (!before) before = background.snapshot();
    slots.back().before = before;
    slots.back().found_after_touch =
        learnt && background.moved_since(slots.back().box, now - kBackgroundTime);
  }
}

// The first second at rest tells what the stock is.
void StockModel::State::learn() {
  std::erase_if(slots, [](const Slot& slot) { return slot.log_odds <= 0; });
  learnt = true;
  for (Slot& slot : slots) {
    slot.state = SlotState::kOccupied;
    extend_zone(slot);
  }
  count_stock();
}

void StockModel::State::extend_zone(const Slot& slot) {
  if (zone_given) return;
  const float x = kZoneMargin * slot.box.width();
  const float y = kZoneMargin * slot.box.height();
  const Box reach{slot.box.left - x, slot.box.top - y, slot.box.right + x, slot.box.bottom + y};
  if (!zone) zone = reach;
  zone = Box{std::min(zone->left, reach.left), std::min(zone->top, reach.top),
             std::max(zone->right, reach.right), std::max(zone->bottom, reach.bottom)};
}

// Found late: its place looks as it did before, and nothing was seen to leave it.
bool StockModel::State::is_unchanged(const Slot& slot, const vision::LumaImage& picture) const {
  const bool left_before = std::any_of(slots.begin(), slots.end(), [&](const Slot& other) {
    return other.state == SlotState::kVacant && vision::iou(other.box, slot.box) > kOccupiedIou;
  });
  return !left_before && slot.before &&
         vision::similarity(*slot.before, picture, slot.box) > kUnchangedSimilarity;
}

void StockModel::State::promote(Slot& slot) {
  if (!slot.surely_occupied() || now - slot.first_seen < kRestTime) return;
  slot.state = SlotState::kOccupied;
  slot.arrival = Arrival::kPending;
}

void StockModel::State::depart(Slot& slot) {
  // What nobody touched is where it was, whatever the detector says.
  if (slot.touched_at_loss + kTouchSlack < slot.last_seen) return;
  slot.state = SlotState::kVacant;
  // What left before it was settled that it came had only stopped there on its way.
  const bool on_its_way = slot.arrival == Arrival::kPending;
  slot.departure = on_its_way || slot.foreign ? Departure::kMoved : Departure::kPending;
  if (on_its_way) slot.arrival = Arrival::kNone;
  slot.before.reset();
  slot.occupied.reset();
}

// An item lifted and in sight until another of its product came to rest is that other one: it was
// moved.
bool StockModel::State::pair_with_departure(Slot& arrived) {
  Slot* best = nullptr;
  for (Slot& slot : slots) {
    if (slot.departure != Departure::kPending || &slot == &arrived) continue;
    if (slot.same_product_as(arrived) < kSameProductMin) continue;
    const bool in_time = slot.last_seen <= arrived.first_seen + kTouchSlack;
    const bool in_sight = slot.last_visible + kOutOfSight >= arrived.first_seen;
    if (in_time && in_sight && (best == nullptr || slot.last_seen > best->last_seen)) best = &slot;
  }
  if (best == nullptr) return false;
  best->departure = Departure::kMoved;
  // The thing that moved is still what it was before the hand closed around it.
  for (std::size_t i = 0; i < arrived.votes.size(); ++i) arrived.votes[i] += best->votes[i];
  // What it was put into the zone as, if that is not settled yet, goes along.
  arrived.arrival = best->arrival;
  // What hovered before it was set down came when it was set down.
  if (best->last_seen - best->arrived > kHoverMax) arrived.arrived = best->arrived;
  best->arrival = Arrival::kNone;
  return true;
}

bool StockModel::State::is_out_of_sight(const Slot& slot) {
  return slot.state == SlotState::kOccupied && slot.first_missed &&
         slot.touched_at_loss + kTouchSlack >= slot.last_seen;
}

// Any item that was touched and is not in sight now may be the one that arrived. A look that shows
// all of them at once proves that they are different ones.
bool StockModel::State::awaits_departure(const Slot& arrived) const {
  return std::any_of(slots.begin(), slots.end(),
                     [&](const Slot& slot) { return &slot != &arrived && is_out_of_sight(slot); });
}

void StockModel::State::settle(const vision::LumaImage& picture) {
  for (Slot& slot : slots) {
    if (slot.state == SlotState::kForming) promote(slot);
    if (slot.state == SlotState::kOccupied && slot.surely_vacant()) depart(slot);
  }
  for (Slot& slot : slots) {
    if (slot.arrival != Arrival::kPending || slot.state != SlotState::kOccupied) continue;
    if (slot.first_missed) continue;
    if (now - slot.first_seen < kSettleTime || slot.last_touched + kStillTime > now) continue;
    if (awaits_departure(slot)) continue;
    if (is_unchanged(slot, picture)) {
      slot.arrival = Arrival::kNone;
      found_after_touch = found_after_touch || slot.found_after_touch;
      extend_zone(slot);
    } else if (!in_zone(slot.box)) {
      slot.arrival = Arrival::kNone;
      slot.foreign = true;
    } else if (!pair_with_departure(slot)) {
      slot.arrival = Arrival::kPut;
    }
  }
  settle_taken();
  std::erase_if(slots, [this](const Slot& slot) {
    const bool lost = slot.log_odds < -2.0F || now - slot.last_seen > kLostTime;
    return slot.state == SlotState::kForming && lost;
  });
}

// What was lifted and not seen in the zone for long enough has left it.
void StockModel::State::settle_taken() {
  for (Slot& slot : slots) {
    const bool gone = now - slot.last_visible > kOutOfSight;
    if (slot.departure == Departure::kPending && gone) slot.departure = Departure::kTaken;
  }
}

void StockModel::State::count_stock() {
  const auto standing = std::count_if(slots.begin(), slots.end(), [](const Slot& slot) {
    return slot.state == SlotState::kOccupied && !slot.foreign;
  });
  const int count = static_cast<int>(standing);
  if (counts.empty() || counts.back().second != count) counts.emplace_back(now, count);
}

}  // namespace tally::cart
