#include "server/identity/api_keys.hpp"
#include "server/identity/contact.hpp"
#include "server/identity/key_mode.hpp"
#include "server/identity/tenants.hpp"
#include "server/identity/users.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {
namespace {

using identity::HashedPassword;
using identity::Role;

json json_of(const identity::User& user) {
  return {{"id", user.id.text()},      {"email", user.email},
          {"name", user.name},         {"role", name_of(user.role)},
          {"disabled", user.disabled}, {"created_at", to_string(user.created_at)}};
}

json json_of(const identity::ApiKey& key) {
  return {{"id", key.id.text()},
          {"name", key.name},
          {"role", name_of(key.role)},
          {"livemode", key.live},
          {"last4", key.last4},
          {"created_at", to_string(key.created_at)},
          {"last_used_at", routes::json_of(key.used_at)},
          {"revoked_at", routes::json_of(key.revoked_at)}};
}

json json_of(const identity::Tenant& tenant) {
  return {{"id", tenant.id.text()}, {"name", tenant.name}};
}

Role read_role(BodyReader& body) {
  const auto role = identity::parse_role(body.text("role", 20));
  const bool staff =
      role && *role != Role::kNobody && *role != Role::kShopper && *role != Role::kDevice;
  if (!staff) body.wrong("role", "must be viewer, restocker, reviewer, operator or owner");
  return staff ? *role : Role::kViewer;
}

// ---- Users

struct UserWish {
  identity::NewUser user;
  std::string password;
};

Result<UserWish> read_user(const ApiCall& call) {
  BodyReader body(call.body());
  UserWish wish;
  wish.user.email = body.text("email", identity::kEmailBytesMax);
  wish.user.name = body.text("name");
  wish.user.role = read_role(body);
  wish.password = body.text("password");
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  return wish;
}

Result<void> hash_new(ApiCall& call) {
  auto wish = read_user(call);
  if (!wish) return std::unexpected(wish.error());
  auto hashed = identity::make_password(call.world, wish->password, wish->user.email);
  if (!hashed) return std::unexpected(hashed.error());
  wish->user.password = *std::move(hashed);
  call.carried = wish->user;
  return {};
}

Result<ApiAnswer> create_user(ApiCall& call) {
  const auto made = identity::add_user(call.transaction(), call.world, call.tenant(),
                                       std::any_cast<const identity::NewUser&>(call.carried));
  if (!made) return std::unexpected(made.error());
  return api::answer(201, json_of(*made));
}

Result<identity::User> user_in_path(const ApiCall& call) {
  const auto id = call.path_id<UserId>("id");
  if (!id) return std::unexpected(id.error());
  auto user = identity::find_user(call.transaction(), call.tenant(), *id);
  if (!user) return std::unexpected(std::move(user.error()));
  if (!*user) return fail(ApiError::kNotFound, "there is no such person");
  return std::move(**user);
}

struct UserEdit {
  identity::UserChange change;
  std::optional<std::string> password;
  std::string email;
  std::optional<HashedPassword> hashed;
};

Result<void> look_at_user(ApiCall& call) {
  BodyReader body(call.body());
  UserEdit edit;
  edit.change.name = body.text_if("name");
  if (body.has("role")) edit.change.role = read_role(body);
  edit.change.disabled = body.boolean_if("disabled");
  edit.password = body.text_if("password");
  if (auto read = body.done_with_change(); !read) return read;
  const auto user = user_in_path(call);
  if (!user) return std::unexpected(user.error());
  edit.email = user->email;
  call.carried = edit;
  return {};
}

Result<void> hash_changed(ApiCall& call) {
  auto& edit = std::any_cast<UserEdit&>(call.carried);
  if (!edit.password) return {};
  auto hashed = identity::make_password(call.world, *edit.password, edit.email);
  if (!hashed) return std::unexpected(hashed.error());
  edit.hashed = *std::move(hashed);
  return {};
}

Result<ApiAnswer> update_user(ApiCall& call) {
  const auto& edit = std::any_cast<const UserEdit&>(call.carried);
  const auto id = call.path_id<UserId>("id");
  if (!id) return std::unexpected(id.error());
  const auto changed = identity::change_user(call.transaction(), call.tenant(), *id, edit.change);
  if (!changed) return std::unexpected(changed.error());
  if (edit.hashed) {
    const auto reset =
        identity::reset_password(call.transaction(), call.tenant(), *id, *edit.hashed);
    if (!reset) return std::unexpected(reset.error());
  }
  return api::answer(200, json_of(*changed));
}

void add_users(api::Api& api) {
  const auto to_json = [](const identity::User& user) { return json_of(user); };
  api.add({.operation = "list_users", .run = [to_json](ApiCall& call) -> Result<ApiAnswer> {
             const auto users = identity::list_users(call.transaction(), call.tenant());
             if (!users) return std::unexpected(users.error());
             return page_of(call, *users, to_json);
           }});
  api.add({.operation = "create_user", .run = create_user, .slow = hash_new});
  api.add({.operation = "get_user", .run = [](ApiCall& call) -> Result<ApiAnswer> {
             const auto user = user_in_path(call);
             if (!user) return std::unexpected(user.error());
             return api::answer(200, json_of(*user));
           }});
  api.add(
      {.operation = "update_user", .run = update_user, .look = look_at_user, .slow = hash_changed});
}

// ---- API keys

Result<ApiAnswer> create_api_key(ApiCall& call, const Services& services) {
  BodyReader body(call.body());
  identity::NewApiKey wish;
  wish.name = body.text("name");
  wish.role = read_role(body);
  wish.live = body.boolean_if("livemode").value_or(services.live);
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  if (auto usable = identity::check_key_mode(wish.live, services.live); !usable) {
    return std::unexpected(usable.error());
  }
  const auto made = identity::add_api_key(call.transaction(), call.world, call.tenant(), wish);
  if (!made) return std::unexpected(made.error());
  return api::answer(201, {{"api_key", json_of(made->key)}, {"secret", made->secret}});
}

Result<ApiAnswer> revoke_api_key(ApiCall& call) {
  const auto id = call.path_id<identity::ApiKeyId>("id");
  if (!id) return std::unexpected(id.error());
  const auto revoked = identity::revoke_api_key(call.transaction(), call.tenant(), *id, call.now);
  if (!revoked) return std::unexpected(revoked.error());
  return api::no_content();
}

void add_api_keys(api::Api& api, const Services& services) {
  const auto to_json = [](const identity::ApiKey& key) { return json_of(key); };
  api.add({.operation = "list_api_keys", .run = [to_json](ApiCall& call) -> Result<ApiAnswer> {
             const auto keys = identity::list_api_keys(call.transaction(), call.tenant());
             if (!keys) return std::unexpected(keys.error());
             return page_of(call, *keys, to_json);
           }});
  api.add({.operation = "create_api_key",
           .run = [&services](ApiCall& call) { return create_api_key(call, services); }});
  api.add({.operation = "revoke_api_key", .run = revoke_api_key});
}

// ---- The tenant

Result<ApiAnswer> get_tenant(ApiCall& call) {
  const auto tenant = identity::find_tenant(call.transaction(), call.tenant());
  if (!tenant) return std::unexpected(tenant.error());
  if (!*tenant) return fail(ApiError::kNotFound, "this tenant is no longer here");
  return api::answer(200, json_of(**tenant));
}

Result<ApiAnswer> update_tenant(ApiCall& call) {
  BodyReader body(call.body());
  const std::string name = body.text("name");
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  const auto renamed = identity::rename_tenant(call.transaction(), call.tenant(), name);
  if (!renamed) return std::unexpected(renamed.error());
  return api::answer(200, json_of(*renamed));
}

}  // namespace

void add_people_routes(api::Api& api, Services& services) {
  add_users(api);
  add_api_keys(api, services);
  api.add({.operation = "get_tenant", .run = get_tenant});
  api.add({.operation = "update_tenant", .run = update_tenant});
}

}  // namespace tally::routes
