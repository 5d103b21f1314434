// What following, joining and reading acts all take for granted of a thing in a hand, or of the
// hand: how large it likely is, how surely it is one, and how two are compared.
//
// Pure functions.
#pragma once

#include <optional>
#include <vector>

#include "perception/cabinet/sighting.hpp"

namespace tally::cabinet {

[[nodiscard]] double logistic(double value);

// The diagonal of what is likely seen of it, metres.
[[nodiscard]] double likely_extent(SightingKind kind);

// That a sighting of an item in a hand shows one, by its score: a sleeve may be taken for an item
// many times, but never surely.
[[nodiscard]] double probability_held(const Sighting& sighting);

// Whether two boxes of one picture overlap so far that they may be of one thing, seen twice.
[[nodiscard]] bool may_be_one(const vision::Box& a, const vision::Box& b);

// Adds an embedding to the sum of those before; both have one length, or the sum is empty.
void add_looks(std::vector<float>& sum, const std::vector<float>& embedding);

// The cosine of two sums; std::nullopt where either was not embedded.
[[nodiscard]] std::optional<float> alike(const std::vector<float>& a, const std::vector<float>& b);

}  // namespace tally::cabinet
