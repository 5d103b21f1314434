#include <array>

#include "base/secret.hpp"
#include "commerce/error.hpp"
#include "platform/http/url.hpp"
#include "server/routes/filters.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/support.hpp"
#include "server/webhooks/deliveries.hpp"

namespace tally::routes {
namespace {

using commerce::CommerceError;

using webhooks::WebhookEndpoint;
using webhooks::WebhookEndpointId;

Result<json> endpoint_json(ApiCall& call, const WebhookEndpoint& endpoint) {
  const auto health = webhooks::endpoint_health(call.transaction(), endpoint.id);
  if (!health) return std::unexpected(health.error());
  const auto time = [](const std::optional<Instant>& at) {
    return at ? json(to_string(*at)) : json(nullptr);
  };
  return json{{"id", endpoint.id.text()},
              {"url", endpoint.url},
              {"types", endpoint.types},
              {"disabled", endpoint.disabled},
              {"created_at", to_string(endpoint.created_at)},
              {"deliveries",
               {{"waiting", health->waiting},
                {"dead", health->dead},
                {"delivered_at", time(health->delivered_at)},
                {"failed_at", time(health->failed_at)},
                {"last_error", health->last_error ? json(*health->last_error) : json(nullptr)}}}};
}

Result<ApiAnswer> answer_endpoint(ApiCall& call, const WebhookEndpoint& endpoint) {
  auto shown = endpoint_json(call, endpoint);
  if (!shown) return std::unexpected(shown.error());
  return api::answer(200, *std::move(shown));
}

Result<ApiAnswer> with_secret(ApiCall& call, int status, const WebhookEndpoint& endpoint) {
  auto shown = endpoint_json(call, endpoint);
  if (!shown) return std::unexpected(shown.error());
  return api::answer(status,
                     {{"webhook_endpoint", *std::move(shown)}, {"secret", endpoint.secret}});
}

struct ShownEndpoint {
  WebhookEndpointId id;
  json shown;
};

Result<ApiAnswer> list_endpoints(ApiCall& call) {
  const auto endpoints = webhooks::webhook_endpoints(call.transaction(), call.tenant());
  if (!endpoints) return std::unexpected(endpoints.error());
  std::vector<ShownEndpoint> page;
  for (const WebhookEndpoint& endpoint : *endpoints) {
    auto shown = endpoint_json(call, endpoint);
    if (!shown) return std::unexpected(shown.error());
    page.push_back({endpoint.id, *std::move(shown)});
  }
  return page_of(call, page, [](const ShownEndpoint& one) { return one.shown; });
}

std::string new_secret(server::World& world) {
  std::array<std::uint8_t, 32> bytes{};
  world.fill_random(bytes);
  return "whsec_" + base32(bytes);
}

Result<void> check_url(const std::string& text, const Services& services) {
  const auto url = http::parse_url(text);
  if (!url) return fail(CommerceError::kInvalid, "endpoint.url: " + url.error().message);
  const bool fits = !url->websocket && (url->secure || services.plain_webhooks);
  if (fits) return {};
  return fail(CommerceError::kInvalid, "endpoint.url: must begin with https://");
}

void read_change(BodyReader& body, WebhookEndpoint& endpoint) {
  if (body.has("types")) endpoint.types = body.texts("types", webhooks::kWebhookTypesMax, 100);
}

Result<ApiAnswer> create_endpoint(ApiCall& call, const Services& services) {
  BodyReader body(call.body());
  WebhookEndpoint endpoint{.id = call.world.new_id<WebhookEndpointId>(),
                           .tenant = call.tenant(),
                           .url = body.text("url", http::kUrlBytesMax),
                           .types = {},
                           .secret = new_secret(call.world),
                           .created_at = call.now};
  read_change(body, endpoint);
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  if (auto right = check_url(endpoint.url, services); !right) return std::unexpected(right.error());
  const auto others = webhooks::webhook_endpoints(call.transaction(), call.tenant());
  if (!others) return std::unexpected(others.error());
  if (std::ssize(*others) >= webhooks::kWebhookEndpointsMax) {
    return fail(CommerceError::kLimit, "there are too many endpoints; take one out first");
  }
  const auto saved = save_webhook_endpoint(call.transaction(), endpoint, call.now);
  if (!saved) return std::unexpected(saved.error());
  return with_secret(call, 201, endpoint);
}

Result<WebhookEndpoint> endpoint_in_path(const ApiCall& call) {
  const auto id = call.path_id<WebhookEndpointId>("id");
  if (!id) return std::unexpected(id.error());
  auto endpoint = find_webhook_endpoint(call.transaction(), call.tenant(), *id);
  if (!endpoint) return std::unexpected(std::move(endpoint.error()));
  if (!*endpoint) return fail(ApiError::kNotFound, "there is no such endpoint");
  return std::move(**endpoint);
}

Result<ApiAnswer> update_endpoint(ApiCall& call, const Services& services) {
  BodyReader body(call.body());
  const auto url = body.text_if("url", http::kUrlBytesMax);
  const auto disabled = body.boolean_if("disabled");
  WebhookEndpoint checked;
  read_change(body, checked);
  if (auto read = body.done_with_change(); !read) return std::unexpected(read.error());
  if (url) {
    if (auto right = check_url(*url, services); !right) return std::unexpected(right.error());
  }
  auto endpoint = endpoint_in_path(call);
  if (!endpoint) return std::unexpected(endpoint.error());
  if (url) endpoint->url = *url;
  if (disabled) endpoint->disabled = *disabled;
  read_change(body, *endpoint);
  const auto saved = save_webhook_endpoint(call.transaction(), *endpoint, call.now);
  if (!saved) return std::unexpected(saved.error());
  return answer_endpoint(call, *endpoint);
}

Result<ApiAnswer> roll_secret(ApiCall& call) {
  auto endpoint = endpoint_in_path(call);
  if (!endpoint) return std::unexpected(endpoint.error());
  endpoint->secret = new_secret(call.world);
  const auto saved = save_webhook_endpoint(call.transaction(), *endpoint, call.now);
  if (!saved) return std::unexpected(saved.error());
  return with_secret(call, 200, *endpoint);
}

Result<ApiAnswer> remove_endpoint(ApiCall& call) {
  const auto endpoint = endpoint_in_path(call);
  if (!endpoint) return std::unexpected(endpoint.error());
  const auto removed = remove_webhook_endpoint(call.transaction(), *endpoint);
  if (!removed) return std::unexpected(removed.error());
  return api::no_content();
}

// ---- Deliveries

json delivery_json(const webhooks::ListedDelivery& delivery) {
  return {{"event", delivery.event.text()},
          {"type", delivery.type},
          {"sequence", delivery.sequence},
          {"state", name_of(delivery.state)},
          {"tries", delivery.tries},
          {"at", to_string(delivery.at)},
          {"due_at", json_of(delivery.due_at)},
          {"delivered_at", json_of(delivery.delivered_at)},
          {"last_error", delivery.last_error ? json(*delivery.last_error) : json(nullptr)}};
}

Result<ApiAnswer> list_deliveries(ApiCall& call) {
  const auto endpoint = endpoint_in_path(call);
  if (!endpoint) return std::unexpected(endpoint.error());
  const auto wish = call.page();
  if (!wish) return std::unexpected(wish.error());
  const auto state = query_word(call, "state", {"waiting", "delivered", "dead"});
  if (!state) return std::unexpected(state.error());
  const auto deliveries = webhooks::list_deliveries(
      call.transaction(), {.tenant = call.tenant(),
                           .endpoint = endpoint->id,
                           .state = *state ? webhooks::delivery_state(**state) : std::nullopt,
                           .starting_after = wish->starting_after,
                           .limit = wish->limit + 1});
  if (!deliveries) return std::unexpected(deliveries.error());
  return page_answer(*deliveries, wish->limit, delivery_json);
}

Result<ApiAnswer> resend(ApiCall& call, Services& services) {
  const auto endpoint = endpoint_in_path(call);
  if (!endpoint) return std::unexpected(endpoint.error());
  const auto event = call.path_id<EventId>("event");
  if (!event) return std::unexpected(event.error());
  if (endpoint->disabled) {
    return fail(ApiError::kConflict, "the endpoint is disabled; enable it first");
  }
  const auto delivery = webhooks::resend_delivery(call.transaction(), *endpoint, *event, call.now);
  if (!delivery) return std::unexpected(delivery.error());
  if (!*delivery) return fail(ApiError::kNotFound, "there is no such event");
  call.after_commit([&services] { services.board.poke(core::Topic::kWebhooks); });
  return api::answer(202, delivery_json(**delivery));
}

}  // namespace

void add_webhook_routes(api::Api& api, Services& services) {
  api.add({.operation = "list_webhook_endpoints", .run = list_endpoints});
  api.add({.operation = "create_webhook_endpoint",
           .run = [&services](ApiCall& call) { return create_endpoint(call, services); }});
  api.add({.operation = "get_webhook_endpoint", .run = [](ApiCall& call) -> Result<ApiAnswer> {
             const auto endpoint = endpoint_in_path(call);
             if (!endpoint) return std::unexpected(endpoint.error());
             return answer_endpoint(call, *endpoint);
           }});
  api.add({.operation = "update_webhook_endpoint",
           .run = [&services](ApiCall& call) { return update_endpoint(call, services); }});
  api.add({.operation = "remove_webhook_endpoint", .run = remove_endpoint});
  api.add({.operation = "roll_webhook_secret", .run = roll_secret});
  api.add({.operation = "list_webhook_deliveries", .run = list_deliveries});
  api.add({.operation = "resend_webhook_delivery",
           .run = [&services](ApiCall& call) { return resend(call, services); }});
}

}  // namespace tally::routes
