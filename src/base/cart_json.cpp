#include "base/cart_json.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdlib>

namespace tally {
namespace {

using Json = nlohmann::ordered_json;

// Digits beyond these are noise of the machine's arithmetic.
double rounded(double value, double steps_per_unit) {
  return std::round(value * steps_per_unit) / steps_per_unit;
}
double probability(double value) { return rounded(value, 1e4); }
double seconds(double value) { return rounded(value, 1e4); }

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json json_of(const CartInputs& inputs) {
  Json videos = Json::array();
  for (const CartVideo& video : inputs.videos) {
    Json one = {{"camera", video.camera},
                {"sha256", text_or_null(video.sha256)},
                {"frames", video.frames},
                {"duration_ms", video.duration_ms}};
    if (video.start_ms != 0) one["start_ms"] = video.start_ms;
    if (!video.problem.empty()) one["problem"] = video.problem;
    videos.push_back(std::move(one));
  }
  // `model` is the one that detects, as carts named before there were several.
  const CartModel first = inputs.models.empty() ? CartModel{} : inputs.models.front();
  Json models = Json::array();
  for (const CartModel& model : inputs.models) {
    models.push_back({{"role", model.role}, {"name", model.name}, {"sha256", model.sha256}});
  }
  return {{"videos", std::move(videos)},
          {"model", {{"name", first.name}, {"sha256", first.sha256}}},
          {"models", std::move(models)},
          {"layout", {{"sha256", text_or_null(inputs.layout_sha256)}}}};
}

Json json_of(const CartEvent& event) {
  Json clips = Json::object();
  for (const auto& [camera, clip] : event.clips) clips[camera] = clip;
  return {{"at_ms", event.at_ms},
          {"kind", name_of(event.kind)},
          {"product", event.product},
          {"quantity", event.quantity},
          {"confidence", probability(event.confidence)},
          {"cameras", event.cameras},
          {"evidence", text_or_null(event.evidence)},
          {"clips", std::move(clips)}};
}

Json json_of(const CartLine& line) {
  return {{"product", line.product},
          {"quantity", line.quantity},
          {"confidence", probability(line.confidence)},
          {"events", line.events}};
}

Json json_of(const Decision& decision) {
  Json json = {{"kind", name_of(decision.kind)},
               {"probability", probability(decision.probability)}};
  if (decision.expected_error_minor) {
    json["expected_error_minor"] = rounded(*decision.expected_error_minor, 1e2);
  }
  json["reasons"] = decision.reasons;
  return json;
}

Json json_of(const CartStats& stats) {
  Json stages = Json::object();
  for (const auto& [stage, spent] : stats.stage_seconds) {
    stages[stage] = {{"seconds", seconds(spent)}};
  }
  return {{"frames_decoded", stats.frames_decoded},
          {"frames_detected", stats.frames_detected},
          {"second_look", stats.second_look},
          {"wall_seconds", seconds(stats.wall_seconds)},
          {"stages", std::move(stages)}};
}

template <typename T>
Json json_of(const std::vector<T>& values) {
  Json all = Json::array();
  for (const T& value : values) all.push_back(json_of(value));
  return all;
}

std::string dumped(const Cart& cart, CartStatsIn stats, int indent) {
  Json json = {{"schema", kCartSchema},
               {"inputs", json_of(cart.inputs)},
               {"events", json_of(cart.events)},
               {"lines", json_of(cart.lines)},
               {"decision", json_of(cart.decision)}};
  if (stats == CartStatsIn::kYes) json["stats"] = json_of(cart.stats);
  // Names come from files and may hold anything: what is not UTF-8 becomes U+FFFD.
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string to_json(const Cart& cart, CartStatsIn stats) { return dumped(cart, stats, 2) + "\n"; }

std::string to_json_line(const Cart& cart, CartStatsIn stats) { return dumped(cart, stats, -1); }

std::string_view name_of(EventKind kind) {
  switch (kind) {
    case EventKind::kTake:
      return "take";
    case EventKind::kPut:
      return "put";
  }
  std::abort();
}

std::string_view name_of(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::kCharge:
      return "charge";
    case DecisionKind::kReview:
      return "review";
    case DecisionKind::kNothing:
      return "nothing";
  }
  std::abort();
}

}  // namespace tally
