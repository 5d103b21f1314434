// eval.json, schema `tally.eval.v1` (docs/eval.md): an evaluation for programs. Keys come in a
// fixed order; shares and probabilities have at most six decimals; a rate of nothing has null for
// its value; text that is not UTF-8 has U+FFFD in place of the bad bytes. The same carts and truths
// give the same bytes.
#pragma once

#include <string>
#include <string_view>

#include "perception/evaluate/evaluation.hpp"

namespace tally::cli {

inline constexpr std::string_view kEvalSchema = "tally.eval.v1";

[[nodiscard]] std::string evaluation_json(const evaluate::Evaluation& evaluation);

}  // namespace tally::cli
