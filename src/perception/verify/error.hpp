// Errors of comparing model packages on pictures.
#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace tally::verify {

enum class VerifyError : std::uint8_t {
  kNoPictures,  // A folder without a picture to look at.
  kTooMany,     // More pictures than kPicturesMax.
  kLabels,      // Labels that can't be read, or that are not of the model's classes.
  kNothing,     // Neither package finds anything in any picture: nothing was compared.
  kUnlike,      // The two packages do not answer the same question.
  kWorse,       // The package's answers are further off than was allowed.
};
[[nodiscard]] ErrorCode code_of(VerifyError error);

}  // namespace tally::verify
