// A session as it goes on, and how the server is.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/secret.hpp"
#include "server/api/admission.hpp"
#include "server/routes/live_events.hpp"
#include "server/routes/own.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/session_views.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {
namespace {

using commerce::Session;

Result<std::string> show_session(platform::Transaction& transaction, const TenantId& tenant,
                                 const std::string& id) {
  auto row = core::find_row<Session>(transaction, tenant, id);
  if (!row) return std::unexpected(row.error());
  if (!*row) return no_such<Session>(id);
  const auto rows = read_session(transaction, **std::move(row));
  if (!rows) return std::unexpected(rows.error());
  return session_view(*rows).dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<ApiAnswer> stream_session(ApiCall& call, const Services& services) {
  const auto row = session_in_path(call);
  if (!row) return std::unexpected(row.error());
  const auto last = call.transaction().query_one<std::int64_t>(
      "SELECT sequence FROM event_counters WHERE tenant = $1", call.tenant());
  if (!last) return std::unexpected(last.error());
  auto stream = services.live_events.open_object(
      call.tenant(), *last ? std::get<0>(**last) : 0, row->id, "session",
      [tenant = call.tenant(), id = row->id](platform::Transaction& transaction) {
        return show_session(transaction, tenant, id);
      });
  if (!stream) return fail(ApiError::kBusy, "too many streams are open");
  return ApiAnswer{.body = std::move(stream)};
}

// ---- The server itself

// What is sold, and how much, is nobody's business but the operator's.
Result<void> check_metrics(const ApiCall& call, const Services& services) {
  if (!services.metrics_token) return {};
  if (services.metrics_token->empty()) {
    return fail(ApiError::kUnauthenticated,
                "metrics are told to who shows a token, and the configuration names none: "
                "metrics_token_file or metrics_token_env in [http]");
  }
  const auto shown = api::credential_of(call.request.headers, {});
  if (!shown) return std::unexpected(shown.error());
  if (*shown && same_secret((*shown)->secret, *services.metrics_token)) return {};
  return fail(ApiError::kUnauthenticated,
              "Authorization must be \"Bearer\" and the metrics' token");
}

Result<void> read_metrics(ApiCall& call, const Services& services) {
  if (auto may = check_metrics(call, services); !may) return may;
  if (!services.metrics) {
    call.carried = std::string();
    return {};
  }
  auto text = services.metrics();
  if (!text) return std::unexpected(text.error());
  call.carried = *std::move(text);
  return {};
}

Result<ApiAnswer> get_metrics(ApiCall& call) {
  ApiAnswer answer{.body = std::any_cast<const std::string&>(call.carried)};
  answer.headers.set("Content-Type", "text/plain; version=0.0.4");
  return answer;
}

Result<void> look_ready(ApiCall& call, const Services& services) {
  call.carried = !services.ready || services.ready();
  return {};
}

Result<ApiAnswer> get_readiness(ApiCall& call) {
  const bool ready = std::any_cast<bool>(call.carried);
  return api::answer(ready ? 200 : 503, {{"status", ready ? "ready" : "unready"}});
}

}  // namespace

void add_live_routes(api::Api& api, Services& services) {
  api.add({.operation = "stream_session",
           .run = [&services](ApiCall& call) { return stream_session(call, services); }});
}

void add_health_routes(api::Api& api, Services& services) {
  api.add({.operation = "get_metrics", .run = get_metrics, .slow = [&services](ApiCall& call) {
             return read_metrics(call, services);
           }});
  // Answers as long as the process does, whatever the store is doing.
  api.add(
      {.operation = "get_health", .direct = [](const std::shared_ptr<ApiCall>&, http::Reply reply) {
         reply(http::json_response(200, R"({"status":"ok"})"));
       }});
  api.add({.operation = "get_readiness", .run = get_readiness, .slow = [&services](ApiCall& call) {
             return look_ready(call, services);
           }});
}

}  // namespace tally::routes
