// Free play: what somebody does at the shelf of a virtual cabinet, act by act, and what is left
// standing and in the hand. The renderer (lab/synth/play.py) does the same acts by the same rules.
//
// A package is taken from the front of its facing. One that is put back stands before what stands
// there: in a facing of its own product in the backmost free row, in another's, if it fits, before
// that facing's packages, or in the front row where there are none.
//
// Values and pure functions; thread-safe as such.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "device/shelf.hpp"

namespace tally::device {

inline constexpr std::size_t kPlayActsMax = 12;

// Why an act can't be done. The screen's page has words for each, by its code ("play.no_fit").
enum class PlayRefusal : std::uint8_t {
  kNoFit,      // The package is too large for that place.
  kFull,       // Packages stand there up to the front.
  kNoFacing,   // There is no such place.
  kTooMany,    // kPlayActsMax.
  kEmpty,      // Nothing stands there.
  kNotInHand,  // What is put was not taken.
  kChosen,     // The acts are rendered, or being rendered.
  kNothing,    // No act is chosen.
  kPlaying,    // The door is open.
  kNoAct,      // It is none of the acts that there are.
};
[[nodiscard]] ErrorCode code_of(PlayRefusal refusal);

struct PlayAct {
  bool puts = false;    // Else it takes.
  std::size_t product;  // Index into Shelf::products.
  std::size_t facing;   // Index into Shelf::facings.

  friend bool operator==(const PlayAct&, const PlayAct&) = default;
};

struct PlayStanding {
  // By facing and row, the front row first: which product stands there.
  std::vector<std::vector<std::optional<std::size_t>>> rows;
  std::vector<std::size_t> hand;  // Products, in the order in which they came.

  friend bool operator==(const PlayStanding&, const PlayStanding&) = default;
};

struct PlayPlan {
  std::vector<PlayAct> acts;
  PlayStanding standing;  // After them.

  friend bool operator==(const PlayPlan&, const PlayPlan&) = default;
};

[[nodiscard]] PlayPlan empty_plan(const Shelf& shelf);

// One act more; the names are a person's. Errors: PlayRefusal.
Result<PlayPlan> take_from(const Shelf& shelf, PlayPlan plan, std::string_view facing);
Result<PlayPlan> put_into(const Shelf& shelf, PlayPlan plan, std::string_view product,
                          std::string_view facing);
// One act fewer; the same where there is none.
[[nodiscard]] PlayPlan without_last(const Shelf& shelf, PlayPlan plan);

// As the renderer reads them.
[[nodiscard]] std::string acts_json(const Shelf& shelf, const PlayPlan& plan);

}  // namespace tally::device
