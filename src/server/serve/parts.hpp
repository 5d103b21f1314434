// What a configuration becomes before a server runs on it: the store's options, the tables, the
// payment provider. Internal to the folder. Errors: of each part, saying what to do.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "platform/http/client.hpp"
#include "platform/store.hpp"
#include "server/config/config.hpp"
#include "server/payments/provider.hpp"
#include "server/routes/services.hpp"
#include "server/world.hpp"

namespace tally::serve {

[[nodiscard]] bool has_role(const config::Config& config, config::ServerRole role);
[[nodiscard]] bool has_all_roles(const config::Config& config);

// Only who is on this machine reaches it, and no proxy brings others.
[[nodiscard]] bool is_local(const config::Config::Http& http);

Result<void> make_folder(const config::Config& config);
Result<platform::StoreOptions> store_options(const config::Config& config);
// All rooms' tables, on a connection of its own.
Result<void> migrate_all(const platform::StoreOptions& options, Instant now);
Result<std::unique_ptr<payments::Provider>> make_provider(const config::Config& config,
                                                          platform::Store& store,
                                                          server::World& world,
                                                          http::HttpClient& client,
                                                          const std::string& public_url);
// Where payments are Stripe's, shoppers save cards on its pages. The client outlives services.
Result<void> offer_card_pages(const config::Config& config, http::HttpClient& client,
                              routes::Services& services);
// Whether payments are of real money: Stripe's, with a key that is none of its test mode.
Result<bool> is_live(const config::Config& config);
// Whether a product's photo can be enrolled. Errors: media's, identify's.
Result<void> check_photo(const std::filesystem::path& photo);
// What a layout names, for the catalog.
Result<routes::LayoutFacts> layout_facts(std::string_view text);
Result<std::vector<routes::LookAlike>> look_alikes(
    const std::vector<routes::ProductVectors>& products, const std::string& product);
Result<std::string> layout_for(const routes::LayoutWish& wish);

}  // namespace tally::serve
