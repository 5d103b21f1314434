// What evaluation calls the ways in which a JSON document is wrong. Heavy: for sources only.
#pragma once

#include "base/json_reader.hpp"
#include "perception/evaluate/error.hpp"

namespace tally::evaluate {

inline constexpr JsonErrors kJsonErrors{code_of(EvaluateError::kSyntax),
                                        code_of(EvaluateError::kSchema),
                                        code_of(EvaluateError::kValue)};

}  // namespace tally::evaluate
