#include "cli/density_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/metrics.hpp"
#include "cli/html.hpp"

namespace tally::cli {
namespace {

constexpr double kHeight = 320;
constexpr double kLeft = 56;
constexpr double kRight = 16;
constexpr double kTop = 48;
constexpr double kBottom = 64;
constexpr double kColumn = 72;
constexpr double kWidthMin = 480;
constexpr double kDotsSide = 24;  // How far dots of a column lie from its middle.

// Powers of ten, so that a tenth of a second and a minute are both seen.
struct Decades {
  int low = -1;
  int high = 1;
  [[nodiscard]] double y(double seconds) const {
    const double at = std::log10(std::max(seconds, 1e-6));
    const double share = std::clamp((at - low) / (high - low), 0.0, 1.0);
    return kHeight - kBottom - (kHeight - kTop - kBottom) * share;
  }
};

Decades decades_of(const std::vector<DensityLevel>& levels, double seconds_max) {
  double least = seconds_max;
  double most = seconds_max;
  for (const DensityLevel& level : levels) {
    for (const double seconds : level.seconds_to_cart) {
      least = std::min(least, std::max(seconds, 1e-3));
      most = std::max(most, seconds);
    }
  }
  const int low = static_cast<int>(std::floor(std::log10(least)));
  return {low, std::max(low + 1, static_cast<int>(std::ceil(std::log10(most))))};
}

std::string text_at(double x, double y, std::string_view anchor, const std::string& words) {
  return fmt::format(R"(<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>)", x, y, anchor,
                     escape_html(words));
}

std::string line_at(double y, double right, std::string_view look) {
  return fmt::format(R"(<line x1="{:.0f}" y1="{:.1f}" x2="{:.0f}" y2="{:.1f}" {}/>)", kLeft, y,
                     right, y, look);
}

std::string column(const DensityLevel& level, double x, const Decades& decades) {
  std::string out = text_at(x, kHeight - kBottom + 18, "middle", std::to_string(level.at_once));
  const std::vector<double>& all = level.seconds_to_cart;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double along = (static_cast<double>(i) + 0.5) / static_cast<double>(all.size());
    fmt::format_to(std::back_inserter(out),
                   R"(<circle cx="{:.1f}" cy="{:.1f}" r="2.5" fill="#2f6fed" opacity="0.6"/>)",
                   x + kDotsSide * (2 * along - 1), decades.y(all[i]));
  }
  if (!all.empty()) {
    const double median = distribution_of(all).p50;
    fmt::format_to(std::back_inserter(out),
                   R"(<rect x="{:.1f}" y="{:.1f}" width="{:.0f}" height="2" fill="#1b2430"/>)",
                   x - kDotsSide, decades.y(median) - 1, 2 * kDotsSide);
    out += text_at(x, decades.y(median) - 8, "middle", fmt::format("{:.2f}", median));
  }
  if (!level.lost.empty()) {
    out += text_at(x, kHeight - kBottom + 34, "middle", fmt::format("{} lost", level.lost.size()));
  }
  return out + "\n";
}

}  // namespace

std::string density_svg(const std::vector<DensityLevel>& levels, double seconds_max,
                        const std::string& title) {
  const Decades decades = decades_of(levels, seconds_max);
  const double width =
      std::max(kWidthMin, kLeft + kRight + kColumn * static_cast<double>(levels.size()));
  const double right = width - kRight;
  std::string content = text_at(8, 18, "start", title);
  for (int power = decades.low; power <= decades.high; ++power) {
    const double seconds = std::pow(10, power);
    content += line_at(decades.y(seconds), right, R"(stroke="#d5dae1")");
    content += text_at(kLeft - 8, decades.y(seconds) + 4, "end", fmt::format("{:g} s", seconds));
  }
  content += line_at(decades.y(seconds_max), right, R"(stroke="#c2410c" stroke-dasharray="5 4")");
  content += text_at(right, decades.y(seconds_max) - 5, "end",
                     fmt::format("in time: {:g} s", seconds_max)) +
             "\n";
  for (std::size_t i = 0; i < levels.size(); ++i) {
    content += column(levels[i], kLeft + kColumn * (static_cast<double>(i) + 0.5), decades);
  }
  content += text_at(kLeft, kHeight - 8, "start",
                     "sessions at once; each dot a cart, by the seconds after its last segment");
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0f} {:.0f}\" "
      "font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#5b6470\">\n{}\n</svg>\n",
      width, kHeight, content);
}

}  // namespace tally::cli
