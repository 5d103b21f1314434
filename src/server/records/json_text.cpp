#include "server/records/json_text.hpp"

#include <nlohmann/json.hpp>

namespace tally::records {

std::string object_text(
    std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  auto object = nlohmann::ordered_json::object();
  for (const auto& [name, value] : fields) object[std::string(name)] = value;
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace tally::records
