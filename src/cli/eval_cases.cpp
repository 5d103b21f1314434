#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "base/cart_json.hpp"
#include "cli/cart_words.hpp"
#include "cli/eval_parts.hpp"
#include "cli/eval_words.hpp"
#include "cli/html.hpp"

namespace tally::cli {
namespace {

using evaluate::EvaluatedSession;
using evaluate::LineScore;
using evaluate::Outcome;

std::string_view badge_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::kWrongCharge:
    case Outcome::kMissedCharge:
    case Outcome::kFailed:
      return "wrong";
    case Outcome::kReview:
      return "review";
    case Outcome::kRight:
      return "charge";
  }
  std::abort();
}

template <typename Event>
std::string acts_html(const std::vector<Event>& events) {
  std::string items;
  const std::size_t shown = std::min(events.size(), kCaseEventsMax);
  for (std::size_t i = 0; i < shown; ++i) {
    const Event& event = events[i];
    fmt::format_to(std::back_inserter(items),
                   R"(<li><span class="when">{}</span><b class="{}">{}</b><span>{} &#215; {})"
                   R"(</span></li>)",
                   clock_text(event.at_ms), name_of(event.kind), name_of(event.kind),
                   event.quantity, escape_html(event.product));
  }
  if (shown < events.size()) {
    fmt::format_to(std::back_inserter(items), R"(<li class="soft">and {} more</li>)",
                   events.size() - shown);
  }
  return items.empty() ? R"(<p class="soft">nothing</p>)" : fmt::format("<ol>{}</ol>", items);
}

std::string came_html(const EvaluatedSession& session) {
  if (!session.failure.empty()) {
    return fmt::format(R"(<p>{}</p>)", escape_html(session.failure));
  }
  return acts_html(session.cart.events);
}

// "cola: 1 expected, 2 came".
std::string differences_html(const EvaluatedSession& session) {
  std::string words;
  for (const LineScore& line : session.score.lines) {
    if (line.expected == line.got) continue;
    fmt::format_to(std::back_inserter(words), "{}<b>{}</b>: {} expected, {} came",
                   words.empty() ? "" : " &#183; ", escape_html(line.product), line.expected,
                   line.got);
  }
  if (!words.empty()) return fmt::format(R"(<p class="off">Cart: {}</p>)", words);
  if (!session.score.exact) return "";
  return R"(<p class="off soft">The cart is exact.</p>)";
}

std::string reasons_html(const EvaluatedSession& session) {
  std::string words;
  for (const std::string& reason : session.cart.decision.reasons) {
    words += (words.empty() ? "" : "; ") + escape_html(reason);
  }
  return words.empty() ? "" : fmt::format(R"(<p class="off soft">Because {}</p>)", words);
}

std::string case_html(const EvaluatedSession& session) {
  const std::string name = escape_html(session.name);
  const std::string title =
      session.report.empty()
          ? name
          : fmt::format(R"(<a href="{}">{}</a>)", escape_html(url_path(session.report)), name);
  const std::string sure =
      session.failure.empty() ? ", " + percent(session.score.probability) + " sure" : "";
  return fmt::format(
      R"(<article class="case"><h3><span class="badge {}">{}</span><span>{}</span>)"
      R"(<span class="soft">{}, {}{}</span></h3><div class="sides"><div><h4>Expected</h4>{}</div>)"
      R"(<div><h4>Came</h4>{}</div></div>{}{}</article>
)",
      badge_of(session.score.outcome), outcome_words(session.score.outcome), title,
      escape_html(session.score.scenario),
      counted(static_cast<std::int64_t>(session.cameras), "camera"), sure,
      acts_html(session.truth.events), came_html(session), differences_html(session),
      reasons_html(session));
}

}  // namespace

std::string cases_html(const evaluate::EvaluatedRun& run) {
  const std::vector<const EvaluatedSession*> sessions = evaluate::worth_a_look(run);
  if (sessions.empty()) {
    return R"(<p class="soft">Every cart is exact, every item right, and no human was asked.</p>)";
  }
  std::string cases;
  const std::size_t shown = std::min(sessions.size(), kCasesMax);
  for (std::size_t i = 0; i < shown; ++i) cases += case_html(*sessions[i]);
  if (shown < sessions.size()) {
    fmt::format_to(std::back_inserter(cases),
                   R"(<p class="soft">{} more are in eval.json beside this page.</p>)",
                   sessions.size() - shown);
  }
  return fmt::format(R"(<div class="cases">{}</div>)", cases);
}

}  // namespace tally::cli
