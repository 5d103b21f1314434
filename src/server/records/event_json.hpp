// An event as GET /v1/events, its stream and webhooks show it.
//
// Thread-safety: pure function.
#pragma once

#include <cstdint>
#include <string>

#include "base/instant.hpp"

namespace tally::records {

// `body`: its data; what is no JSON object is shown as an empty one, and a payment without the
// token of its card. `actor`: who asked for it; empty for nobody.
[[nodiscard]] std::string event_json(std::int64_t sequence, const std::string& id,
                                     const std::string& type, const std::string& object_id,
                                     std::int64_t object_version, Instant at,
                                     const std::string& body, const std::string& actor);

}  // namespace tally::records
