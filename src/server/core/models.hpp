// Which models run where, and which one watched what.
//
// Thread-safety: a transaction's. Errors: the store's.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/cart.hpp"
#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/connection.hpp"

namespace tally::core {

struct RunningModel {
  std::string server;  // The process that has loaded it.
  std::string task;    // "detect", "close_up", "embed"
  std::string name;
  std::string sha256;  // Of its package.
  std::string engine;  // What runs it, on what, in which precision.
  Instant since;
  Instant seen_at;  // That process was there then.
};
// A process says so when it has loaded its models, and again from time to time.
inline constexpr Duration kModelsSeen = std::chrono::minutes(1);
// Processes that were not seen for so long are gone.
inline constexpr Duration kModelsGone = std::chrono::minutes(5);
Result<void> note_models(platform::Transaction& transaction,
                         const std::vector<RunningModel>& models);
// Of processes that are not gone.
Result<std::vector<RunningModel>> running_models(platform::Transaction& transaction, Instant now);

struct UsedModels {
  std::vector<CartModel> models;  // As the cart names them; at least the one that detects, first.
  Instant at;                     // When the session began.
};
// What a cabinet's last cart was made with.
Result<std::optional<UsedModels>> models_of(platform::Transaction& transaction,
                                            const TenantId& tenant, const CabinetId& cabinet);

}  // namespace tally::core
