#include "server/webhooks/webhook_endpoint.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "platform/aggregates.hpp"
#include "server/webhooks/deliveries.hpp"

namespace tally::webhooks {
namespace {

using nlohmann::json;

constexpr std::string_view kKind = "webhook_endpoint";

Result<WebhookEndpoint> endpoint_of(const platform::Aggregate& row) {
  const json body = json::parse(row.body, nullptr, false);
  const auto id = WebhookEndpointId::parse(row.id);
  const bool sound = id && body.is_object() && body.contains("url") && body.contains("secret") &&
                     body.contains("types") && body["types"].is_array();
  if (!sound) return fail(platform::StoreError::kCorrupt, row.id + ": is no webhook endpoint");
  WebhookEndpoint endpoint{.id = *id,
                           .tenant = row.tenant,
                           .url = body.value("url", std::string()),
                           .types = {},
                           .disabled = row.state == "disabled",
                           .secret = body.value("secret", std::string()),
                           .version = row.version,
                           .created_at = row.created_at};
  for (const json& type : body["types"]) {
    if (type.is_string()) endpoint.types.push_back(type.get<std::string>());
  }
  return endpoint;
}

}  // namespace

bool wants(const WebhookEndpoint& endpoint, std::string_view type) {
  return endpoint.types.empty() || std::ranges::find(endpoint.types, type) != endpoint.types.end();
}

Result<std::vector<WebhookEndpoint>> webhook_endpoints(platform::Transaction& transaction,
                                                       const TenantId& tenant) {
  const auto rows = platform::list_aggregates(
      transaction, {.tenant = tenant, .kind = std::string(kKind), .limit = platform::kPageMax});
  if (!rows) return std::unexpected(rows.error());
  std::vector<WebhookEndpoint> endpoints;
  for (const platform::Aggregate& row : *rows) {
    auto endpoint = endpoint_of(row);
    if (!endpoint) return std::unexpected(std::move(endpoint.error()));
    endpoints.push_back(*std::move(endpoint));
  }
  return endpoints;
}

Result<std::optional<WebhookEndpoint>> find_webhook_endpoint(platform::Transaction& transaction,
                                                             const TenantId& tenant,
                                                             const WebhookEndpointId& id) {
  const auto row = platform::find_aggregate(transaction, tenant, kKind, id.text());
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::optional<WebhookEndpoint>();
  auto endpoint = endpoint_of(**row);
  if (!endpoint) return std::unexpected(std::move(endpoint.error()));
  return std::optional(*std::move(endpoint));
}

Result<void> save_webhook_endpoint(platform::Transaction& transaction, WebhookEndpoint& endpoint,
                                   Instant now) {
  const json body{{"url", endpoint.url}, {"types", endpoint.types}, {"secret", endpoint.secret}};
  platform::Aggregate row{endpoint.tenant,
                          std::string(kKind),
                          endpoint.id.text(),
                          endpoint.version,
                          endpoint.disabled ? "disabled" : "enabled",
                          body.dump(-1, ' ', false, json::error_handler_t::replace),
                          {},
                          {}};
  const auto saved = endpoint.version == 0
                         ? platform::insert_aggregate(transaction, std::move(row), now)
                         : platform::update_aggregate(transaction, std::move(row), now);
  if (!saved) return std::unexpected(saved.error());
  if (endpoint.version == 0) {
    auto begun = begin_deliveries(transaction, endpoint.tenant, endpoint.id);
    if (!begun) return begun;
  }
  endpoint.version = saved->version;
  endpoint.created_at = saved->created_at;
  return {};
}

Result<void> remove_webhook_endpoint(platform::Transaction& transaction,
                                     const WebhookEndpoint& endpoint) {
  const auto removed =
      transaction.execute("DELETE FROM aggregates WHERE tenant = $1 AND kind = $2 AND id = $3",
                          endpoint.tenant, kKind, endpoint.id);
  if (!removed) return std::unexpected(removed.error());
  return forget_deliveries(transaction, endpoint.id);
}

}  // namespace tally::webhooks
