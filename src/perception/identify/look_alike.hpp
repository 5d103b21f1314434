// Products that can't be told apart by their looks: those who enrol them should hear of it before
// customers do.
//
// The likeness of two products is the largest similarity between a photo of one and a photo of the
// other. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "perception/identify/gallery.hpp"
#include "perception/identify/identify.hpp"

namespace tally::identify {

// From this likeness on, two photos are one picture, saved twice.
inline constexpr float kSamePicture = 0.9995F;

// How often one of two look-alikes may be taken for the other, in one look, before they are called
// that.
inline constexpr double kConfusionMax = 0.05;

// The likeness at which one look at either product says "the other" with probability kConfusionMax:
// a look is similar to its own product by model.same, and to the other by the likeness at least, so
// that its weight for its own is concentration * (same - likeness). Calibrated with the model.
[[nodiscard]] float look_alike_threshold(const IdentifyModel& model = {});

struct LookAlike {
  std::string product;
  std::string other;          // Behind `product` in the order of ids.
  float likeness = 0;         // From the threshold on.
  bool same_picture = false;  // A photo of both is the same file, or as good as that.
};

// Pairs of which at least one is in `among` (ids; empty: all products), the most alike first.
[[nodiscard]] std::vector<LookAlike> find_look_alikes(const Gallery& gallery,
                                                      std::span<const std::string> among,
                                                      float threshold = look_alike_threshold());

}  // namespace tally::identify
