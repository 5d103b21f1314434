// What waits to be told to webhook endpoints, and how that went.
//
// Events are numbered without gaps in the order of commits (platform/events.hpp), so each endpoint
// has a cursor in that list: plan_deliveries() moves it on, and writes one delivery for each event
// passed that the endpoint wants, in one transaction. A delivery goes away when the receiver has
// taken it, or dies. So no event is lost, whenever a program is killed: what is not planned is
// behind the cursor still; what was sent and not recorded is sent again when its lease ends, with
// the same event id. At least once, mostly in order: receivers tell repetitions by the event's id,
// and what is late by its `sequence` and `object_version`. Nothing is written beside the event
// itself when it happens: payments do not wait for webhooks.
//
// A delivery that failed is tried again for kDeliverFor after its event (kDeliveryBackoff, with
// chance), once more at the end of that, and then is dead: it stays for kDeadKept to be seen, and
// what was delivered for kDeliveredKept. An endpoint that fails gets one request at a time and a
// pause after each (kEndpointPause), so that one that is gone costs little, however much waits for
// it. One that takes less than it is told falls behind: at most kWaitingMax deliveries wait, the
// rest stays behind its cursor.
//
// An endpoint that is disabled is told nothing: of what happens meanwhile it never hears, and what
// waited goes on when it is enabled within its time.
//
// Thread-safety: a transaction's. Time and chance are the caller's. Errors: the store's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/backoff.hpp"
#include "platform/connection.hpp"
#include "platform/events.hpp"
#include "server/webhooks/webhook_endpoint.hpp"

namespace tally::webhooks {

inline constexpr Duration kDeliverFor = std::chrono::hours(72);
inline constexpr platform::Backoff kDeliveryBackoff{.first = std::chrono::seconds(10),
                                                    .longest = std::chrono::hours(6)};
inline constexpr platform::Backoff kEndpointPause{.first = std::chrono::seconds(1),
                                                  .longest = std::chrono::minutes(1)};
// An event that was planned late is tried for so long at least.
inline constexpr Duration kDeliverForLeast = std::chrono::hours(1);
inline constexpr Duration kDeadKept = std::chrono::days(30);
inline constexpr Duration kDeliveredKept = std::chrono::days(7);  // To be listed.
inline constexpr std::int64_t kInFlightOfEndpoint = 4;
inline constexpr std::int64_t kWaitingMax = 1'000;  // Of an endpoint.
inline constexpr std::int64_t kEndpointsAtATime = 100;
inline constexpr std::int64_t kDeadPurgedMax = 1'000;  // And of those that were delivered.

// For an endpoint that was just made: from the tenant's newest event on.
Result<void> begin_deliveries(platform::Transaction& transaction, const TenantId& tenant,
                              const WebhookEndpointId& endpoint);
// For one that is taken out.
Result<void> forget_deliveries(platform::Transaction& transaction,
                               const WebhookEndpointId& endpoint);

struct Behind {
  TenantId tenant;
  WebhookEndpointId endpoint;
};
// Endpoints with events ahead of their cursors and room for deliveries.
Result<std::vector<Behind>> endpoints_behind(platform::Transaction& transaction);
// Of at most platform::kEventsPageMax events.
Result<void> plan_deliveries(platform::Transaction& transaction, const Behind& behind, Instant now);

struct DeliveryLease {
  WebhookEndpointId endpoint;
  std::int64_t sequence = 0;
  std::int64_t token = 0;
};
struct WebhookDelivery {
  DeliveryLease lease;
  WebhookEndpoint endpoint;
  platform::StoredEvent event;
  bool proven = false;  // The endpoint took the last that it was sent.
};
// Whether claim_deliveries() would find one.
Result<bool> deliveries_due(platform::Transaction& transaction, Instant now);
// At most `count`; nobody else gets them for as long as `lease`.
Result<std::vector<WebhookDelivery>> claim_deliveries(platform::Transaction& transaction,
                                                      std::int64_t count, Duration lease,
                                                      Instant now);

// Also when the lease was lost: it was taken all the same.
Result<void> delivered(platform::Transaction& transaction, const DeliveryLease& lease, Instant now);
// Nothing if the lease was lost.
Result<void> failed_delivery(platform::Transaction& transaction, const DeliveryLease& lease,
                             std::string_view error, std::uint64_t random, Instant now);

struct EndpointHealth {
  std::int64_t waiting = 0;
  std::int64_t dead = 0;
  std::optional<Instant> delivered_at;  // The last that it took.
  std::optional<Instant> failed_at;     // The last failure, and why.
  std::optional<std::string> last_error;
};
Result<EndpointHealth> endpoint_health(platform::Transaction& transaction,
                                       const WebhookEndpointId& endpoint);

enum class DeliveryState : std::uint8_t { kWaiting, kDelivered, kDead };
[[nodiscard]] std::string_view name_of(DeliveryState state);
[[nodiscard]] std::optional<DeliveryState> delivery_state(std::string_view name);

struct ListedDelivery {
  EventId event;
  std::string type;
  std::int64_t sequence = 0;
  Instant at;  // Of the event.
  DeliveryState state = DeliveryState::kWaiting;
  std::int64_t tries = 0;
  std::optional<Instant> due_at;  // Of one that waits.
  std::optional<Instant> delivered_at;
  std::optional<std::string> last_error;
};
struct DeliveryPage {
  TenantId tenant;
  WebhookEndpointId endpoint;
  std::optional<DeliveryState> state;           // Only those in it.
  std::optional<std::string> starting_after{};  // The id of an event.
  std::int64_t limit = 20;
};
// Newest first.
Result<std::vector<ListedDelivery>> list_deliveries(platform::Transaction& transaction,
                                                    const DeliveryPage& page);

// Sends an event once more, or for the first time, at once. What is on its way already stays so.
// Nothing where the tenant has no such event.
Result<std::optional<ListedDelivery>> resend_delivery(platform::Transaction& transaction,
                                                      const WebhookEndpoint& endpoint,
                                                      const EventId& event, Instant now);

struct DeliveryCounts {
  std::int64_t waiting = 0;
  std::int64_t dead = 0;
};
Result<DeliveryCounts> count_deliveries(platform::Transaction& transaction);

// Deletes dead ones after kDeadKept and delivered ones after kDeliveredKept, of each at most
// kDeadPurgedMax. How many.
Result<std::int64_t> purge_deliveries(platform::Transaction& transaction, Instant now);

}  // namespace tally::webhooks
