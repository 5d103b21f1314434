// The public API over HTTP: knows openapi.yaml's operations, lets requests in, and runs the routes
// that rooms have added for them.
//
// A request's way:
//   admit   the operation is found (404, 405); tries are counted (429); credentials are read, from
//           "Authorization: Bearer …" or from the page's cookie with X-CSRF-Token, and made into a
//           principal (401, 403); only then the body is read, within its limit
//   look    the route's `look`, in a reading transaction
//   slow    the route's `slow`, on a worker thread, outside of any transaction
//   run     the route's `run`, in one transaction that is committed with its answer
// Each stage may refuse with an error, which problems.hpp turns into a problem. With an
// Idempotency-Key (platform/idempotency.hpp) the key is begun before `look` and finished in the
// transaction of `run`.
//
// A route's functions run on the store's and on worker threads, several calls at a time; `look` and
// `run` may run several times for one call (PostgreSQL) and have no effect but through the
// transaction and ApiCall::after_commit().
//
// Ownership: store, workers and world outlive the Api; destroy the HttpServer first.
// Thread-safety: add() before the server starts; everything else from any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/server.hpp"
#include "platform/store.hpp"
#include "server/api/call.hpp"
#include "server/api/rate_limit.hpp"
#include "server/api/workers.hpp"
#include "server/identity/authenticate.hpp"

namespace tally::api {

using Stage = std::function<Result<void>(ApiCall&)>;
using Work = std::function<Result<ApiAnswer>(ApiCall&)>;

enum class RunIn : std::uint8_t {
  kDefault,  // GET reads, all others write.
  kRead,
  kWrite,
};

struct Route {
  std::string_view operation;  // Its id in operation.hpp.
  Work run = {};
  Stage look = {};
  Stage slow = {};
  bool look_writes = false;  // `look` runs in a writing transaction: a try is counted.
  RunIn run_in = RunIn::kDefault;

  // kUpload: where the body goes. In a reading transaction, once the principal is known; what is
  // sent lies in call.request.upload in later stages.
  std::function<Result<http::AcceptUpload>(ApiCall&)> open_upload = {};
  // kWebSocket: whether it may be opened, in a reading transaction; and what hears it, on an I/O
  // thread. `run` is not used.
  Stage admit_websocket = {};
  std::function<http::WebSocketEvents(const identity::Principal&, const http::Request&,
                                      std::shared_ptr<http::WebSocket>)>
      on_websocket = {};
  // In place of all stages: answers by itself, at any time, from any thread; called on an I/O
  // thread, which it must not block. For what is no transaction: /metrics.
  std::function<void(std::shared_ptr<ApiCall>, http::Reply)> direct = {};
};

// identity::authenticate() and note_use(), or a test's.
using Authenticate = std::function<Result<identity::Authenticated>(
    platform::Transaction&, std::string_view credential, Instant)>;
using NoteUse =
    std::function<Result<void>(platform::Transaction&, const identity::Authenticated&, Instant)>;

struct ApiOptions {
  Authenticate authenticate;
  NoteUse note_use;
  RateLimit sign_in = {};  // For each address.
  // A proxy in front is the only one that connects: the last address of X-Forwarded-For is the
  // client's.
  bool behind_proxy = false;
  // What is answered to a GET that no operation answers: pages. Called on I/O threads.
  std::function<std::optional<http::Response>(const http::Request&)> pages = {};
  // Errors that clients are not told of in words (5xx): for logs. Called on any thread.
  std::function<void(std::string_view request_id, std::string_view operation, const Error&)>
      on_failure = {};
};

class Api : public http::Handler {
 public:
  Api(platform::Store& store, Workers& workers, server::World& world, ApiOptions options);
  ~Api() override;

  // Aborts for an operation that openapi.yaml does not have, that has a route already, or whose
  // kind needs another function.
  void add(Route route);
  // Ids of operations without a route: they answer 404.
  [[nodiscard]] std::vector<std::string_view> missing() const;

  void admit(const http::Request& head, http::Admit admit) override;
  void handle(http::Request request, http::Reply reply) override;
  http::WebSocketEvents on_websocket(http::Request request,
                                     std::shared_ptr<http::WebSocket> socket) override;

  struct Core;

 private:
  std::shared_ptr<Core> core_;  // Calls under way share it.
};

// The wallet and the console stand on one origin, and a person may be signed in to each.
enum class Page : std::uint8_t { kWallet, kConsole };
inline constexpr std::string_view kPageHeader = "X-Tally-Page";  // "wallet" or "console".
[[nodiscard]] std::string_view cookie_name(Page page);           // "tally_wallet"
// Of both pages until each had its own; whoever has one stays signed in until it ends by itself.
inline constexpr std::string_view kOldCookie = "tally_session";
inline constexpr std::string_view kCsrfHeader = "X-CSRF-Token";

// What pages send in X-CSRF-Token beside the cookie: a MAC under the cookie's secret, which scripts
// of the page are told (sign-in, GET /v1/me) and others can't read.
[[nodiscard]] std::string csrf_token(std::string_view secret);

// "NAME=…; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=…"; with an empty secret the one that
// takes it away. `secure` is false for plain HTTP on this machine.
[[nodiscard]] std::string session_cookie(std::string_view name, std::string_view secret,
                                         Duration life, bool secure);

// "req_…", for ServerOptions::make_request_id.
[[nodiscard]] std::string new_request_id(server::World& world);

}  // namespace tally::api
