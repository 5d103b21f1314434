// Which models a cabinet's last cart was made with, as answers tell it. Thread-safety: pure.
#pragma once

#include <utility>

#include "server/core/models.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {

[[nodiscard]] inline json json_of(const core::UsedModels& used) {
  json models = json::array();
  for (const CartModel& model : used.models) {
    models.push_back({{"role", model.role}, {"name", model.name}, {"sha256", model.sha256}});
  }
  const CartModel& detector = used.models.front();
  return {{"name", detector.name},
          {"sha256", detector.sha256},
          {"models", std::move(models)},
          {"at", to_string(used.at)}};
}

}  // namespace tally::routes
