#include "perception/cabinet/settle.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

#include "perception/cabinet/carried_thing.hpp"
#include "perception/cabinet/opening.hpp"

namespace tally::cabinet {
namespace {

// Two takes, or two puts, so close in place and time are of one thing that was followed twice.
constexpr double kTwicePlace = 0.22;
constexpr double kOneProduct = 0.12;       // Of two posteriors' product, to be of one item.
constexpr double kMaybeOneProduct = 0.04;  // The same for what is at one place at one time.
// The same for what was carried together, and hardly any picture shows beside each other.
constexpr SessionTime kApartTime = from_seconds(0.8);
constexpr SessionTime kTogether = from_seconds(0.15);
constexpr double kApartPlace = 0.3;  // Metres, in the middle of the times that both were seen.
constexpr double kOneProductSurely = 0.3;
constexpr double kActSure = 0.5;
constexpr double kBroughtShare = 0.15;  // Of what is put in: it was never taken out.
// So much greater than of what is taken are the odds that it is none of the products.
constexpr double kBroughtForeign = 6;
// A part is seen twice so often, and in one of so many pictures: the two parts that were charged on
// 211 tuning sessions were in 6 of 9 and in 6 of 10.
constexpr std::ptrdiff_t kTwiceMin = 2;
constexpr std::ptrdiff_t kTwiceOf = 3;
constexpr SessionTime kTwiceTime = from_seconds(0.45);

// Whether one act was read off two carries.
bool is_same(const std::optional<Act>& a, const std::optional<Act>& b) {
  return a && b && std::chrono::abs(a->time - b->time) <= kTwiceTime &&
         vision::length(a->place - b->place) <= kTwicePlace;
}

// How likely two items are of one product.
double product_overlap(const CarriedItem& a, const CarriedItem& b) {
  return std::inner_product(a.products.begin(), a.products.end(), b.products.begin(), 0.0);
}

// Whether all that `part` did is what `whole` did.
bool covers(const CarriedItem& whole, const CarriedItem& part) {
  return (!part.take || is_same(whole.take, part.take)) &&
         (!part.put || is_same(whole.put, part.put)) &&
         product_overlap(whole, part) >= kMaybeOneProduct;
}

// Whether most pictures that show both show them beside each other.
bool seen_beside(const Carry& a, const Carry& b, std::span<const Sighting> sightings) {
  int together = 0;
  int beside = 0;
  for (const std::size_t i : a.sightings) {
    const Sighting& one = sightings[i];
    for (const std::size_t j : b.sightings) {
      const Sighting& other = sightings[j];
      if (one.camera != other.camera || one.time != other.time) continue;
      ++together;
      if (!may_be_one(one.box, other.box)) ++beside;
    }
  }
  return 2 * beside > together;
}

// How far two things that are carried at the same time are apart, metres; nothing where they are
// not for half of the time that the one seen less is.
std::optional<double> apart(const Carry& more, const Carry& less) {
  std::vector<double> distances;
  for (const CarryPlace& place : less.places) {
    const auto near = std::ranges::min_element(more.places, {}, [&](const CarryPlace& other) {
      return std::chrono::abs(other.time - place.time);
    });
    if (std::chrono::abs(near->time - place.time) > kTogether) continue;
    distances.push_back(vision::length(near->position - place.position));
  }
  if (distances.empty() || 2 * distances.size() < less.places.size()) return std::nullopt;
  const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(distances.size() / 2);
  std::ranges::nth_element(distances, middle);
  return *middle;
}

bool about_when(const std::optional<Act>& a, const std::optional<Act>& b) {
  return a.has_value() == b.has_value() &&
         (!a || std::chrono::abs(a->time - b->time) <= kApartTime);
}

// Leaves out what was followed as two things at once: boxes around a package and around a part of
// it, or cameras that do not agree on where it was.
void drop_twins(std::vector<CarriedItem>& items, std::span<const Carry> carries,
                std::span<const Sighting> sightings) {
  const auto is_of = [&](const CarriedItem& part, const CarriedItem& whole) {
    const Carry& less = carries[part.carry];
    const Carry& more = carries[whole.carry];
    if (less.sightings.size() >= more.sightings.size()) return false;
    if (!about_when(part.take, whole.take) || !about_when(part.put, whole.put)) return false;
    if (product_overlap(part, whole) < kOneProductSurely) return false;
    if (seen_beside(less, more, sightings)) return false;
    const auto distance = apart(more, less);
    return distance && *distance <= kApartPlace;
  };
  const std::vector<CarriedItem> all = items;
  std::erase_if(items, [&](const CarriedItem& part) {
    return std::ranges::any_of(all, [&](const CarriedItem& whole) { return is_of(part, whole); });
  });
}

double likelihood_of(const CarriedItem& item) {
  return (item.take ? item.take->probability : 0) + (item.put ? item.put->probability : 0);
}

// Leaves out what was followed twice; the likelier one stays.
void drop_doubles(std::vector<CarriedItem>& items) {
  std::vector<bool> dropped(items.size(), false);
  for (std::size_t i = 0; i < items.size(); ++i) {
    for (std::size_t j = 0; j < items.size(); ++j) {
      if (i == j || dropped[i] || dropped[j] || !covers(items[i], items[j])) continue;
      const double more = likelihood_of(items[i]) - likelihood_of(items[j]);
      dropped[j] = more > 0 || (more == 0 && i < j);
    }
  }
  std::size_t next = 0;
  std::erase_if(items, [&](const CarriedItem&) { return dropped[next++]; });
}

// The items's products, taking both for one.
void join_products(CarriedItem& item, const CarriedItem& other) {
  double sum = 0;
  for (std::size_t i = 0; i < item.products.size(); ++i) {
    sum += item.products[i] *= other.products[i];
  }
  const double foreign = item.foreign * other.foreign;
  sum += foreign;
  if (sum <= 0) return;
  for (double& share : item.products) share /= sum;
  item.foreign = foreign / sum;
  item.product = largest(item.products);
}

// What was first seen near the opening and then put in was rather taken there than brought.
void believe_takes_of_what_was_put(std::vector<CarriedItem>& items) {
  for (CarriedItem& item : items) {
    if (!item.take || !item.put || item.put->probability < kActSure) continue;
    if (item.take->place.y < kOutsideDepth) continue;
    double& p = item.take->probability;
    p = p / (p + (1 - p) * kBroughtShare);
  }
}

}  // namespace

bool is_part(std::size_t index, std::span<const Carry> carries,
             std::span<const Sighting> sightings) {
  const Carry& carry = carries[index];
  const double seen = true_sightings(carry, sightings);
  std::vector<bool> of_more(sightings.size(), false);
  for (const Carry& other : carries) {
    if (other.kind != carry.kind || true_sightings(other, sightings) <= seen) continue;
    for (const std::size_t i : other.sightings) of_more[i] = true;
  }
  const auto twice = std::ranges::count_if(carry.sightings, [&](std::size_t at) {
    const Sighting& one = sightings[at];
    const auto one_look = [&](const Sighting& two) {
      return two.camera == one.camera && two.time == one.time;
    };
    std::size_t first = at;
    while (first > 0 && one_look(sightings[first - 1])) --first;
    for (std::size_t i = first; i < sightings.size() && one_look(sightings[i]); ++i) {
      const Sighting& two = sightings[i];
      if (of_more[i] && two.score > one.score && may_be_one(two.box, one.box)) return true;
    }
    return false;
  });
  return twice >= kTwiceMin && kTwiceOf * twice >= std::ssize(carry.sightings);
}

void join_takes_with_puts(std::vector<CarriedItem>& items) {
  for (std::size_t j = 0; j < items.size(); ++j) {
    if (!items[j].put || items[j].put->probability < kActSure) continue;
    if (items[j].take && items[j].take->probability >= kActSure) continue;
    std::size_t best = items.size();
    double most = kOneProduct;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i == j || !items[i].take || items[i].take->time >= items[j].put->time) continue;
      if (items[i].put && items[i].put->probability >= kActSure) continue;
      const double overlap = product_overlap(items[i], items[j]);
      if (overlap <= most) continue;
      most = overlap;
      best = i;
    }
    if (best == items.size()) continue;
    CarriedItem& taken = items[best];
    double& p = taken.take->probability;
    p = p / (p + (1 - p) * kBroughtShare);
    taken.put = items[j].put;
    join_products(taken, items[j]);
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(j));
    --j;
  }
}

void settle(std::vector<CarriedItem>& items, std::span<const Carry> carries,
            std::span<const Sighting> sightings) {
  drop_doubles(items);
  drop_twins(items, carries, sightings);
  believe_takes_of_what_was_put(items);
  join_takes_with_puts(items);
}

void doubt_what_was_brought(std::vector<CarriedItem>& items) {
  for (CarriedItem& item : items) {
    if (!item.put || item.put->probability < kActSure) continue;
    if (item.take && item.take->probability >= kActSure) continue;
    const double sum = 1 + (kBroughtForeign - 1) * item.foreign;
    for (double& share : item.products) share /= sum;
    item.foreign *= kBroughtForeign / sum;
  }
}

}  // namespace tally::cabinet
