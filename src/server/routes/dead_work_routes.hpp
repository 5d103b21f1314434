// The routes of work that was given up; added beside those of routes.hpp.
#pragma once

#include "server/api/api.hpp"
#include "server/routes/services.hpp"

namespace tally::routes {

void add_dead_work_routes(api::Api& api, Services& services);

}  // namespace tally::routes
