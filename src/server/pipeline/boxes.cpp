#include "server/pipeline/boxes.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace tally::pipeline {
namespace {

// Four digits are less than a pixel, and make the file half as large.
double rounded(float share) { return std::round(static_cast<double>(share) * 10'000) / 10'000; }

}  // namespace

std::string boxes_json(const std::vector<cart::CameraOutcome>& cameras) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const cart::CameraOutcome& camera : cameras) {
    nlohmann::ordered_json boxes = nlohmann::ordered_json::array();
    for (const cart::SeenBox& one : camera.boxes) {
      if (boxes.size() == kBoxesMax) break;
      boxes.push_back({{"at_ms", one.at_ms},
                       {"kind", one.hand ? "hand" : "item"},
                       {"left", rounded(one.box.left)},
                       {"top", rounded(one.box.top)},
                       {"right", rounded(one.box.right)},
                       {"bottom", rounded(one.box.bottom)},
                       {"score", rounded(one.score)}});
    }
    all.push_back({{"camera", camera.camera}, {"boxes", std::move(boxes)}});
  }
  return nlohmann::ordered_json{{"schema", "tally.boxes.v1"}, {"cameras", std::move(all)}}.dump();
}

}  // namespace tally::pipeline
