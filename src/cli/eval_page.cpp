#include "cli/eval_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/assert.hpp"
#include "cli/cart_words.hpp"
#include "cli/eval_parts.hpp"
#include "cli/eval_plots.hpp"
#include "cli/eval_words.hpp"
#include "cli/html.hpp"
#include "cli/report_parts.hpp"

namespace tally::cli {
namespace {

using evaluate::EvaluatedRun;
using evaluate::Evaluation;
using evaluate::Figures;
using evaluate::KnobPoint;
using evaluate::Rate;
using evaluate::Summary;

constexpr std::size_t kTableRowsMax = 12;

std::string section(std::string_view id, std::string_view title, std::string_view content) {
  return fmt::format(
      R"(<section aria-labelledby="{0}"><h2 id="{0}">{1}</h2>{2}</section>
)",
      id, title, content);
}

std::string table(std::initializer_list<std::string_view> heads, std::string_view rows) {
  std::string head;
  for (const std::string_view text : heads) head += fmt::format(R"(<th scope="col">{}</th>)", text);
  return fmt::format(
      R"(<div class="scroll"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>)",
      head, rows);
}

// Cells are HTML already, but for the first, which is text.
std::string row(std::string_view name, const std::vector<std::string>& cells, bool marked = false) {
  std::string html = fmt::format(R"(<tr{}><th scope="row">{}</th>)",
                                 marked ? R"( class="mark")" : "", escape_html(name));
  for (const std::string& cell : cells) html += "<td>" + cell + "</td>";
  return html + "</tr>";
}

std::string header_html(const Evaluation& evaluation) {
  const EvaluatedRun& run = evaluation.runs.front();
  const Figures& all = run.summary.all;
  std::string gates;
  bool missed = false;
  for (const evaluate::GateResult& gate : evaluation.gates) {
    missed = missed || !gate.met;
    fmt::format_to(std::back_inserter(gates), "<li>{}: {}</li>", gate.met ? "Kept" : "Missed",
                   escape_html(evaluate::words_of(gate)));
  }
  if (!gates.empty()) gates = fmt::format("<ul>{}</ul>", gates);
  const std::string failed =
      all.failed == 0 ? "" : fmt::format(", {} of them without a cart", all.failed);
  const std::string knob =
      !evaluation.policy_threshold
          ? ""
          : fmt::format(". Decided anew at threshold {}", *evaluation.policy_threshold);
  return fmt::format(
      R"(<header class="decision {}"><p class="soft file">{}</p>
<h1>{} of carts are exact</h1>
<p>{}{}, {}{}.</p>{}</header>
)",
      missed ? "wrong" : "charge", escape_html(evaluation.source), share_text(all.exact.share()),
      counted(all.sessions, "session"), failed, escape_html(run_words(run)), knob, gates);
}

std::string fact(std::string_view name, std::string_view value, std::string_view below) {
  return fmt::format(R"(<div class="fact"><div class="name">{}</div><div class="value">{}</div>)"
                     R"(<div class="soft">{}</div></div>)",
                     name, value, below);
}

std::string rate_fact(std::string_view name, const Rate& rate) {
  const bool whole = std::floor(rate.hits) == rate.hits && std::floor(rate.of) == rate.of;
  const std::string counts = whole ? fmt::format("{} of {}", rate.hits, rate.of) : "";
  const std::string interval = interval_text(rate);
  return fact(name, share_text(rate.share()),
              counts + (counts.empty() || interval.empty() ? "" : " &#183; ") + interval);
}

std::string facts_html(const Summary& summary) {
  const Figures& all = summary.all;
  std::string facts;
  for (const NamedRate& named : rates_of(all)) facts += rate_fact(named.name, named.rate);
  facts += fact("Count error of a line", fmt::format("{:.3f}", all.count_error.mean),
                fmt::format("mean of {}", counted(all.count_error.count, "line")));
  if (summary.calibration.count > 0) {
    facts += fact("Calibration error", fmt::format("{:.3f}", summary.calibration.ece),
                  fmt::format("expected; Brier score {:.3f}", summary.calibration.brier));
  }
  return section("facts", "In figures",
                 fmt::format(R"(<div class="facts">{}</div><p class="note">Small figures are 95 % )"
                             R"(confidence intervals. An item is one piece taken or put; it is )"
                             R"(right with its kind and product within 1.0 s.</p>)",
                             facts));
}

std::string reliability_html(const evaluate::Calibration& calibration) {
  if (calibration.bins.empty()) return "";
  std::string rows;
  for (const evaluate::ReliabilityBin& bin : calibration.bins) {
    rows += row(fmt::format("{:.4f} to {:.4f}", bin.probability_min, bin.probability_max),
                {fmt::format("{:.4f}", bin.probability_mean), share_text(bin.exact.share()),
                 interval_text(bin.exact), fmt::format("{}", bin.exact.of)});
  }
  return section(
      "reliability", "Does \xE2\x80\x9Csure\xE2\x80\x9D mean sure?",
      reliability_plot(calibration) +
          R"(<ul class="legend"><li><i class="ideal"></i>as sure as it is right</li></ul>)" +
          "<details><summary>As a table</summary>" +
          table({"How sure", "Mean", "Exact", "95 % interval", "Sessions"}, rows) + "</details>");
}

// Keeps the sign for per cent on the line of its number.
std::string unbroken(std::string text) {
  for (std::size_t at = 0; (at = text.find(" %", at)) != std::string::npos;) {
    text.replace(at, 1, "&#160;");
  }
  return text;
}

std::string best_words(const Summary& summary) {
  const std::string limit = share_text(summary.wrong_max);
  if (!summary.best) {
    return fmt::format("No threshold keeps wrong charges at {} or less: some are wrong and sure.",
                       limit);
  }
  return fmt::format(
      "To keep wrong charges at {} or less, review below {:.4f}: {} of sessions go to review, {} "
      "are charged wrongly ({}). Found on these sessions, so a little too good.",
      limit, summary.best->threshold, share_text(summary.best->review.share()),
      share_text(summary.best->wrong_charge.share()), interval_text(summary.best->wrong_charge));
}

std::string knob_html(const Summary& summary) {
  if (summary.all.sessions == 0) return "";
  std::string rows;
  for (const KnobPoint& point : summary.knobs) {
    rows += row(fmt::format("{}", point.threshold),
                {share_text(point.review.share()), share_text(point.wrong_charge.share()),
                 interval_text(point.wrong_charge), share_text(point.missed_charge.share())});
  }
  return section(
      "knob", "What review buys",
      knob_plot(summary) +
          R"(<ul class="legend"><li><i class="wrong"></i>wrong charges</li>)"
          R"(<li><i class="missed"></i>missed charges</li><li><i class="limit"></i>limit</li>)"
          R"(<li><i class="here"></i>this run</li><li><i class="best"></i>best knob</li></ul>)" +
          fmt::format(R"(<p class="note">{}</p>)", unbroken(best_words(summary))) +
          "<details><summary>As a table</summary>" +
          table({"Review below", "Reviewed", "Charged wrongly", "95 % interval", "Missed"}, rows) +
          "</details>");
}

std::vector<std::string> figure_cells(const Figures& figures) {
  return {fmt::format("{}", figures.sessions),
          share_text(figures.exact.share()),
          interval_text(figures.exact),
          share_text(figures.f1.share()),
          share_text(figures.place_f1.share()),
          share_text(figures.wrong_charge.share()),
          share_text(figures.missed_charge.share()),
          share_text(figures.review.share())};
}

std::string figure_table(std::string_view first_head, std::string_view rows) {
  return table({first_head, "Sessions", "Exact", "95 % interval", "F1", "Place F1", "Wrong",
                "Missed", "Review"},
               rows);
}

std::string scenarios_html(const Summary& summary) {
  std::string rows;
  for (const evaluate::Group& group : summary.scenarios) {
    rows += row(group.name, figure_cells(group.figures));
  }
  return section("scenarios", "By scenario: exact carts",
                 exact_bars(summary.scenarios) + "<details><summary>As a table</summary>" +
                     figure_table("Scenario", rows) + "</details>");
}

std::string cameras_html(const Evaluation& evaluation) {
  const EvaluatedRun* best = evaluate::best_single(evaluation.runs);
  std::string rows;
  std::vector<evaluate::Group> bars;
  for (const EvaluatedRun& run : evaluation.runs) {
    for (const evaluate::Group& group : run.by_cameras) {
      const std::string words =
          run.label == "all" ? fmt::format("all {}", group.name) : run_words(run);
      rows += row(words + (&run == best ? ", best single" : ""), figure_cells(group.figures),
                  &run == best);
      bars.push_back({words, group.figures});
    }
  }
  return section("cameras", "By cameras: exact carts",
                 exact_bars(bars) + "<details" + (evaluation.runs.size() > 1 ? " open" : "") +
                     "><summary>As a table</summary>" + figure_table("Cameras", rows) +
                     "</details>");
}

std::string money_html(const EvaluatedRun& run) {
  const auto& money = run.summary.all.money;
  if (!money || money->error_minor.count == 0) return "";
  std::vector<std::int64_t> errors;
  for (const evaluate::EvaluatedSession& session : run.sessions) {
    if (session.score.outcome == evaluate::Outcome::kFailed) continue;
    errors.push_back(session.score.asked_minor - session.score.owed_minor);
  }
  const auto right = std::ranges::count(errors, 0);
  const std::string& currency = money->currency;
  const auto text = [&](double minor) { return escape_html(money_text(minor, currency)); };
  std::string words = fmt::format(
      "{} of {} ask for the right sum. A cart is off by {} on average, {} with its sign.", right,
      counted(static_cast<std::int64_t>(errors.size()), "cart"),
      text(money->error_absolute_minor.mean), text(money->error_minor.mean));
  words += fmt::format(
      " Without a human, {} too much and {} too little would have been charged, of {} owed.",
      text(static_cast<double>(money->overcharged_minor)),
      text(static_cast<double>(money->undercharged_minor)),
      text(static_cast<double>(money->owed_minor)));
  return section("money", "Errors in money",
                 money_plot(errors, currency) + fmt::format(R"(<p class="note">{}</p>)", words));
}

std::string mix_ups_html(const Summary& summary) {
  std::string content;
  std::string rows;
  for (const evaluate::Confusion& confusion : summary.confusions) {
    if (&confusion - summary.confusions.data() == kTableRowsMax) break;
    rows +=
        row(confusion.expected, {escape_html(confusion.got), fmt::format("{}", confusion.items)});
  }
  if (!rows.empty()) {
    content += table({"Was", "Taken for", "Items"}, rows);
    content += fmt::format(R"(<p class="note">{} of them are products that look alike.</p>)",
                           share_text(summary.all.mixed_up_in_family.share()));
  }
  rows.clear();
  for (const evaluate::ProductFigures& product : summary.products) {
    const bool enough = &product - summary.products.data() == kTableRowsMax;
    if (enough || product.count_error == 0) break;
    rows += row(product.product,
                {fmt::format("{}", product.sessions), fmt::format("{}", product.expected),
                 fmt::format("{}", product.got), fmt::format("{}", product.count_error)});
  }
  if (!rows.empty()) {
    content += "<details><summary>Products that were counted wrongly</summary>" +
               table({"Product", "Sessions", "Expected", "Came", "Off by"}, rows) + "</details>";
  }
  if (content.empty()) content = R"(<p class="soft">No product was taken for another.</p>)";
  return section("products", "Products mixed up", content);
}

std::string sessions_html(const Evaluation& evaluation) {
  std::string page;
  for (const EvaluatedRun& run : evaluation.runs) {
    const bool first = &run == &evaluation.runs.front();
    const auto found = static_cast<std::int64_t>(evaluate::worth_a_look(run).size());
    if (first) {
      page += section("sessions", "Sessions to look at: " + std::to_string(found), cases_html(run));
      continue;
    }
    const std::string id = fmt::format("sessions-{}", &run - evaluation.runs.data() + 1);
    page += section(id, escape_html(run_words(run)),
                    fmt::format("<details><summary>{} to look at</summary>{}</details>",
                                counted(found, "session"), cases_html(run)));
  }
  std::string rows;
  for (const evaluate::LeftOut& left : evaluation.left_out) {
    rows += row(left.session, {escape_html(left.run), escape_html(left.why)});
  }
  if (rows.empty()) return page;
  return page + section("left-out", "Not measured", table({"Session", "Run", "Why"}, rows));
}

}  // namespace

std::string render_evaluation(const Evaluation& evaluation) {
  TALLY_ASSERT(!evaluation.runs.empty());
  const EvaluatedRun& run = evaluation.runs.front();
  std::string page = fmt::format(
      R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src
'unsafe-inline'">
<title>{} exact &#183; {}</title><style>{}{}</style></head><body><main>
)",
      share_text(run.summary.all.exact.share()), escape_html(evaluation.source), kReportStyle,
      kEvalStyle);
  page += header_html(evaluation);
  page += facts_html(run.summary);
  page += R"(<div class="two">)" + reliability_html(run.summary.calibration) +
          knob_html(run.summary) + "</div>\n";
  page += scenarios_html(run.summary);
  page += cameras_html(evaluation);
  page += R"(<div class="two">)" + money_html(run) + mix_ups_html(run.summary) + "</div>\n";
  page += sessions_html(evaluation);
  page += fmt::format(
      "<footer>Written by tally {}. The figures for programs are in eval.json beside this page; "
      "docs/eval.md defines each.</footer></main></body></html>\n",
      escape_html(evaluation.tally_version));
  return page;
}

}  // namespace tally::cli
