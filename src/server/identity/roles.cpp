#include "server/identity/roles.hpp"

#include <algorithm>
#include <array>

namespace tally::identity {
namespace {

constexpr std::array<std::string_view, kRoleCount> kNames{
    "nobody", "shopper", "viewer", "restocker", "reviewer", "operator", "owner", "device"};

// Row: the role that somebody has. Column: the role that is needed, in the order of the enum.
constexpr std::array<std::string_view, kRoleCount> kMay{
    // nobody, shopper, viewer, restocker, reviewer, operator, owner, device
    "x.......",  // nobody
    "xx......",  // shopper
    "x.x.....",  // viewer
    "x.xx....",  // restocker
    "x.x.x...",  // reviewer
    "x.xxxx..",  // operator
    "x.xxxxx.",  // owner
    "x......x",  // device
};

}  // namespace

std::string_view name_of(Role role) { return kNames[static_cast<std::size_t>(role)]; }

std::optional<Role> parse_role(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Role>(found - kNames.begin());
}

bool may(Role role, Role needed) {
  return kMay[static_cast<std::size_t>(role)][static_cast<std::size_t>(needed)] == 'x';
}

bool is_staff(Role role) { return may(role, Role::kViewer); }

}  // namespace tally::identity
