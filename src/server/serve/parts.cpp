#include "server/serve/parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/files.hpp"
#include "perception/cart/layout.hpp"
#include "perception/cart/layout_draft.hpp"
#include "perception/identify/enrol.hpp"
#include "perception/identify/look_alike.hpp"
#include "platform/schema.hpp"
#include "server/core/schema.hpp"
#include "server/identity/schema.hpp"
#include "server/payments/sandbox.hpp"
#include "server/payments/stripe.hpp"
#include "server/payments/stripe_cards.hpp"
#include "server/webhooks/schema.hpp"
#include "server/workers/schema.hpp"

namespace tally::serve {

namespace fs = std::filesystem;
using config::Config;
using config::ServerRole;

bool has_role(const Config& config, ServerRole role) {
  return std::ranges::find(config.roles, role) != config.roles.end();
}

bool has_all_roles(const Config& config) {
  return std::ranges::all_of(Config{}.roles,
                             [&](ServerRole role) { return has_role(config, role); });
}

bool is_local(const Config::Http& http) {
  return !http.behind_proxy && (http.address.starts_with("127.") || http.address == "::1");
}

Result<platform::StoreOptions> store_options(const Config& config) {
  platform::StoreOptions options;
  options.threads = config.store.threads;
  if (config.store.engine == config::StoreEngine::kSqlite) {
    options.database = platform::SqliteOptions{
        .file = config.store.file.empty() ? config.data / "store.db" : config.store.file};
    return options;
  }
  const auto secret =
      config::resolve_secret(config.store.connection_secret, config::system_secrets());
  if (!secret) return std::unexpected(secret.error());
  options.database =
      platform::PostgresOptions{.connection = secret->value_or(config.store.connection)};
  return options;
}

Result<void> migrate_all(const platform::StoreOptions& options, Instant now) {
  const auto connection = platform::connect(options);
  if (!connection) return std::unexpected(connection.error());
  const std::pair<std::string_view, std::span<const platform::Migration>> rooms[] = {
      {"platform", platform::platform_migrations()},
      {"identity", identity::identity_migrations()},
      {"core", core::core_migrations()},
      {"webhooks", webhooks::webhook_migrations()},
      {"workers", workers::worker_migrations()},
      {"sandbox", payments::sandbox_migrations()},
  };
  for (const auto& [room, migrations] : rooms) {
    if (auto done = platform::migrate(**connection, room, migrations, now); !done) {
      return std::unexpected(done.error());
    }
  }
  return {};
}

Result<void> make_folder(const Config& config) {
  std::error_code error;
  fs::create_directories(config.data, error);
  if (!error) return {};
  return fail(FileError::kUnwritable,
              fmt::format("{}: can't be made: {}; choose another `data` folder",
                          config.data.string(), error.message()));
}

namespace {

Result<std::string> stripe_key(const Config& config) {
  auto secret = config::resolve_secret(config.payments.secret, config::system_secrets());
  if (!secret) return std::unexpected(std::move(secret.error()));
  if (*secret) return **std::move(secret);
  return fail(config::ConfigError::kSecret,
              "payments: stripe needs its API key: name it with secret_file or secret_env");
}

Result<payments::StripeOptions> stripe_options(const Config& config,
                                               const std::string& public_url) {
  auto secret = stripe_key(config);
  if (!secret) return std::unexpected(std::move(secret.error()));
  payments::StripeOptions options;
  options.secret_key = *std::move(secret);
  options.return_url = public_url + "/wallet";
  if (!config.payments.url.empty()) options.base_url = config.payments.url;
  return options;
}

}  // namespace

Result<bool> is_live(const Config& config) {
  if (config.payments.provider == config::PaymentProvider::kSandbox) return false;
  const auto key = stripe_key(config);
  if (!key) return std::unexpected(key.error());
  return !key->starts_with("sk_test_") && !key->starts_with("rk_test_");
}

Result<std::unique_ptr<payments::Provider>> make_provider(const Config& config,
                                                          platform::Store& store,
                                                          server::World& world,
                                                          http::HttpClient& client,
                                                          const std::string& public_url) {
  if (config.payments.provider == config::PaymentProvider::kSandbox) {
    return std::make_unique<payments::Sandbox>(store, world,
                                               payments::SandboxOptions{.base_url = public_url});
  }
  auto options = stripe_options(config, public_url);
  if (!options) return std::unexpected(std::move(options.error()));
  return std::make_unique<payments::Stripe>(client, world, *std::move(options));
}

Result<void> offer_card_pages(const Config& config, http::HttpClient& client,
                              routes::Services& services) {
  if (config.payments.provider == config::PaymentProvider::kSandbox) return {};
  auto options = stripe_options(config, services.public_url);
  if (!options) return std::unexpected(std::move(options.error()));
  const auto cards = std::make_shared<payments::StripeCards>(client, *std::move(options));
  services.begin_card = [cards](const payments::CardWish& wish) { return cards->begin(wish); };
  services.look_at_card = [cards](const std::string& reference) { return cards->look(reference); };
  return {};
}

Result<void> check_photo(const fs::path& photo) {
  const auto read = identify::read_photo(photo);
  return read ? Result<void>{} : std::unexpected(read.error());
}

Result<std::vector<routes::LookAlike>> look_alikes(
    const std::vector<routes::ProductVectors>& products, const std::string& product) {
  identify::Gallery gallery;
  for (const routes::ProductVectors& one : products) {
    identify::GalleryProduct& made = gallery.products.emplace_back();
    made.id = one.product;
    for (const auto& photo : one.photos) {
      made.photos.push_back({photo.sha256, photo.sha256, photo.vector});
    }
  }
  std::ranges::sort(gallery.products, {}, &identify::GalleryProduct::id);
  std::vector<routes::LookAlike> alike;
  if (gallery.find(product) == nullptr) return alike;
  for (const auto& pair : identify::find_look_alikes(gallery, {&product, 1})) {
    alike.push_back({pair.product == product ? pair.other : pair.product,
                     static_cast<double>(pair.likeness), pair.same_picture});
  }
  return alike;
}

Result<std::string> layout_for(const routes::LayoutWish& wish) {
  std::optional<cart::Layout> before;
  if (!wish.before.empty()) {
    auto read = cart::parse_layout(wish.before, "the layout before");
    if (!read) return std::unexpected(std::move(read.error()));
    before = *std::move(read);
  }
  cart::LayoutDraft draft;
  if (before) draft.before = &*before;
  const auto metres = [](std::int64_t mm) { return static_cast<double>(mm) / 1000; };
  for (const auto& [id, product] : wish.products) {
    cart::DraftProduct& made = draft.products.emplace_back(product.sku, std::nullopt);
    if (!product.size) continue;
    made.size = cart::ProductSize{metres(product.size->width), metres(product.size->depth),
                                  metres(product.size->height)};
  }
  for (const commerce::Shelf& shelf : wish.shelves) {
    cart::DraftShelf& made = draft.shelves.emplace_back(shelf.id, std::vector<cart::DraftFacing>());
    for (const commerce::Facing& facing : shelf.facings) {
      const auto product = wish.products.find(facing.product);
      made.facings.push_back(
          {facing.id, product == wish.products.end() ? "" : product->second.sku, facing.capacity});
    }
  }
  return cart::draft_layout(draft);
}

// What a layout names, for the catalog.
Result<routes::LayoutFacts> layout_facts(std::string_view text) {
  const auto layout = cart::parse_layout(text, "the layout");
  if (!layout) return std::unexpected(layout.error());
  routes::LayoutFacts facts;
  for (const auto& product : layout->products) facts.skus.push_back(product.id);
  for (const auto& camera : layout->cameras) facts.cameras.push_back(camera.id);
  return facts;
}

}  // namespace tally::serve
