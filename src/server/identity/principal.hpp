// Who asks: a person, a program or a cabinet, and what each may do.
//
// Every request is made by one principal of one tenant, or by nobody. A route names the roles that
// may use it (openapi.yaml, `x-roles`); which things of its tenant a shopper or a cabinet may touch
// (their own) is the handler's to see to.
//
// Thread-safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.hpp"

namespace tally::identity {

enum class Role : std::uint8_t {
  kNobody,     // No credentials.
  kShopper,    // By e-mail code. Sees what is their own.
  kViewer,     // People of the operator, by password. Sees everything of the tenant.
  kRestocker,  // Opens cabinets to restock them, counts.
  kReviewer,   // Decides reviews and disputes.
  kOperator,   // Cabinets, products, prices, refunds; all of the above.
  kOwner,      // Users, API keys, webhooks; all of the above.
  kDevice,     // A cabinet, by its key.
};
inline constexpr std::size_t kRoleCount = 8;
[[nodiscard]] std::string_view name_of(Role role);  // "shopper"
[[nodiscard]] std::optional<Role> parse_role(std::string_view name);

struct Principal {
  Role role = Role::kNobody;
  TenantId tenant;     // Empty for nobody.
  std::string id;      // "cus_…", "usr_…", "pop_…", or "key_…" of an API key; empty for nobody.
  bool live = false;   // Of an API key: real money. Test mode otherwise.
  std::string method;  // "session", "api_key", "device_key": for logs.
};

}  // namespace tally::identity
