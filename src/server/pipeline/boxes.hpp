// What the model saw in a session, as GET /v1/sessions/{id}/boxes gives it: tally.boxes.v1.
//
// Pure.
#pragma once

#include <string>
#include <vector>

#include "perception/cart/process.hpp"

namespace tally::pipeline {

// Of at most kBoxesMax boxes of each camera: the first ones.
inline constexpr std::size_t kBoxesMax = 20'000;
[[nodiscard]] std::string boxes_json(const std::vector<cart::CameraOutcome>& cameras);

}  // namespace tally::pipeline
