#include "server/serve/operator.hpp"

#include <algorithm>

#include "server/identity/tenants.hpp"

namespace tally::serve {

Result<NewOperator> set_up_operator(Serve& server, std::string_view name, std::string_view email,
                                    server::World& world) {
  // 128 random bits in letters that are read aloud without mistakes.
  const std::string password = id_digits(world.random_bits());
  const auto hashed = identity::make_password(world, password, email);
  if (!hashed) return std::unexpected(hashed.error());
  return server.office().act_and_wait([&](core::Desk& desk) -> Result<NewOperator> {
    const auto there = identity::list_tenants(desk.transaction());
    if (!there) return std::unexpected(there.error());
    const auto same = std::ranges::find(*there, name, &identity::Tenant::name);
    if (same != there->end()) return NewOperator{same->id, ""};
    auto made = identity::add_tenant(desk.transaction(), world,
                                     {.name = std::string(name),
                                      .owner = {.email = std::string(email),
                                                .name = std::string(email),
                                                .role = identity::Role::kOwner,
                                                .password = *hashed}});
    if (!made) return std::unexpected(std::move(made.error()));
    return NewOperator{std::move(made->tenant.id), password};
  });
}

}  // namespace tally::serve
