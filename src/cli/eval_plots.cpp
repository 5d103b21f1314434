#include "cli/eval_plots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>

#include "cli/eval_words.hpp"
#include "cli/html.hpp"

namespace tally::cli {
namespace {

using evaluate::Interval;
using evaluate::KnobPoint;
using evaluate::Rate;

// Drawing units of a plot; the page scales it to its column.
constexpr double kWidth = 420;
constexpr double kHeight = 300;
constexpr double kLeft = 48;
constexpr double kRight = 20;
constexpr double kTop = 32;
constexpr double kBottom = 46;
constexpr int kHistogramBinsMax = 16;

// What an axis shows: values from low to high, ticks `step` apart.
struct Axis {
  double low = 0;
  double high = 1;
  double step = 0.2;
};

// 1, 2 or 5 times a power of ten, about `parts` of them in `range`.
double nice_step(double range, double parts) {
  const double rough = std::max(range, 1e-9) / parts;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough * 0.999) return factor * power;
  }
  return 10 * power;
}

Axis axis_up_to(double high) {
  const double step = nice_step(high, 5);
  return {0, std::ceil(high / step - 1e-9) * step, step};
}

class Plot {
 public:
  Plot(const Axis& across, const Axis& up) : across_(across), up_(up) {}

  [[nodiscard]] double x(double value) const {
    return kLeft + (kWidth - kLeft - kRight) * share_of(value, across_);
  }
  [[nodiscard]] double y(double value) const {
    return kHeight - kBottom - (kHeight - kTop - kBottom) * share_of(value, up_);
  }
  void add(std::string_view svg) { content_ += svg; }
  void line(double x1, double y1, double x2, double y2, std::string_view kind) {
    fmt::format_to(std::back_inserter(content_),
                   R"(<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>)", kind,
                   x(x1), y(y1), x(x2), y(y2));
  }
  void dot(double at_x, double at_y, std::string_view kind, const std::string& title) {
    fmt::format_to(std::back_inserter(content_),
                   R"(<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="5"><title>{}</title></circle>)",
                   kind, x(at_x), y(at_y), escape_html(title));
  }

  // Axes with their titles in words, both in per cent.
  [[nodiscard]] std::string done(std::string_view label, std::string_view across_title,
                                 std::string_view up_title) const {
    std::string axes;
    for (int i = 0; across_.low + i * across_.step <= across_.high + 1e-9; ++i) {
      const double value = across_.low + i * across_.step;
      fmt::format_to(std::back_inserter(axes),
                     R"(<text class="tick" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>)",
                     x(value), kHeight - kBottom + 17, tick(value, across_));
    }
    for (int i = 0; up_.low + i * up_.step <= up_.high + 1e-9; ++i) {
      const double value = up_.low + i * up_.step;
      fmt::format_to(std::back_inserter(axes),
                     R"(<line class="grid" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>)"
                     R"(<text class="tick" x="{:.1f}" y="{:.1f}" text-anchor="end">{}</text>)",
                     kLeft, y(value), kWidth - kRight, y(value), kLeft - 7, y(value) + 4,
                     tick(value, up_));
    }
    return fmt::format(
        R"(<svg class="plot" viewBox="0 0 {0} {1}" role="img" aria-label="{2}">{3}{4})"
        R"(<text class="title" x="{5:.1f}" y="{6:.1f}" text-anchor="middle">{7}</text>)"
        R"(<text class="title" x="0" y="12">{8}</text></svg>)",
        kWidth, kHeight, label, axes, content_, (kLeft + kWidth - kRight) / 2, kHeight - 7,
        across_title, up_title);
  }

 private:
  static double share_of(double value, const Axis& axis) {
    return std::clamp((value - axis.low) / (axis.high - axis.low), 0.0, 1.0);
  }
  static std::string tick(double value, const Axis& axis) {
    const int decimals = axis.step < 0.00099 ? 2 : axis.step < 0.0099 ? 1 : 0;
    return fmt::format("{:.{}f} %", value * 100, decimals);
  }

  Axis across_;
  Axis up_;
  std::string content_;
};

// The wrong-charge rate's interval along the curve, as a surface.
std::string band_path(const Plot& plot, const std::vector<KnobPoint>& curve) {
  std::string there;
  std::string back;
  for (std::size_t i = 0; i < curve.size(); ++i) {
    const Interval interval = curve[i].wrong_charge.interval();
    const double from = *curve[i].review.share();
    const double to = i + 1 < curve.size() ? *curve[i + 1].review.share() : from;
    fmt::format_to(std::back_inserter(there), "{}{:.1f} {:.1f}H{:.1f}", i == 0 ? "M" : "L",
                   plot.x(from), plot.y(interval.high), plot.x(to));
    back =
        fmt::format("L{:.1f} {:.1f}H{:.1f}", plot.x(to), plot.y(interval.low), plot.x(from)) + back;
  }
  return fmt::format(R"(<path class="band" d="{}{}Z"/>)", there, back);
}

std::string step_path(const Plot& plot, const std::vector<KnobPoint>& curve, Rate KnobPoint::* rate,
                      std::string_view kind) {
  std::string path;
  for (const KnobPoint& point : curve) {
    const double across = plot.x(*point.review.share());
    const double up = plot.y(*(point.*rate).share());
    if (path.empty())
      path = fmt::format("M{:.1f} {:.1f}", across, up);
    else
      fmt::format_to(std::back_inserter(path), "H{:.1f}V{:.1f}", across, up);
  }
  return fmt::format(R"(<path class="{}" d="{}"/>)", kind, path);
}

Axis knob_axis(const evaluate::Summary& summary) {
  double high = std::max(0.005, 2 * summary.wrong_max);
  for (const KnobPoint& point : summary.curve) {
    high = std::max({high, *point.wrong_charge.share(), *point.missed_charge.share()});
  }
  high = std::max({high, summary.all.wrong_charge.share().value_or(0),
                   summary.curve.front().wrong_charge.interval().high});
  return axis_up_to(std::min(1.0, high));
}

}  // namespace

std::string reliability_plot(const evaluate::Calibration& calibration) {
  double low = 0.8;
  for (const evaluate::ReliabilityBin& bin : calibration.bins) {
    low = std::min({low, bin.probability_mean, bin.exact.interval().low});
  }
  low = std::floor(low * 10) / 10;
  const Axis axis{low, 1, low >= 0.8 ? 0.05 : low >= 0.5 ? 0.1 : 0.2};
  Plot plot(axis, axis);
  plot.line(low, low, 1, 1, "ideal");
  for (const evaluate::ReliabilityBin& bin : calibration.bins) {
    const Interval interval = bin.exact.interval();
    plot.line(bin.probability_mean, interval.low, bin.probability_mean, interval.high, "whisker");
    plot.dot(
        bin.probability_mean, *bin.exact.share(), "point",
        fmt::format("{} sure on average: {} of {} exact ({})", share_text(bin.probability_mean),
                    bin.exact.hits, bin.exact.of, share_text(bin.exact.share())));
  }
  return plot.done("Reliability: how often carts are exact, by how sure tally is", "How sure",
                   "Exact carts");
}

std::string knob_plot(const evaluate::Summary& summary) {
  if (summary.all.sessions == 0) return "";
  const Axis across{0, 1, 0.2};
  const Axis up = knob_axis(summary);
  Plot plot(across, up);
  plot.add(band_path(plot, summary.curve));
  plot.line(0, summary.wrong_max, 1, summary.wrong_max, "limit");
  plot.add(step_path(plot, summary.curve, &KnobPoint::missed_charge, "missed"));
  plot.add(step_path(plot, summary.curve, &KnobPoint::wrong_charge, "wrong"));
  if (summary.best) {
    plot.dot(*summary.best->review.share(), *summary.best->wrong_charge.share(), "best",
             fmt::format("Best knob: {:.4f}", summary.best->threshold));
  }
  plot.dot(*summary.all.review.share(), *summary.all.wrong_charge.share(), "here",
           fmt::format("This run: {} reviewed, {} charged wrongly",
                       share_text(summary.all.review.share()),
                       share_text(summary.all.wrong_charge.share())));
  return plot.done("Wrong charges against reviews as the threshold moves", "Sessions reviewed",
                   "Sessions charged wrongly");
}

std::string exact_bars(const std::vector<evaluate::Group>& groups) {
  std::string rows;
  for (const evaluate::Group& group : groups) {
    const Rate& exact = group.figures.exact;
    const Interval interval = exact.interval();
    fmt::format_to(std::back_inserter(rows),
                   R"(<span class="name">{}</span><div class="rate" title="{}"><i style="width:)"
                   R"({:.2f}%"></i><b style="left:{:.2f}%;width:{:.2f}%"></b></div>)"
                   R"(<span class="num">{} <span class="soft">of {}</span></span>)",
                   escape_html(group.name), escape_html(interval_text(exact)),
                   exact.share().value_or(0) * 100, interval.low * 100,
                   (interval.high - interval.low) * 100, share_text(exact.share()),
                   group.figures.sessions);
  }
  return fmt::format(R"(<div class="rates">{}</div>)", rows);
}

std::string money_plot(const std::vector<std::int64_t>& errors_minor, const std::string& currency) {
  std::int64_t largest = 0;
  for (const std::int64_t error : errors_minor) largest = std::max(largest, std::abs(error));
  if (largest == 0) return "";
  const auto step = static_cast<std::int64_t>(std::max(
      1.0, nice_step(static_cast<double>(largest), static_cast<double>(kHistogramBinsMax) / 2)));
  const std::int64_t side = (largest + step - 1) / step;  // Bins on each side of 0.
  std::vector<std::size_t> counts(static_cast<std::size_t>(2 * side), 0);
  std::size_t most = 1;
  for (const std::int64_t error : errors_minor) {
    if (error == 0) continue;
    // (0, step] is the first bin above 0, [-step, 0) the first below.
    const std::int64_t bin = error > 0 ? side + (error - 1) / step : side - 1 + (error + 1) / step;
    most = std::max(most, ++counts[static_cast<std::size_t>(bin)]);
  }
  const double left = 14;
  const double width = (kWidth - 2 * left) / static_cast<double>(counts.size());
  const double floor = 170;
  std::string bars;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    const double height = 130 * static_cast<double>(counts[i]) / static_cast<double>(most);
    const double at = left + width * static_cast<double>(i);
    const auto from = static_cast<double>((static_cast<std::int64_t>(i) - side) * step);
    fmt::format_to(
        std::back_inserter(bars),
        R"(<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"><title>{} to {}: )"
        R"({}</title></rect><text class="tick" x="{:.1f}" y="{:.1f}" text-anchor="middle">{})"
        R"(</text>)",
        from < 0 ? "under" : "over", at + 1, floor - height, std::max(1.0, width - 2), height,
        escape_html(money_text(from, currency)),
        escape_html(money_text(from + static_cast<double>(step), currency)), counts[i],
        at + width / 2, floor - height - 5, counts[i]);
  }
  const auto edge = static_cast<double>(side * step);
  return fmt::format(
      R"(<svg class="plot" viewBox="0 0 {0} 214" role="img" aria-label="Errors in money">{1})"
      R"(<line class="ground" x1="{2}" y1="{3}" x2="{4}" y2="{3}"/>)"
      R"(<line class="ground" x1="{5}" y1="{3}" x2="{5}" y2="{6}"/>)"
      R"(<text class="tick" x="{2}" y="{7}">{8}</text>)"
      R"(<text class="tick" x="{5}" y="{7}" text-anchor="middle">0</text>)"
      R"(<text class="tick" x="{4}" y="{7}" text-anchor="end">+{9}</text>)"
      R"(<text class="title" x="{2}" y="{10}">asked too little</text>)"
      R"(<text class="title" x="{4}" y="{10}" text-anchor="end">asked too much</text></svg>)",
      kWidth, bars, left, floor, kWidth - left, kWidth / 2, floor + 5, floor + 19,
      escape_html(money_text(-edge, currency)), escape_html(money_text(edge, currency)),
      floor + 38);
}

}  // namespace tally::cli
