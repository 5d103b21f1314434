// A 5x7 dot-matrix font: capitals, digits and a little punctuation.
#pragma once

#include <array>
#include <cstdint>

namespace tally::vision {

inline constexpr int kGlyphWidth = 5;
inline constexpr int kGlyphHeight = 7;

// Seven rows, top down; bit 4 is the leftmost dot.
using Glyph = std::array<std::uint8_t, kGlyphHeight>;

// Lower case gives upper case; what is not in the font gives a hollow square.
[[nodiscard]] const Glyph& glyph_of(char letter);

}  // namespace tally::vision
