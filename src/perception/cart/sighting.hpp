// Sightings: what one look of the detector says about goods, whatever their class.
//
// Detectors call one bottle "bottle" and "vase" in turn, or both at once. Boxes of goods classes
// that lie on one another are one sighting that carries the score of each class as a vote.
#pragma once

#include <vector>

#include "perception/cart/layout.hpp"
#include "perception/vision/geometry.hpp"

namespace tally::cart {

// Weight of each product, by index into a product list; few entries, so a plain vector.
using Votes = std::vector<float>;

struct Sighting {
  vision::Box box;
  float score = 0;  // Of the best class.
  Votes votes;
};

struct Look {
  std::vector<Sighting> goods;      // Best score first.
  std::vector<vision::Box> actors;  // People, hands.
};

// `product_of_class[class_id]`: index of the product, -1 for an actor, -2 for what is ignored.
inline constexpr int kActorClass = -1;
inline constexpr int kIgnoredClass = -2;
[[nodiscard]] Look read_look(const std::vector<vision::Detection>& detections,
                             const std::vector<int>& product_of_class, std::size_t product_count);

// Share of `box` that the most covering actor covers, 0..1.
[[nodiscard]] float cover_of(const vision::Box& box, const std::vector<vision::Box>& actors);

// Share of the smaller box that lies inside the other.
[[nodiscard]] float overlap_of_smaller(const vision::Box& a, const vision::Box& b);

}  // namespace tally::cart
