// What following and joining both take for granted of a thing in a hand, or of the hand: how large
// it likely is, and how the looks of two are compared.
//
// Pure functions.
#pragma once

#include <optional>
#include <vector>

#include "perception/cabinet/sighting.hpp"

namespace tally::cabinet {

// The diagonal of what is likely seen of it, metres.
[[nodiscard]] double likely_extent(SightingKind kind);

// Adds an embedding to the sum of those before; both have one length, or the sum is empty.
void add_looks(std::vector<float>& sum, const std::vector<float>& embedding);

// The cosine of two sums; std::nullopt where either was not embedded.
[[nodiscard]] std::optional<float> alike(const std::vector<float>& a, const std::vector<float>& b);

}  // namespace tally::cabinet
