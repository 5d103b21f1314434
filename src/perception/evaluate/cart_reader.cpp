#include "perception/evaluate/cart_reader.hpp"

#include <fmt/format.h>

#include "base/cart_json.hpp"
#include "perception/evaluate/json_errors.hpp"
#include "perception/evaluate/truth.hpp"

namespace tally::evaluate {
namespace {

using Json = JsonReader::Json;

constexpr std::size_t kReasonsMax = 1000;
constexpr std::size_t kReasonBytesMax = 2000;
constexpr std::size_t kCamerasMax = 64;

CartEvent read_event(JsonReader& reader, const Json& json, int& items) {
  CartEvent event;
  event.at_ms = reader.integer(json, "at_ms", {-kTimeMsMax, kTimeMsMax});
  const std::string kind = reader.text(json, "kind", kNameBytesMax);
  if (kind != "take" && kind != "put") reader.wrong_value("kind", R"(must be "take" or "put")");
  event.kind = kind == "put" ? EventKind::kPut : EventKind::kTake;
  event.product = reader.text(json, "product", kNameBytesMax);
  event.quantity = static_cast<int>(reader.integer(json, "quantity", {1, kItemsMax}));
  event.confidence = reader.number(json, "confidence", 0, 1);
  event.cameras = reader.texts(json, "cameras", kCamerasMax, kNameBytesMax);
  event.evidence = reader.text_or(json, "evidence", kNameBytesMax, "");
  items += event.quantity;
  if (items > kItemsMax) {
    reader.wrong_value("quantity", fmt::format("brings the items to more than {}", kItemsMax));
  }
  return event;
}

CartLine read_line(JsonReader& reader, const Json& json) {
  CartLine line;
  line.product = reader.text(json, "product", kNameBytesMax);
  line.quantity = static_cast<int>(reader.integer(json, "quantity", {-kItemsMax, kItemsMax}));
  line.confidence = reader.number(json, "confidence", 0, 1);
  return line;
}

Decision read_decision(JsonReader& reader, const Json& json) {
  Decision decision;
  const std::string kind = reader.text(json, "kind", kNameBytesMax);
  if (kind == "charge")
    decision.kind = DecisionKind::kCharge;
  else if (kind == "review")
    decision.kind = DecisionKind::kReview;
  else if (kind == "nothing")
    decision.kind = DecisionKind::kNothing;
  else
    reader.wrong_value("kind", R"(must be "charge", "review" or "nothing")");
  decision.probability = reader.number(json, "probability", 0, 1);
  decision.reasons = reader.texts(json, "reasons", kReasonsMax, kReasonBytesMax);
  return decision;
}

CartVideo read_video(JsonReader& reader, const Json& json) {
  CartVideo video;
  video.camera = reader.text(json, "camera", kNameBytesMax);
  video.frames = reader.integer(json, "frames", {0, INT64_MAX});
  return video;
}

}  // namespace

Result<Cart> parse_cart(std::string_view text, std::string_view where) {
  JsonReader reader(where, kJsonErrors);
  Cart cart;
  int items = 0;
  const Json json = reader.parse(text, kCartSchema);
  reader.inside(json, "inputs", [&](const Json& inputs) {
    reader.each_object(inputs, "videos", kCamerasMax, [&](const Json& video) {
      cart.inputs.videos.push_back(read_video(reader, video));
    });
  });
  reader.each_object(json, "events", kEventsMax, [&](const Json& event) {
    cart.events.push_back(read_event(reader, event, items));
  });
  reader.each_object(json, "lines", kProductsMax,
                     [&](const Json& line) { cart.lines.push_back(read_line(reader, line)); });
  reader.inside(json, "decision",
                [&](const Json& decision) { cart.decision = read_decision(reader, decision); });
  if (!reader.failed() && json.contains("stats")) {
    reader.inside(json, "stats", [&](const Json& stats) {
      cart.stats.frames_decoded = reader.integer_or(stats, "frames_decoded", {0, INT64_MAX}, 0);
      cart.stats.frames_detected = reader.integer_or(stats, "frames_detected", {0, INT64_MAX}, 0);
      cart.stats.wall_seconds = reader.number(stats, "wall_seconds", 0, 1e9);
    });
  }
  if (reader.failed()) return std::unexpected(*reader.error());
  return cart;
}

}  // namespace tally::evaluate
