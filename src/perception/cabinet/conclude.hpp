// From what the cameras of a session saw to its cart: clocks set right -> follow -> acts -> audit
// -> tally up. No picture and no model is needed any more.
//
// Which sighting is of which thing is a choice among many, and a cart should not hang on one that
// could as well have been made otherwise. So a session is read several times, with what looks weigh
// against places in that choice a little different each time, and in some of them only what looks
// much alike joined. The cart counts that the readings together find most likely (perturb and MAP:
// Papandreou and Yuille, 2011). Where they differ, the cart is less sure.
//
// Pure: the same observations give the same outcome.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "perception/cabinet/acts.hpp"
#include "perception/cabinet/carry.hpp"
#include "perception/cabinet/facing_view.hpp"
#include "perception/cabinet/facing_watch.hpp"
#include "perception/cabinet/sighting.hpp"
#include "perception/cabinet/tally_up.hpp"
#include "perception/cart/layout.hpp"

namespace tally::cabinet {

// All that an outcome follows from.
struct Observations {
  std::vector<Sighting> sightings;   // By time; those of one look beside each other.
  std::vector<FacingView> views;     // facing_views() of the layout,
  std::vector<FacingWatch> watches;  // and what was seen of each.
};

struct CabinetOutcome {
  CabinetCart cart;
  std::vector<CarriedItem> items;  // With the unlikely acts too.
  std::vector<Carry> carries;
  std::vector<Sighting> sightings;
  std::vector<SessionTime> clock_offsets;  // Of each camera; 0 where its clock was left as it is.
  std::vector<CabinetCart>
      readings;  // That `cart` was chosen from, their probabilities uncalibrated.
};

// The cameras of a session, as their calibration has them: `indices` into Layout::cameras.
[[nodiscard]] std::vector<vision::Camera> cameras_of(const cart::Layout& layout,
                                                     const std::vector<std::size_t>& indices);

// Which cart the readings of a session together find most likely: the first reading that came to
// it, and the mean probability that all give it; a reading that came to another cart gives it none.
// Carts are the same by what is paid for: by their lines, without those that come to 0.
// `readings` has at least one.
struct Agreement {
  std::size_t reading = 0;
  double probability = 0;
};
[[nodiscard]] Agreement agree(std::span<const CabinetCart> readings);

// What a cart's probability comes to be, from the product of its parts': they depend on each other,
// so that their product is too small where several are unsure. Logistic in the log odds (Platt,
// 1999, "Probabilistic outputs for support vector machines"), by tuning sessions; bench/fusion says
// what is left of it.
[[nodiscard]] double calibrated(double probability);

// `layout` is calibrated; `cameras` are the session's, as indices into Layout::cameras.
[[nodiscard]] CabinetOutcome conclude(Observations observations, const cart::Layout& layout,
                                      const std::vector<std::size_t>& cameras,
                                      const ProductLikelihood& likelihood);

// A cart that is less sure is made again, from a look at every frame.
inline constexpr double kSureAtOnce = 0.9;

// The outcome of that second look, and how likely the readings of both looks find its cart.
[[nodiscard]] CabinetOutcome looked_again(const CabinetOutcome& first, CabinetOutcome second);

}  // namespace tally::cabinet
