// A cart in words, for the terminal and the report.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/cart.hpp"

namespace tally::cli {

struct LineTotals {
  std::string product;
  int taken = 0;
  int put = 0;
  int net = 0;
  double confidence = 0;
};
[[nodiscard]] std::vector<LineTotals> line_totals(const Cart& cart);

// "Charge 2 items", "Review before charging", "Nothing to charge".
[[nodiscard]] std::string headline(const Cart& cart);

// "95 % sure that every line is right", "95 % sure that nothing was taken"; empty where nothing is
// known: no event was seen, and that is why a person is to look.
[[nodiscard]] std::string certainty(const Cart& cart);

// "0:06.6", "10:00.0": minutes, seconds and tenths.
[[nodiscard]] std::string clock_text(std::int64_t at_ms);

// "97 %". What is not certain never reads "100 %", what is not impossible never "0 %".
[[nodiscard]] std::string percent(double probability);

// "1 item", "2 items".
[[nodiscard]] std::string counted(std::int64_t count, const std::string& noun);

// "take 2 x bottle".
[[nodiscard]] std::string act_words(const CartEvent& event);

}  // namespace tally::cli
