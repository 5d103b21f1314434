#include "server/api/roles.hpp"

#include "server/identity/roles.hpp"

namespace tally::api {

bool may_use(const Roles& lowest, identity::Role role) {
  if (lowest.empty()) return true;
  for (std::size_t i = 0; i < identity::kRoleCount; ++i) {
    const auto named = static_cast<identity::Role>(i);
    if (lowest.names(named) && identity::may(role, named)) return true;
  }
  return false;
}

}  // namespace tally::api
