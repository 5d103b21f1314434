#include "cli/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <system_error>

#include "base/assert.hpp"
#include "base/cart_json.hpp"
#include "base/files.hpp"
#include "cli/cart_words.hpp"
#include "cli/html.hpp"
#include "cli/report_parts.hpp"

namespace tally::cli {
namespace {

std::string meter(double share) {
  return fmt::format(
      R"(<div class="meter" aria-hidden="true"><span style="width:{:.1f}%"></span></div>)",
      std::clamp(share, 0.0, 1.0) * 100);
}

std::string decision_html(const ReportInput& input) {
  const Cart& cart = input.outcome->cart;
  std::string reasons;
  for (const std::string& reason : cart.decision.reasons) {
    reasons += fmt::format("<li>{}</li>", escape_html(reason));
  }
  if (!reasons.empty()) reasons = fmt::format("<ul>{}</ul>", reasons);
  const std::string sure = certainty(cart);
  std::int64_t duration_ms = 0;
  for (const CartVideo& video : cart.inputs.videos) {
    duration_ms = std::max(duration_ms, video.duration_ms);
  }
  return fmt::format(
      R"(<header class="decision {}"><p class="soft file">{}</p>
<h1>{}</h1>
<p>{}{} in {:.1f} s.</p>{}</header>
)",
      name_of(cart.decision.kind), escape_html(input.name), headline(cart),
      sure.empty() ? "" : sure + ". ",
      counted(static_cast<std::int64_t>(cart.events.size()), "event"),
      static_cast<double>(duration_ms) / 1000, reasons);
}

std::string video_html(const std::string& url, const std::string& label) {
  return fmt::format(R"(<video controls muted loop playsinline preload="metadata" src="{}" )"
                     R"(aria-label="{}"></video>)",
                     escape_html(url), escape_html(label));
}

// One clip by itself, or one of each camera side by side, the best first.
std::string clips_html(const CartEvent& event, std::size_t number,
                       const std::vector<std::string>& urls) {
  if (urls.empty()) return R"(<div class="no-clip">No clip was kept</div>)";
  const std::string label = fmt::format("Clip of event {}: {}", number, act_words(event));
  if (urls.size() == 1) return video_html(urls[0], label);
  std::string figures;
  for (std::size_t i = 0; i < urls.size() && i < event.clips.size(); ++i) {
    const std::string& camera = event.clips[i].first;
    fmt::format_to(std::back_inserter(figures), "<figure>{}<figcaption>{}</figcaption></figure>",
                   video_html(urls[i], fmt::format("{}, camera {}", label, camera)),
                   escape_html(camera));
  }
  return fmt::format(R"(<div class="clips">{}</div>)", figures);
}

std::string card_html(const CartEvent& event, std::size_t number,
                      const std::vector<std::string>& urls) {
  std::string cameras;
  for (const std::string& camera : event.cameras) {
    cameras += (cameras.empty() ? "" : ", ") + escape_html(camera);
  }
  const bool take = event.kind == EventKind::kTake;
  return fmt::format(
      R"(<article class="card{10}" id="event-{0}" tabindex="-1">{1}
<div class="text"><h3><span class="badge {2}">{3}</span> {4} &#215; {5}<span
class="clock">{6}</span></h3>
<div class="{2}">{7}</div><p class="sure"><span>Event {0} &#183; {8}</span><span>{9} sure</span>
</p></div></article>
)",
      number, clips_html(event, number, urls), take ? "take" : "put",
      take ? "&#8593; Take" : "&#8595; Put back", event.quantity, escape_html(event.product),
      clock_text(event.at_ms), meter(event.confidence), cameras, percent(event.confidence),
      urls.size() > 1 ? " several" : "");
}

std::string events_html(const ReportInput& input) {
  const std::vector<CartEvent>& events = input.outcome->cart.events;
  std::string cards;
  for (std::size_t i = 0; i < events.size(); ++i) {
    cards += card_html(events[i], i + 1,
                       i < input.clip_urls.size() ? input.clip_urls[i] : ClipUrls::value_type{});
  }
  if (cards.empty()) cards = R"(<p class="soft">Nothing was taken and nothing was put back.</p>)";
  return fmt::format(
      R"(<section aria-labelledby="events-title"><h2 id="events-title">Events</h2>
<div class="cards">{}</div></section>
)",
      cards);
}

std::string lines_html(const Cart& cart) {
  std::string rows;
  for (const LineTotals& line : line_totals(cart)) {
    fmt::format_to(
        std::back_inserter(rows),
        R"(<tr><th scope="row">{}</th><td>{}</td><td>{}</td><td class="net">{}</td><td>{}</td>)"
        R"(</tr>)",
        escape_html(line.product), line.taken, line.put, line.net, percent(line.confidence));
  }
  if (rows.empty()) rows = R"(<tr><td colspan="5" class="soft">The cart is empty.</td></tr>)";
  return fmt::format(
      R"(<section aria-labelledby="cart-title"><h2 id="cart-title">Cart</h2>
<div class="scroll"><table><thead><tr><th scope="col">Product</th><th scope="col">Taken</th>
<th scope="col">Put back</th><th scope="col">Net</th><th scope="col">Sure</th></tr></thead>
<tbody>{}</tbody></table></div></section>
)",
      rows);
}

std::string view_html(const cart::CameraOutcome& camera, bool several) {
  if (!camera.zone || camera.width <= 0 || camera.height <= 0) return "";
  const vision::Box& zone = *camera.zone;
  return fmt::format(
      R"(<div><dt>Stock zone in the {0} &#215; {1} picture{8}</dt><dd>)"
      R"(<svg class="view" viewBox="0 0 {0} {1}" )"
      R"(role="img" aria-label="Stock zone: {2:.0f}, {3:.0f} to {4:.0f}, {5:.0f}">)"
      R"(<rect x="{2:.1f}" y="{3:.1f}" width="{6:.1f}" height="{7:.1f}"/></svg></dd></div>)",
      camera.width, camera.height, zone.left, zone.top, zone.right, zone.bottom, zone.width(),
      zone.height(), several ? " of " + escape_html(camera.camera) : "");
}

// What there is to say of one camera among several.
std::string camera_words(const CartVideo& video, const cart::CameraOutcome& camera) {
  std::string words = fmt::format(" &#183; from {} &#183; the model looked at {}",
                                  clock_text(video.start_ms), camera.frames_detected);
  if (!camera.problem.empty()) {
    words +=
        fmt::format(R"(<br><strong class="lost">Lost:</strong> {})", escape_html(camera.problem));
  }
  return words;
}

std::string videos_html(const ReportInput& input) {
  const std::vector<CartVideo>& videos = input.outcome->cart.inputs.videos;
  const std::vector<cart::CameraOutcome>& cameras = input.outcome->cameras;
  const bool several = videos.size() > 1;
  std::string entries;
  for (std::size_t i = 0; i < videos.size(); ++i) {
    const CartVideo& video = videos[i];
    const bool known = i < cameras.size();
    fmt::format_to(
        std::back_inserter(entries),
        R"(<div><dt>Video, camera {}</dt><dd>{} &#183; {} &#183; {}{}<br><code>sha256 {}</code>)"
        R"(</dd></div>)",
        escape_html(video.camera), escape_html(known ? cameras[i].file_name : input.name),
        clock_text(video.duration_ms), counted(video.frames, "frame"),
        several && known ? camera_words(video, cameras[i]) : "",
        video.sha256.empty() ? "unknown" : escape_html(video.sha256));
  }
  return entries;
}

std::string inputs_html(const ReportInput& input) {
  const CartInputs& inputs = input.outcome->cart.inputs;
  std::string entries = videos_html(input);
  for (const CartModel& model : inputs.models) {
    fmt::format_to(std::back_inserter(entries),
                   R"(<div><dt>Model: {}</dt><dd>{}<br><code>sha256 {}</code></dd></div>)",
                   escape_html(model.role), escape_html(model.name), escape_html(model.sha256));
  }
  const std::string layout =
      inputs.layout_sha256.empty()
          ? "none: the stock was learnt from the video"
          : fmt::format("<code>sha256 {}</code>", escape_html(inputs.layout_sha256));
  entries += fmt::format("<div><dt>Layout</dt><dd>{}</dd></div>", layout);
  for (const cart::CameraOutcome& camera : input.outcome->cameras) {
    entries += view_html(camera, inputs.videos.size() > 1);
  }
  return fmt::format(
      R"(<section aria-labelledby="inputs-title"><h2 id="inputs-title">Made from</h2>)"
      R"(<dl>{}</dl></section>
)",
      entries);
}

std::string stats_html(const CartStats& stats) {
  double longest = 1e-9;
  for (const auto& [stage, seconds] : stats.stage_seconds) longest = std::max(longest, seconds);
  std::string bars;
  for (const auto& [stage, seconds] : stats.stage_seconds) {
    fmt::format_to(std::back_inserter(bars),
                   R"(<span>{}</span>{}<span class="num">{:.2f} s</span>)", escape_html(stage),
                   meter(seconds / longest), seconds);
  }
  const double rate =
      stats.wall_seconds > 0 ? static_cast<double>(stats.frames_decoded) / stats.wall_seconds : 0;
  return fmt::format(
      R"(<section aria-labelledby="stats-title"><h2 id="stats-title">Time it took</h2>
<p class="soft" style="margin-bottom:12px">{:.2f} s for {}, {:.0f} a second; the model looked at
{}{}.</p>
<div class="bars">{}</div></section>
)",
      stats.wall_seconds, counted(stats.frames_decoded, "frame"), rate,
      counted(stats.frames_detected, "frame"),
      stats.second_look ? ", in a second look as well, since the first left doubts" : "", bars);
}

}  // namespace

Result<ClipUrls> clip_urls(const Cart& cart, const std::filesystem::path& folder,
                           std::size_t bytes_max) {
  std::size_t total = 0;
  for (const CartEvent& event : cart.events) {
    for (const auto& [camera, clip] : event.clips) {
      std::error_code error;
      total += std::filesystem::file_size(folder / clip, error);
      if (error) {
        return fail(FileError::kUnreadable,
                    fmt::format("{}: {}", (folder / clip).string(), error.message()));
      }
    }
  }
  ClipUrls urls;
  for (const CartEvent& event : cart.events) {
    urls.emplace_back();
    for (const auto& [camera, clip] : event.clips) {
      if (total > bytes_max) {
        urls.back().push_back(url_path(clip));
        continue;
      }
      auto bytes = read_file(folder / clip, bytes_max);
      if (!bytes) return std::unexpected(std::move(bytes.error()));
      urls.back().push_back("data:video/mp4;base64," + base64(*bytes));
    }
  }
  return urls;
}

std::string render_report(const ReportInput& input) {
  TALLY_ASSERT(input.outcome != nullptr);
  const Cart& cart = input.outcome->cart;
  std::string page = fmt::format(
      R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src
'unsafe-inline'; )"
      R"(script-src 'unsafe-inline'; media-src 'self' data: file:">
<title>{} &#183; {}</title><style>{}</style></head><body><main>
)",
      headline(cart), escape_html(input.name), kReportStyle);
  page += decision_html(input);
  page += timeline_html(*input.outcome);
  page += lines_html(cart);
  page += events_html(input);
  page += R"(<div class="two">)" + inputs_html(input) + stats_html(cart.stats) + "</div>\n";
  page += fmt::format(
      "<footer>Written by tally. The cart for programs is in cart.json beside this page."
      "</footer></main><script>{}</script></body></html>\n",
      kReportScript);
  return page;
}

}  // namespace tally::cli
