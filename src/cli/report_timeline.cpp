#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>

#include "cli/cart_words.hpp"
#include "cli/html.hpp"
#include "cli/report_parts.hpp"

namespace tally::cli {
namespace {

// Drawing units: the pictures are stretched to the page's width, so only shares of it matter.
constexpr double kWidth = 1000;
constexpr double kHeight = 100;
constexpr int kMarkerRows = 4;
constexpr double kMarkerShare = 0.11;         // Of the width, what a marker with its text takes.
constexpr std::size_t kMarkersWithText = 24;  // More than so many would only hide each other.

std::int64_t duration_ms(const cart::ProcessOutcome& outcome) {
  std::int64_t end = 1;
  for (const CartVideo& video : outcome.cart.inputs.videos) {
    end = std::max(end, video.start_ms + video.duration_ms);
  }
  for (const cart::CameraOutcome& camera : outcome.cameras) {
    if (!camera.timeline.empty()) end = std::max(end, camera.timeline.back().at_ms);
  }
  for (const CartEvent& event : outcome.cart.events) end = std::max(end, event.at_ms);
  return end;
}

double share_of(std::int64_t at_ms, std::int64_t end_ms) {
  return std::clamp(static_cast<double>(at_ms) / static_cast<double>(end_ms), 0.0, 1.0);
}

std::string picture(std::string_view lane, std::string_view content) {
  return fmt::format(R"(<svg class="{}" viewBox="0 0 {} {}" preserveAspectRatio="none")"
                     R"( aria-hidden="true">{}</svg>)",
                     lane, kWidth, kHeight, content);
}

std::string activity_svg(const cart::CameraOutcome& camera, float top, std::int64_t end_ms) {
  std::string path = fmt::format("M0 {}", kHeight);
  for (const auto& sample : camera.timeline) {
    fmt::format_to(std::back_inserter(path), "L{:.1f} {:.1f}",
                   share_of(sample.at_ms, end_ms) * kWidth,
                   kHeight * (1 - static_cast<double>(std::max(0.0F, sample.activity) / top)));
  }
  fmt::format_to(std::back_inserter(path), "V{}Z", kHeight);
  return picture("activity", fmt::format(R"(<path d="{}"/>)", path));
}

// A lane for each camera, all to one scale.
std::string activity_html(const cart::ProcessOutcome& outcome, std::int64_t end_ms) {
  float top = 0.02F;  // So that noise in a quiet clip stays low.
  for (const cart::CameraOutcome& camera : outcome.cameras) {
    for (const auto& sample : camera.timeline) top = std::max(top, sample.activity);
  }
  const bool several = outcome.cameras.size() > 1;
  std::string lanes;
  for (const cart::CameraOutcome& camera : outcome.cameras) {
    lanes += fmt::format(R"(<p class="lane">Movement{}</p>{})",
                         several ? ", camera " + escape_html(camera.camera) : "",
                         activity_svg(camera, top, end_ms));
  }
  return lanes;
}

std::string stock_svg(const cart::ProcessOutcome& outcome, std::int64_t end_ms, int items_max) {
  if (outcome.stock.empty()) return "";
  const auto height = [&](int items) {
    return kHeight - 4 - (kHeight - 8) * items / std::max(1, items_max);
  };
  std::string path =
      fmt::format("M{:.1f} {:.1f}", share_of(outcome.stock[0].at_ms, end_ms) * kWidth,
                  height(outcome.stock[0].items));
  for (const auto& sample : outcome.stock) {
    fmt::format_to(std::back_inserter(path), "H{:.1f}V{:.1f}",
                   share_of(sample.at_ms, end_ms) * kWidth, height(sample.items));
  }
  fmt::format_to(std::back_inserter(path), "H{}", kWidth);
  return picture("stock",
                 fmt::format(R"(<path d="{}" vector-effect="non-scaling-stroke"/>)", path));
}

std::string looks_svg(const cart::ProcessOutcome& outcome, std::int64_t end_ms) {
  std::string path;
  for (const cart::CameraOutcome& camera : outcome.cameras) {
    for (const auto& sample : camera.timeline) {
      if (!sample.detected) continue;
      fmt::format_to(std::back_inserter(path), "M{:.1f} 0V{}",
                     share_of(sample.at_ms, end_ms) * kWidth, kHeight);
    }
  }
  return picture("looks",
                 fmt::format(R"(<path d="{}" vector-effect="non-scaling-stroke"/>)", path));
}

// The first row in which a marker at `share` hides no other; the last row where none is free.
int free_row(double share, std::array<double, kMarkerRows>& taken_until) {
  int row = 0;
  while (row + 1 < kMarkerRows && share < taken_until[static_cast<std::size_t>(row)]) ++row;
  taken_until[static_cast<std::size_t>(row)] = share + kMarkerShare;
  return row;
}

// `lanes` of movement stand below the markers, and their stems reach through all of them.
std::string markers_html(const Cart& cart, std::size_t lanes, std::int64_t end_ms) {
  std::array<double, kMarkerRows> taken_until;
  taken_until.fill(-1);
  int rows = 1;
  std::string items;
  for (std::size_t i = 0; i < cart.events.size(); ++i) {
    const CartEvent& event = cart.events[i];
    const double share = share_of(event.at_ms, end_ms);
    const int row = free_row(share, taken_until);
    rows = std::max(rows, row + 1);
    const bool take = event.kind == EventKind::kTake;
    const std::string product =
        cart.events.size() > kMarkersWithText
            ? ""
            : fmt::format(R"(<span class="wide"> {}</span>)", escape_html(event.product));
    fmt::format_to(std::back_inserter(items),
                   R"(<li style="--x:{0:.2f}%;--row:{1}"><span class="stem {2}"></span>)"
                   R"(<a class="marker {2}" href="#event-{3}" aria-label="Event {3}: {4} at)"
                   R"( {5}">{6}{7}{8}</a></li>)",
                   share * 100, row, take ? "take" : "put", i + 1, escape_html(act_words(event)),
                   clock_text(event.at_ms), take ? "&#8593;" : "&#8595;", event.quantity, product);
  }
  return fmt::format(R"(<ol class="markers" style="--rows:{};--lanes:{}">{}</ol>)", rows, lanes,
                     items);
}

std::string axis_html(std::int64_t end_ms) {
  static constexpr std::array<std::int64_t, 9> kSteps{1'000,  2'000,  5'000,   10'000, 15'000,
                                                      30'000, 60'000, 120'000, 300'000};
  std::int64_t step = kSteps.back();
  for (const std::int64_t candidate : kSteps) {
    if (end_ms / candidate > 8) continue;
    step = candidate;
    break;
  }
  std::string labels;
  for (std::int64_t at = 0; at <= end_ms; at += step) {
    fmt::format_to(std::back_inserter(labels), R"(<span style="--x:{:.2f}%">{}:{:02}</span>)",
                   share_of(at, end_ms) * 100, at / 60'000, at / 1000 % 60);
  }
  return fmt::format(R"(<div class="axis" aria-hidden="true">{}</div>)", labels);
}

// Several cameras watch facings, not a stock zone: there is nothing to draw.
std::string stock_html(const cart::ProcessOutcome& outcome, std::int64_t end_ms) {
  if (outcome.stock.empty() && outcome.cameras.size() > 1) return "";
  const auto [least, most] =
      std::ranges::minmax_element(outcome.stock, {}, &cart::StockSample::items);
  if (least == outcome.stock.end()) return R"(<p class="lane">Stock in view: not known</p>)";
  const std::string words = least->items == most->items ? counted(most->items, "item")
                                                        : fmt::format("{} to {}", least->items,
                                                                      counted(most->items, "item"));
  return fmt::format(R"(<p class="lane">Stock in view: {}</p>{})", words,
                     stock_svg(outcome, end_ms, most->items));
}

}  // namespace

std::string timeline_html(const cart::ProcessOutcome& outcome) {
  const std::int64_t end_ms = duration_ms(outcome);
  std::int64_t looks = 0;
  for (const cart::CameraOutcome& camera : outcome.cameras) {
    looks += std::ranges::count_if(camera.timeline, &cart::TimelineSample::detected);
  }
  return fmt::format(
      R"(<section aria-labelledby="timeline-title"><h2 id="timeline-title">Timeline</h2>
<div class="timeline">
{}
{}
{}
<p class="lane">Looked at by the model, {}</p>{}
{}
</div></section>
)",
      markers_html(outcome.cart, std::max<std::size_t>(1, outcome.cameras.size()), end_ms),
      activity_html(outcome, end_ms), stock_html(outcome, end_ms), counted(looks, "moment"),
      looks_svg(outcome, end_ms), axis_html(end_ms));
}

}  // namespace tally::cli
