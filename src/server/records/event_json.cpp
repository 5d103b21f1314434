#include "server/records/event_json.hpp"

#include <nlohmann/json.hpp>

namespace tally::records {

std::string event_json(std::int64_t sequence, const std::string& id, const std::string& type,
                       const std::string& object_id, std::int64_t object_version, Instant at,
                       const std::string& body, const std::string& actor) {
  auto data = nlohmann::json::parse(body, nullptr, false);
  if (!data.is_object()) data = nlohmann::json::object();
  // An event holds the row as it was stored. Whoever has the token of a card could charge it, and
  // events go to viewers and to other programs.
  if (type.starts_with("payment.")) data.erase("method");
  const nlohmann::json event{
      {"id", id},
      {"sequence", sequence},
      {"type", type},
      {"object_id", object_id},
      {"object_version", object_version},
      {"at", to_string(at)},
      {"by", actor.empty() ? nlohmann::json(nullptr) : nlohmann::json(actor)},
      {"data", std::move(data)}};
  return event.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace tally::records
