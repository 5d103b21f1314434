// An operator who begins: a tenant with its owner, and nothing else yet. The console leads on from
// there (docs/first-sale.md).
//
// Blocks. Thread-safety: any thread's but the server's own.
#pragma once

#include <string>
#include <string_view>

#include "base/id.hpp"
#include "server/serve/serve.hpp"

namespace tally::serve {

struct NewOperator {
  TenantId tenant;
  std::string password;  // Of the owner, made here and known nowhere else; empty: was there before.
};

// A tenant of this name that is there already stays as it is. Errors: IdentityError (a name or an
// address that is none, too many tenants); of the store.
Result<NewOperator> set_up_operator(Serve& server, std::string_view name, std::string_view email,
                                    server::World& world);

}  // namespace tally::serve
