#include "server/api/admission.hpp"
#include "server/identity/api_keys.hpp"
#include "server/identity/contact.hpp"
#include "server/identity/sign_in.hpp"
#include "server/identity/tenants.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {
namespace {

using identity::Role;

std::string agent_of(const ApiCall& call) {
  return std::string(call.request.headers.find("User-Agent").value_or(""));
}

ApiAnswer signed_in(const Services& services, const identity::SignedIn& session, json me) {
  me["csrf_token"] = session.csrf;
  ApiAnswer answer = api::answer(200, {{"token", session.token},
                                       {"csrf_token", session.csrf},
                                       {"expires_at", to_string(session.session.expires_at)},
                                       {"me", std::move(me)}});
  const std::string& person = session.session.person;
  const auto page = UserId::parse(person) ? api::Page::kConsole : api::Page::kWallet;
  answer.headers.add("Set-Cookie", api::session_cookie(api::cookie_name(page), session.token,
                                                       identity::session_lifetime(person),
                                                       services.secure_cookies));
  return answer;
}

json me_of(const std::string& id, Role role, const TenantId& tenant, bool live) {
  return {{"id", id}, {"role", name_of(role)}, {"tenant", tenant.text()}, {"livemode", live}};
}

json me_of(const identity::User& user) {
  json me = me_of(user.id.text(), user.role, user.tenant, false);
  me["email"] = user.email;
  me["name"] = user.name;
  return me;
}

json me_of(const identity::Shopper& shopper) {
  json me = me_of(shopper.id.text(), Role::kShopper, shopper.tenant, false);
  me["email"] = shopper.email;
  me["name"] = shopper.name.empty() ? json(nullptr) : json(shopper.name);
  return me;
}

// ---- Users, by password

struct SigningIn {
  identity::SignInAttempt attempt;
  std::string password;
  bool right = false;
  identity::HashedPassword hashed = {};  // The new one, where it is being changed.
};

std::optional<TenantId> read_tenant(BodyReader& body) {
  return body.has("tenant") ? std::optional(body.id<TenantId>("tenant")) : std::nullopt;
}

Result<TenantId> tenant_named(ApiCall& call, const std::optional<TenantId>& named) {
  if (named) return *named;
  const auto only = identity::only_tenant(call.transaction());
  if (!only) return std::unexpected(only.error());
  if (*only) return (*only)->id;
  return fail(ApiError::kParameterMissing, "body: tenant: is missing, and there are several");
}

Result<void> begin_sign_in(ApiCall& call) {
  BodyReader body(call.body());
  const auto named = read_tenant(body);
  const std::string email = body.text("email", identity::kEmailBytesMax);
  const std::string password = body.text("password", 200);
  if (auto read = body.done(); !read) return read;
  const auto tenant = tenant_named(call, named);
  if (!tenant) return std::unexpected(tenant.error());
  auto attempt = identity::begin_sign_in(call.transaction(), *tenant, email, call.now);
  if (!attempt) return std::unexpected(attempt.error());
  call.carried = SigningIn{*std::move(attempt), password};
  return {};
}

Result<void> verify(ApiCall& call) {
  auto& signing_in = std::any_cast<SigningIn&>(call.carried);
  signing_in.right = identity::verify_password(signing_in.attempt.known, signing_in.password);
  return {};
}

Result<ApiAnswer> finish_sign_in(ApiCall& call, const Services& services) {
  const auto& signing_in = std::any_cast<const SigningIn&>(call.carried);
  const auto done = identity::finish_sign_in(call.transaction(), call.world, signing_in.attempt,
                                             signing_in.right, agent_of(call));
  if (!done) return std::unexpected(done.error());
  return signed_in(services, done->session, me_of(done->user));
}

Result<identity::User> own_user(const ApiCall& call) {
  const auto id = UserId::parse(call.principal().id);
  if (!id) return fail(ApiError::kForbidden, "only people have a password");
  auto user = identity::find_user(call.transaction(), call.tenant(), *id);
  if (!user) return std::unexpected(std::move(user.error()));
  if (!*user) return fail(ApiError::kUnauthenticated, "this person is no longer here");
  return std::move(**user);
}

Result<void> begin_password_change(ApiCall& call) {
  BodyReader body(call.body());
  const std::string current = body.text("current_password", 200);
  body.text("new_password", 200);
  if (auto read = body.done(); !read) return read;
  const auto user = own_user(call);
  if (!user) return std::unexpected(user.error());
  auto attempt = identity::begin_sign_in(call.transaction(), call.tenant(), user->email, call.now);
  if (!attempt) return std::unexpected(attempt.error());
  call.carried = SigningIn{*std::move(attempt), current};
  return {};
}

Result<void> verify_and_hash(ApiCall& call) {
  if (auto verified = verify(call); !verified) return verified;
  auto& changing = std::any_cast<SigningIn&>(call.carried);
  if (!changing.right) return {};
  auto hashed = identity::make_password(
      call.world, call.body().at("new_password").get<std::string>(), changing.attempt.email);
  if (!hashed) return std::unexpected(hashed.error());
  changing.hashed = *std::move(hashed);
  return {};
}

Result<ApiAnswer> change_password(ApiCall& call) {
  const auto& changing = std::any_cast<const SigningIn&>(call.carried);
  const auto changed = identity::change_own_password(
      call.transaction(), changing.attempt, changing.right, changing.hashed,
      identity::WebSessionId::parse(call.admitted.credential));
  if (!changed) return std::unexpected(changed.error());
  return api::no_content();
}

// ---- Shoppers, by code

Result<ApiAnswer> request_code(ApiCall& call, Services& services) {
  BodyReader body(call.body());
  const auto named = read_tenant(body);
  const std::string email = body.text("email", identity::kEmailBytesMax);
  const std::string language = body.text_if("language").value_or("en");
  if (language != "en" && language != "es") body.wrong("language", "must be en or es");
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  const auto tenant = tenant_named(call, named);
  if (!tenant) return std::unexpected(tenant.error());
  const auto known = identity::find_tenant(call.transaction(), *tenant);
  if (!known) return std::unexpected(known.error());
  if (!*known) return fail(ApiError::kNotFound, "there is no such tenant");
  const auto issued = identity::request_code(
      call.transaction(), call.world, services.code_key,
      {*tenant, email, api::client_address(call.request, services.behind_proxy)});
  if (!issued) return std::unexpected(issued.error());
  call.after_commit([&services, code = *issued, from = (*known)->name, language] {
    services.send_code(code, from, language);
  });
  return ApiAnswer{.status = 202};
}

Result<ApiAnswer> redeem_code(ApiCall& call, const Services& services) {
  BodyReader body(call.body());
  const auto named = read_tenant(body);
  const std::string email = body.text("email", identity::kEmailBytesMax);
  const std::string code = body.text("code", identity::kCodeDigits, identity::kCodeDigits);
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  const auto tenant = tenant_named(call, named);
  if (!tenant) return std::unexpected(tenant.error());
  const auto decided = identity::redeem_code(call.transaction(), call.world, services.code_key,
                                             {*tenant, email, code, agent_of(call)});
  if (!decided) return std::unexpected(decided.error());
  if (!*decided) return api::refused(decided->error());
  return signed_in(services, (*decided)->session, me_of((*decided)->shopper));
}

// ---- Whoever is signed in

Result<ApiAnswer> sign_out(ApiCall& call, const Services& services) {
  if (call.principal().method == "session") {
    const auto ended = identity::end_session(call.transaction(), call.admitted.secret);
    if (!ended) return std::unexpected(ended.error());
  }
  ApiAnswer answer = api::no_content();
  if (!call.admitted.cookie.empty()) {
    answer.headers.add("Set-Cookie",
                       api::session_cookie(call.admitted.cookie, "", {}, services.secure_cookies));
  }
  return answer;
}

Result<json> named_me(const ApiCall& call) {
  const auto& who = call.principal();
  if (const auto id = UserId::parse(who.id)) {
    const auto user = own_user(call);
    if (!user) return std::unexpected(user.error());
    return me_of(*user);
  }
  if (const auto id = ShopperId::parse(who.id)) {
    const auto shopper = identity::find_shopper(call.transaction(), call.tenant(), *id);
    if (!shopper) return std::unexpected(shopper.error());
    if (*shopper) return me_of(**shopper);
  }
  return me_of(who.id, who.role, who.tenant, who.live);
}

Result<ApiAnswer> get_me(ApiCall& call) {
  auto me = named_me(call);
  if (!me) return std::unexpected(me.error());
  if (call.principal().method == "session") {
    (*me)["csrf_token"] = api::csrf_token(call.admitted.secret);
  }
  return api::answer(200, *me);
}

}  // namespace

void add_sign_in_routes(api::Api& api, Services& services) {
  api.add({.operation = "sign_in_user",
           .run = [&services](ApiCall& call) { return finish_sign_in(call, services); },
           .look = begin_sign_in,
           .slow = verify,
           .look_writes = true});
  api.add({.operation = "change_password",
           .run = change_password,
           .look = begin_password_change,
           .slow = verify_and_hash,
           .look_writes = true});
  api.add({.operation = "request_sign_in_code",
           .run = [&services](ApiCall& call) { return request_code(call, services); }});
  api.add({.operation = "sign_in_shopper",
           .run = [&services](ApiCall& call) { return redeem_code(call, services); }});
  api.add({.operation = "sign_out",
           .run = [&services](ApiCall& call) { return sign_out(call, services); }});
  api.add({.operation = "get_me", .run = get_me});
}

}  // namespace tally::routes
