#include "cli/eval_json.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

#include "base/cart_json.hpp"

namespace tally::cli {
namespace {

using Json = nlohmann::ordered_json;
using evaluate::EvaluatedRun;
using evaluate::EvaluatedSession;
using evaluate::Figures;
using evaluate::ItemCounts;
using evaluate::KnobPoint;
using evaluate::Mean;
using evaluate::Rate;
using evaluate::SessionScore;

double rounded(double value) { return std::round(value * 1e6) / 1e6; }

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json json_of(const Rate& rate) {
  const evaluate::Interval interval = rate.interval();
  const auto share = rate.share();
  return {{"value", share ? Json(rounded(*share)) : Json(nullptr)},
          {"low", rounded(interval.low)},
          {"high", rounded(interval.high)},
          {"hits", rate.hits},
          {"of", rate.of}};
}

Json json_of(const Mean& mean) {
  return {{"mean", rounded(mean.mean)},
          {"low", mean.interval ? Json(rounded(mean.interval->low)) : Json(nullptr)},
          {"high", mean.interval ? Json(rounded(mean.interval->high)) : Json(nullptr)},
          {"count", mean.count}};
}

Json json_of(const ItemCounts& items) {
  return {{"matched", items.matched},
          {"misidentified", items.misidentified},
          {"extra", items.extra},
          {"missed", items.missed}};
}

Json json_of(const std::optional<evaluate::MoneyFigures>& money) {
  if (!money) return nullptr;
  return {{"currency", money->currency},
          {"owed_minor", money->owed_minor},
          {"error_minor", json_of(money->error_minor)},
          {"error_absolute_minor", json_of(money->error_absolute_minor)},
          {"overcharged_minor", money->overcharged_minor},
          {"undercharged_minor", money->undercharged_minor}};
}

Json json_of(const Figures& figures) {
  return {{"sessions", figures.sessions},
          {"failed", figures.failed},
          {"exact", json_of(figures.exact)},
          {"wrong_charge", json_of(figures.wrong_charge)},
          {"wrong_charge_of_charges", json_of(figures.wrong_charge_of_charges)},
          {"missed_charge", json_of(figures.missed_charge)},
          {"review", json_of(figures.review)},
          {"items", json_of(figures.items)},
          {"precision", json_of(figures.precision)},
          {"recall", json_of(figures.recall)},
          {"f1", json_of(figures.f1)},
          {"place_precision", json_of(figures.place_precision)},
          {"place_recall", json_of(figures.place_recall)},
          {"place_f1", json_of(figures.place_f1)},
          {"identified", json_of(figures.identified)},
          {"mixed_up_in_family", json_of(figures.mixed_up_in_family)},
          {"lines_right", json_of(figures.lines_right)},
          {"count_error", json_of(figures.count_error)},
          {"money", json_of(figures.money)}};
}

Json json_of(const KnobPoint& point) {
  return {{"threshold", rounded(point.threshold)},
          {"review", json_of(point.review)},
          {"wrong_charge", json_of(point.wrong_charge)},
          {"missed_charge", json_of(point.missed_charge)}};
}

Json json_of(const evaluate::ReliabilityBin& bin) {
  return {{"probability_min", rounded(bin.probability_min)},
          {"probability_max", rounded(bin.probability_max)},
          {"probability_mean", rounded(bin.probability_mean)},
          {"exact", json_of(bin.exact)}};
}

Json json_of(const evaluate::Group& group) {
  return {{"name", group.name}, {"figures", json_of(group.figures)}};
}

Json json_of(const evaluate::ProductFigures& product) {
  return {{"product", product.product},
          {"sessions", product.sessions},
          {"expected", product.expected},
          {"got", product.got},
          {"count_error", product.count_error}};
}

Json json_of(const evaluate::Confusion& confusion) {
  return {{"expected", confusion.expected}, {"got", confusion.got}, {"items", confusion.items}};
}

Json json_of(const evaluate::LineScore& line);
Json json_of(const EvaluatedSession& session);
Json json_of(const EvaluatedRun& run);
Json json_of(const evaluate::GateResult& result);
Json json_of(const evaluate::LeftOut& left);

template <typename T>
Json json_of(const std::vector<T>& values) {
  Json all = Json::array();
  for (const T& value : values) all.push_back(json_of(value));
  return all;
}

template <typename Event>
Json events_json(const std::vector<Event>& events) {
  Json all = Json::array();
  for (const Event& event : events) {
    all.push_back({{"at_ms", event.at_ms},
                   {"kind", name_of(event.kind)},
                   {"product", event.product},
                   {"quantity", event.quantity}});
  }
  return all;
}

Json json_of(const evaluate::LineScore& line) {
  return {{"product", line.product}, {"expected", line.expected}, {"got", line.got}};
}

Json json_of(const EvaluatedSession& session) {
  const SessionScore& score = session.score;
  const bool has_cart = session.failure.empty();
  Json json = {{"session", session.name},
               {"scenario", score.scenario},
               {"cameras", session.cameras},
               {"exact", score.exact},
               {"outcome", name_of(score.outcome)},
               {"probability", has_cart ? Json(rounded(score.probability)) : Json(nullptr)},
               {"items", json_of(score.items)},
               {"lines", json_of(score.lines)},
               {"owed_minor", score.owed_minor},
               {"asked_minor", has_cart ? Json(score.asked_minor) : Json(nullptr)},
               {"unpriced_items", score.unpriced_items},
               {"failure", text_or_null(session.failure)},
               {"report", text_or_null(session.report)}};
  if (evaluate::all_right(session)) return json;
  json["expected"] = events_json(session.truth.events);
  json["got"] = events_json(session.cart.events);
  json["reasons"] = session.cart.decision.reasons;
  return json;
}

Json json_of(const EvaluatedRun& run) {
  const evaluate::Summary& summary = run.summary;
  return {{"cameras", run.label},
          {"figures", json_of(summary.all)},
          {"scenarios", json_of(summary.scenarios)},
          {"by_cameras", json_of(run.by_cameras)},
          {"calibration",
           {{"sessions", summary.calibration.count},
            {"brier", rounded(summary.calibration.brier)},
            {"ece", rounded(summary.calibration.ece)},
            {"bins", json_of(summary.calibration.bins)}}},
          {"knob",
           {{"wrong_charge_max", summary.wrong_max},
            {"best", summary.best ? json_of(*summary.best) : Json(nullptr)},
            {"curve", json_of(summary.curve)},
            {"at", json_of(summary.knobs)}}},
          {"products", json_of(summary.products)},
          {"confusions", json_of(summary.confusions)},
          {"sessions", json_of(run.sessions)}};
}

Json json_of(const evaluate::GateResult& result) {
  return {{"gate", result.gate.name},
          {result.at_least ? "at_least" : "at_most", result.gate.bound},
          {"value", result.value ? Json(rounded(*result.value)) : Json(nullptr)},
          {"met", result.met}};
}

Json json_of(const evaluate::LeftOut& left) {
  return {{"run", left.run}, {"session", left.session}, {"why", left.why}};
}

}  // namespace

std::string evaluation_json(const evaluate::Evaluation& evaluation) {
  const evaluate::EvaluatedRun* best = evaluate::best_single(evaluation.runs);
  const auto& threshold = evaluation.policy_threshold;
  const Json json = {{"schema", kEvalSchema},
                     {"tally", evaluation.tally_version},
                     {"source", evaluation.source},
                     {"policy_threshold", threshold ? Json(*threshold) : Json(nullptr)},
                     {"best_single", best != nullptr ? Json(best->label) : Json(nullptr)},
                     {"runs", json_of(evaluation.runs)},
                     {"left_out", json_of(evaluation.left_out)},
                     {"gates", json_of(evaluation.gates)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tally::cli
