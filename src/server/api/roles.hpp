// Which roles may use an operation: a set that names the lowest ones (openapi.yaml, `x-roles`).
//
// Which role includes which, identity/roles.hpp says.
//
// Thread-safety: values and pure functions.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "server/identity/principal.hpp"

namespace tally::api {

class Roles {
 public:
  constexpr Roles() = default;  // Nobody is needed.
  constexpr Roles(std::initializer_list<identity::Role> lowest) {
    for (const identity::Role role : lowest) bits_ = bits_ | bit(role);
  }

  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
  [[nodiscard]] constexpr bool names(identity::Role role) const { return (bits_ & bit(role)) != 0; }

  friend bool operator==(const Roles&, const Roles&) = default;

 private:
  static constexpr std::uint32_t bit(identity::Role role) {
    return 1U << static_cast<unsigned>(role);
  }
  std::uint32_t bits_ = 0;
};

// Whether it, or a role below it, is named; everybody where none is.
[[nodiscard]] bool may_use(const Roles& lowest, identity::Role role);

}  // namespace tally::api
