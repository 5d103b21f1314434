#include "cli/density_plot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tally::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

// The height of the first dot in a column drawn of one cart.
double y_of(double seconds, const std::vector<double>& others) {
  std::vector<double> all{seconds};
  all.insert(all.end(), others.begin(), others.end());
  const std::string svg = density_svg({{.at_once = 1, .seconds_to_cart = all}}, 5, "");
  const std::size_t at = svg.find("cy=\"");
  return std::stod(svg.substr(at + 4));
}

TEST(DensityPlot, ShowsEachCartTheMedianAndWhatWasLost) {
  const std::string svg = density_svg({{.at_once = 1, .seconds_to_cart = {0.1, 0.2, 0.4}},
                                       {.at_once = 8, .seconds_to_cart = {12}, .lost = {"a", "b"}}},
                                      5, "<script> & friends");
  EXPECT_EQ(count_of(svg, "<circle"), 4U);
  EXPECT_THAT(svg, HasSubstr(">0.20</text>"));
  EXPECT_THAT(svg, HasSubstr(">12.00</text>"));
  EXPECT_THAT(svg, HasSubstr(">2 lost</text>"));
  EXPECT_THAT(svg, HasSubstr(">100 s</text>"));
  EXPECT_THAT(svg, HasSubstr("&lt;script&gt; &amp; friends"));
  EXPECT_THAT(svg, Not(HasSubstr("<script>")));
}

TEST(DensityPlot, TenTimesAsLongIsOneStepUpWhereverItIs) {
  const std::vector<double> range{0.1, 10};
  const double step = y_of(0.1, range) - y_of(1, range);
  EXPECT_GT(step, 50);
  EXPECT_NEAR(y_of(0.2, range) - y_of(2, range), step, 0.2);
}

TEST(DensityPlot, ALevelOfWhichAllWereLostIsDrawnToo) {
  const std::string svg = density_svg({{.at_once = 3, .lost = {"gone"}}}, 5, "");
  EXPECT_EQ(count_of(svg, "<circle"), 0U);
  EXPECT_THAT(svg, HasSubstr(">1 lost</text>"));
}

}  // namespace
}  // namespace tally::cli
