#include "server/routes/testing_routes.hpp"

#include <fmt/format.h>

#include "server/core/schema.hpp"
#include "server/identity/api_keys.hpp"
#include "server/identity/device_keys.hpp"
#include "server/identity/roles.hpp"
#include "server/identity/schema.hpp"
#include "server/identity/tenants.hpp"
#include "server/routes/routes.hpp"
#include "server/webhooks/schema.hpp"

namespace tally::routes::testing {
namespace {

struct MadeTenant {
  TenantId id;
  std::string owner;
};

MadeTenant make_tenant(platform::Store& store, server::World& world, std::string_view name,
                       const identity::HashedPassword& password) {
  const auto made =
      store.write_and_wait([&](platform::Transaction& transaction) -> Result<MadeTenant> {
        const auto set_up = identity::add_tenant(
            transaction, world,
            {std::string(name),
             {fmt::format("{}@example.com", name), "Owner", identity::Role::kOwner, password}});
        if (!set_up) return std::unexpected(set_up.error());
        const auto key = identity::add_api_key(transaction, world, set_up->tenant.id,
                                               {"test", identity::Role::kOwner, false});
        if (!key) return std::unexpected(key.error());
        return MadeTenant{set_up->tenant.id, key->secret};
      });
  EXPECT_TRUE(made) << made.error().message;
  return made.value_or(MadeTenant{});
}

Result<LayoutFacts> read_layout(std::string_view text) {
  if (text.starts_with("skus: ")) return LayoutFacts{{std::string(text.substr(6))}, {"cam0"}};
  return fail(api::ApiError::kUpload, "no layout");
}

// Of the first product, after what was before.
Result<std::string> draft_layout(const LayoutWish& wish) {
  if (wish.products.empty()) return fail(api::ApiError::kUpload, "no products");
  return (wish.before.empty() ? "skus: " : wish.before + "+") + wish.products.begin()->second.sku;
}

Result<identity::NewPaymentMethod> describe_method(const std::string& token) {
  if (!token.starts_with("pm_")) {
    return fail(api::ApiError::kParameterInvalid, "body: provider_token: is not known");
  }
  return identity::NewPaymentMethod{"sandbox", token, "visa", "4242", false};
}

}  // namespace

api::ApiOptions RoutesTest::api_options() {
  api::ApiOptions options;
  options.authenticate = identity::authenticate;
  options.note_use = identity::note_use;
  options.sign_in = {.burst = 1'000, .refill = std::chrono::seconds(1)};
  return options;
}

void RoutesTest::add_routes(api::Api& api) {
  const auto now = platform::testing::at(0);
  for (const auto& [room, migrations] : {std::pair{"core", core::core_migrations()},
                                         std::pair{"identity", identity::identity_migrations()},
                                         std::pair{"webhooks", webhooks::webhook_migrations()}}) {
    const auto migrated = migrate(*connection_, room, migrations, now);
    ASSERT_TRUE(migrated) << migrated.error().message;
  }
  auto blobs = platform::BlobFiles::open(folder_.path() / "blobs");
  ASSERT_TRUE(blobs) << blobs.error().message;
  blobs_.emplace(*std::move(blobs));
  live_ = std::make_unique<LiveEvents>(*store_);
  board_.listen(core::Topic::kEvents, [this] { live_->poke(); });
  const std::filesystem::path uploads = folder_.path() / "uploads";
  std::filesystem::create_directory(uploads);
  services_ = std::make_unique<Services>(
      Services{.store = *store_,
               .board = board_,
               .blobs = *blobs_,
               .live_events = *live_,
               .uploads = uploads,
               .code_key = {std::vector<std::uint8_t>(32, 7)},
               .door_keys = {{1, {7}}},
               .secure_cookies = false,
               .send_code = [this](const identity::IssuedCode& code, const std::string&,
                                   const std::string&) { codes_.push_back(code); },
               .read_layout = read_layout,
               .draft_layout = draft_layout,
               .describe_method = describe_method,
               .metrics = {},
               .ready = {}});
  routes::add_routes(api, *services_);
  const auto password = identity::make_password(world_, kPassword, "owner@example.com");
  ASSERT_TRUE(password) << password.error().message;
  const MadeTenant first = make_tenant(*store_, world_, "owner", *password);
  tenant_ = first.id.text();
  owner_ = first.owner;
  const MadeTenant second = make_tenant(*store_, world_, "other", *password);
  other_tenant_ = second.id.text();
  other_owner_ = second.owner;
}

std::map<std::string, std::string> RoutesTest::tokens(bool own) {
  const TenantId tenant = *TenantId::parse(own ? tenant_ : other_tenant_);
  const CabinetId cabinet = world_.new_id<CabinetId>();
  using Tokens = std::map<std::string, std::string>;
  const auto made =
      store_->write_and_wait([&](platform::Transaction& transaction) -> Result<Tokens> {
        Tokens tokens;
        for (std::size_t i = 0; i < identity::kRoleCount; ++i) {
          const auto role = static_cast<identity::Role>(i);
          if (!identity::is_staff(role)) continue;
          const auto key =
              identity::add_api_key(transaction, world_, tenant, {"test", role, false});
          if (!key) return std::unexpected(key.error());
          tokens[std::string(name_of(role))] = key->secret;
        }
        const auto& key = services_->code_key;
        const auto code = identity::request_code(transaction, world_, key,
                                                 {tenant, "shopper@example.com", "127.0.0.1"});
        if (!code) return std::unexpected(code.error());
        const auto shopper = identity::redeem_code(transaction, world_, key,
                                                   {tenant, code->email, code->code, "test"});
        if (!shopper) return std::unexpected(shopper.error());
        if (!*shopper) return std::unexpected(shopper->error());
        tokens["shopper"] = (*shopper)->session.token;
        const auto provisioning =
            identity::issue_provisioning_code(transaction, world_, tenant, cabinet);
        if (!provisioning) return std::unexpected(provisioning.error());
        const auto device =
            identity::redeem_provisioning_code(transaction, world_, provisioning->code);
        if (!device) return std::unexpected(device.error());
        tokens["device"] = device->secret;
        return tokens;
      });
  EXPECT_TRUE(made) << made.error().message;
  return made.value_or(Tokens{});
}

void RoutesTest::TearDown() {
  if (live_) live_->close_all();
  ApiTest::TearDown();
  live_.reset();
}

}  // namespace tally::routes::testing
