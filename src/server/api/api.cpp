#include "server/api/api.hpp"

#include <fmt/format.h>

#include "server/api/admission.hpp"
#include "server/api/api_core.hpp"
#include "server/api/problems.hpp"

namespace tally::api {
namespace {

http::Admission answer_at_once(http::Response response) {
  add_security_headers(response);
  return {.what = std::move(response)};
}

std::size_t index_of(const Operation& operation) {
  return static_cast<std::size_t>(&operation - operations().data());
}

// Whether the functions that its kind needs are there.
bool is_complete(const Route& route, RouteKind kind) {
  if (route.direct) return kind != RouteKind::kWebSocket;
  switch (kind) {
    case RouteKind::kWebSocket:
      return static_cast<bool>(route.on_websocket);
    case RouteKind::kUpload:
      return route.open_upload && route.run;
    case RouteKind::kPlain:
    case RouteKind::kStream:
      return static_cast<bool>(route.run);
  }
  return false;
}

// A head that was let through to its own admission, which needs the store.
struct Entering {
  std::shared_ptr<Api::Core> core;
  http::Request head;
  std::shared_ptr<AdmittedRequest> admitted;
  std::optional<Credential> credential;

  [[nodiscard]] const Operation& operation() const { return *admitted->admitted.operation; }
  [[nodiscard]] const Route& route() const { return *core->routes[admitted->route]; }

  Result<http::Admission> enter(platform::Transaction& transaction) const;
  Result<void> identify(platform::Transaction& transaction) const;
};

Result<void> Entering::identify(platform::Transaction& transaction) const {
  if (operation().roles.empty()) return {};
  const Instant now = core->world.now();
  auto known = core->options.authenticate(transaction, credential->secret, now);
  if (!known) return std::unexpected(known.error());
  if (credential->page && !is_of_page(*credential->page, known->principal.role)) {
    return fail(ApiError::kUnauthenticated, "nobody has signed in to this page: sign in");
  }
  if (!may_use(operation().roles, known->principal.role)) {
    return fail(
        ApiError::kForbidden,
        fmt::format("your role may not {} {}", name_of(operation().method), operation().pattern));
  }
  admitted->admitted.principal = known->principal;
  admitted->admitted.secret = credential->secret;
  admitted->admitted.cookie = credential->cookie;
  admitted->admitted.credential = known->credential;
  admitted->known = std::move(*known);
  return {};
}

Result<http::Admission> Entering::enter(platform::Transaction& transaction) const {
  if (auto known = identify(transaction); !known) return std::unexpected(known.error());
  http::Admission admission{.what = http::AcceptBody{operation().body ? kJsonBodyBytesMax : 0},
                            .context = admitted};
  const bool needs_call = route().open_upload || route().admit_websocket;
  if (needs_call) {
    ApiCall call(core->world, head, admitted->admitted);
    call.begin(&transaction);
    if (route().open_upload) {
      auto upload = route().open_upload(call);
      if (!upload) return std::unexpected(upload.error());
      admission.what = std::move(*upload);
    } else if (auto open = route().admit_websocket(call); !open) {
      return std::unexpected(open.error());
    }
  }
  if (operation().kind == RouteKind::kWebSocket) admission.what = http::AcceptWebSocket{};
  return admission;
}

}  // namespace

http::Response Api::Core::refusal(const Error& error, std::string_view request_id,
                                  std::string_view operation) const {
  http::Response response = problem_response(error, request_id);
  if (response.status >= 500 && options.on_failure) {
    options.on_failure(request_id, operation, error);
  }
  add_security_headers(response);
  return response;
}

Api::Api(platform::Store& store, Workers& workers, server::World& world, ApiOptions options)
    : core_(std::make_shared<Core>(store, workers, world, std::move(options))) {
  const auto all = operations();
  core_->routes.resize(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto added = core_->router.add(all[i].method, all[i].pattern, i);
    TALLY_ASSERT(added);
  }
}

Api::~Api() = default;

void Api::add(Route route) {
  const Operation* operation = find_operation(route.operation);
  TALLY_ASSERT(operation != nullptr);
  std::optional<Route>& place = core_->routes[index_of(*operation)];
  TALLY_ASSERT(!place);
  TALLY_ASSERT(is_complete(route, operation->kind));
  place = std::move(route);
}

std::vector<std::string_view> Api::missing() const {
  std::vector<std::string_view> ids;
  for (std::size_t i = 0; i < core_->routes.size(); ++i) {
    if (!core_->routes[i]) ids.push_back(operations()[i].id);
  }
  return ids;
}

void Api::admit(const http::Request& head, http::Admit admit) {
  const http::RouteAnswer found = core_->router.match(head.method, head.target);
  if (const auto* not_allowed = std::get_if<http::RouteNotAllowed>(&found)) {
    return admit(answer_at_once(http::response_of(*not_allowed, head)));
  }
  const auto* match = std::get_if<http::RouteMatch>(&found);
  if (match == nullptr || !core_->routes[match->route]) {
    const bool page = core_->options.pages &&
                      (head.method == http::Method::kGet || head.method == http::Method::kHead);
    auto response = page ? core_->options.pages(head) : std::nullopt;
    return admit(answer_at_once(response ? std::move(*response)
                                         : http::response_of(http::RouteNotFound{}, head)));
  }
  const Operation& operation = operations()[match->route];
  const auto refuse = [&](const Error& error) {
    admit({.what = core_->refusal(error, head.id, operation.id)});
  };
  if (operation.rate == Rate::kSignIn &&
      !core_->sign_in.take(client_address(head, core_->options.behind_proxy), core_->world.now())) {
    return refuse({code_of(ApiError::kTooManyRequests), "too many tries; wait a little"});
  }
  auto entering = std::make_shared<Entering>(
      Entering{core_, head, std::make_shared<AdmittedRequest>(), std::nullopt});
  entering->admitted->route = match->route;
  entering->admitted->admitted.operation = &operation;
  entering->admitted->admitted.path = match->parameters;
  if (!operation.roles.empty()) {
    auto credential = credential_of(head.headers, operation.roles);
    if (!credential) return refuse(credential.error());
    if (!*credential) {
      return refuse({code_of(ApiError::kUnauthenticated),
                     "send a token or API key as \"Authorization: Bearer …\""});
    }
    if (!(*credential)->cookie.empty()) {
      const auto ours = check_csrf(head, (*credential)->secret);
      if (!ours) return refuse(ours.error());
    }
    entering->credential = std::move(*credential);
  }
  // Before the store is asked anything, a body without a route for it goes.
  const Route& route = entering->route();
  if (operation.roles.empty() && !route.open_upload && !route.admit_websocket &&
      operation.kind != RouteKind::kWebSocket) {
    return admit({.what = http::AcceptBody{operation.body ? kJsonBodyBytesMax : 0},
                  .context = entering->admitted});
  }
  core_->store.read(
      [entering](platform::Transaction& transaction) { return entering->enter(transaction); },
      [entering, admit = std::move(admit)](Result<http::Admission> outcome) mutable {
        if (outcome) {
          entering->core->uses->note(entering->admitted->known);
          return admit(std::move(*outcome));
        }
        admit({.what = entering->core->refusal(outcome.error(), entering->head.id,
                                               entering->operation().id)});
      });
}

void Api::handle(http::Request request, http::Reply reply) {
  const auto* admitted = static_cast<const AdmittedRequest*>(request.context.get());
  const auto context = request.context;
  const Route& route = *core_->routes[admitted->route];
  std::make_shared<RunningCall>(core_, route, std::move(request), admitted->admitted,
                                std::move(reply))
      ->start();
}

http::WebSocketEvents Api::on_websocket(http::Request request,
                                        std::shared_ptr<http::WebSocket> socket) {
  const auto* admitted = static_cast<const AdmittedRequest*>(request.context.get());
  return core_->routes[admitted->route]->on_websocket(admitted->admitted.principal, request,
                                                      std::move(socket));
}

}  // namespace tally::api
