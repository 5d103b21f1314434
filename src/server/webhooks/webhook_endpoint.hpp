// Where a tenant wants to be told of events.
//
// One aggregate of kind "webhook_endpoint" for each, whose state is "enabled" or "disabled". It is
// told of what happens after it was made; how far that is, deliveries.hpp keeps from the same
// transaction on.
// Thread-safety: values, and functions of a transaction. Limits: kWebhookEndpointsMax of a tenant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/connection.hpp"

namespace tally::webhooks {

// clang-format off
struct WebhookEndpointKind { static constexpr std::string_view kPrefix = "whe"; };
// clang-format on
using WebhookEndpointId = Id<WebhookEndpointKind>;

inline constexpr std::int64_t kWebhookEndpointsMax = 50;
inline constexpr std::size_t kWebhookTypesMax = 50;

struct WebhookEndpoint {
  WebhookEndpointId id;
  TenantId tenant;
  std::string url;
  std::vector<std::string> types;  // Empty: all.
  bool disabled = false;
  std::string secret;        // "whsec_…": signs what is sent, so it must be kept as it is.
  std::int64_t version = 0;  // Of its row; 0: not written yet.
  Instant created_at;
};

[[nodiscard]] bool wants(const WebhookEndpoint& endpoint, std::string_view type);

// All of a tenant, newest first.
Result<std::vector<WebhookEndpoint>> webhook_endpoints(platform::Transaction& transaction,
                                                       const TenantId& tenant);
Result<std::optional<WebhookEndpoint>> find_webhook_endpoint(platform::Transaction& transaction,
                                                             const TenantId& tenant,
                                                             const WebhookEndpointId& id);
// Errors: the store's.
Result<void> save_webhook_endpoint(platform::Transaction& transaction, WebhookEndpoint& endpoint,
                                   Instant now);
// With all that waits to be delivered to it.
Result<void> remove_webhook_endpoint(platform::Transaction& transaction,
                                     const WebhookEndpoint& endpoint);

}  // namespace tally::webhooks
