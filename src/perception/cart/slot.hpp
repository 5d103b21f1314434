// One place where an item rests, and the evidence about it. Internal to the stock model.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/time.hpp"
#include "perception/cart/sighting.hpp"
#include "perception/vision/luma.hpp"

namespace tally::cart {

enum class SlotState : std::uint8_t {
  kForming,   // Something was seen here; not yet surely an item at rest.
  kOccupied,  // An item rests here.
  kVacant,    // It was lifted; kept to settle what became of it.
};

// How an occupied slot came to be; each leads to one event at most.
enum class Arrival : std::uint8_t {
  kNone,     // Was there from the beginning, was only found late, or was moved here.
  kPending,  // At rest since a moment ago: put, or moved here.
  kPut,
};

// What became of it.
enum class Departure : std::uint8_t {
  kNone,
  kPending,  // Lifted: taken, or about to be set down elsewhere.
  kTaken,
  kMoved,  // Lifted and set down elsewhere in the zone, or no stock at all.
};

// What one look says about one slot.
struct SlotView {
  SessionTime time{0};
  bool small = false;  // By a small look.
  bool still = false;  // Nothing moved there lately.
  float cover = 0;     // Share hidden behind a person, 0..1.
  std::shared_ptr<const vision::LumaImage> picture;
};

// How reliably looks see an item: a Beta estimate, its counts in looks of full weight. What is
// known before the first look is the prior.
struct SightRate {
  float hits;
  float misses;

  [[nodiscard]] float rate() const;  // Never so high that one miss would settle anything.
  void hit(float weight);            // With a bounded memory: looks of long ago fade.
  void miss(float weight) { misses += weight; }
};

struct Slot {
  vision::Box box;
  SlotState state = SlotState::kForming;
  Arrival arrival = Arrival::kNone;
  Departure departure = Departure::kNone;
  bool found_after_touch = false;  // Something had moved there just before it was first seen.
  bool foreign = false;            // Came to rest outside the zone: no stock.
  float log_odds = 0;              // Of occupied against vacant.
  float evidence_arrival = 0;      // Log odds gathered for the item having come to rest.
  float evidence_departure = 0;    // And for its being gone.
  SightRate full_looks{.hits = 4, .misses = 1};   // Four in five.
  SightRate small_looks{.hits = 1, .misses = 1};  // One in two.
  SessionTime first_seen{0};
  SessionTime arrived{0};  // Into the zone: first_seen, or that of the place it was moved from.
  SessionTime last_seen{0};
  SessionTime last_visible{0};  // After departure: the item, or one like it, still in sight.
  SessionTime last_look{0};
  SessionTime last_touched{-1};     // Something moved there.
  SessionTime touched_at_loss{-1};  // The same, not later than soon after it was missed first.
  SessionTime last_covered{-1'000'000'000};  // A person was before a part of it.
  std::optional<SessionTime> first_missed;   // First look after last_seen that did not see it.
  Votes votes;
  std::shared_ptr<const vision::LumaImage> before;    // The view from before it came.
  std::shared_ptr<const vision::LumaImage> occupied;  // The view with it in place.

  static Slot formed_by(const Sighting& sighting, SessionTime time);

  void seen(const Sighting& sighting, const SlotView& view);
  void missed(const SlotView& view);
  void touched(SessionTime time);

  [[nodiscard]] bool surely_occupied() const;
  [[nodiscard]] bool surely_vacant() const;
  [[nodiscard]] std::size_t product() const;  // Index with most votes.
  // Probability that this and the other are of one product, by the votes of both.
  [[nodiscard]] double same_product_as(const Slot& other) const;
  [[nodiscard]] SessionTime departed_at() const;
  // Probabilities, each with that of the product being the one with most votes.
  [[nodiscard]] double arrival_confidence() const;
  [[nodiscard]] double departure_confidence() const;

 private:
  [[nodiscard]] SightRate& looks_like(const SlotView& view) {
    return view.small ? small_looks : full_looks;
  }
  [[nodiscard]] double product_probability(std::size_t product) const;
  void add(float log_likelihood_ratio, float weight);
};

}  // namespace tally::cart
