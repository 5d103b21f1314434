// A tenant to try tally with: cabinets, each filled with the products of a rendered session.
//
// Blocks. Thread-safety: one at a time.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/id.hpp"
#include "server/serve/serve.hpp"

namespace tally::serve {

inline constexpr std::string_view kDemoOwner = "owner@tally.example";
inline constexpr std::string_view kDemoPassword = "a cooler for every corner";
inline constexpr std::string_view kDemoShopper = "shopper@tally.example";
inline constexpr std::string_view kDemoCard = "pm_card_visa";
inline constexpr int kDemoStock = 4;  // Of each facing.

struct DemoCabinet {
  CabinetId id;
  std::string name;
  std::string provisioning_code;  // New each time.
};
struct Demo {
  TenantId tenant;
  std::vector<DemoCabinet> cabinets;
};

// `sessions`: for each cabinet, the folder with layout.toml and products/<sku>/*.jpg
// (docs/session.md) that it is filled with; the same may fill several. Skus are the layout's; those
// of a second folder begin with "2-", and so on. Where the demo tenant is there already, it is used
// as it is, with as many cabinets as it has, but no more than there are `sessions`. Errors: of the
// files; of the store; ConfigError::kValue where the demo tenant that is there has fewer than
// `least`.
Result<Demo> set_up_demo(Serve& server, const std::vector<std::filesystem::path>& sessions,
                         std::size_t least, server::World& world);

}  // namespace tally::serve
