#include "server/webhooks/deliveries.hpp"

#include <algorithm>
#include <limits>

#include "platform/answers.hpp"

namespace tally::webhooks {
namespace {

using platform::nothing_of;
using platform::Transaction;

// Those that ran out of time without a try that could say so: their endpoint was paused, disabled
// or overwhelmed, or nobody was there to send them.
Result<void> bury_late(Transaction& transaction, Instant now) {
  return nothing_of(transaction.execute(
      "UPDATE webhook_deliveries SET state = 'dead', dead_at = $1, leased_until = 0, "
      "last_error = COALESCE(last_error, 'was not sent in its time') "
      "WHERE state = 'waiting' AND give_up_at <= $2 AND leased_until <= $1",
      now, now - kDeliverForLeast));
}

struct Ready {
  Behind endpoint;
  std::int64_t room = 0;
  bool proven = false;
};

// Endpoints that have something due, and may be sent it.
Result<std::vector<Ready>> ready_endpoints(Transaction& transaction, Instant now) {
  const auto rows =
      transaction.query<TenantId, WebhookEndpointId, std::int64_t, std::int64_t, bool>(
          "SELECT tenant, endpoint, failures, in_flight, known FROM (SELECT c.tenant, c.endpoint, "
          "c.failures, "
          "(SELECT COUNT(*) FROM webhook_deliveries AS f "
          "WHERE f.endpoint = c.endpoint AND f.leased_until > $1) AS in_flight, "
          "CASE WHEN c.delivered_at IS NULL THEN 0 ELSE 1 END AS known "
          "FROM webhook_cursors AS c JOIN aggregates AS a "
          "ON a.kind = 'webhook_endpoint' AND a.id = c.endpoint AND a.state = 'enabled' "
          "WHERE c.paused_until <= $1 AND EXISTS (SELECT 1 FROM webhook_deliveries AS d "
          "WHERE d.endpoint = c.endpoint AND d.state = 'waiting' AND d.due_at <= $1 "
          "AND d.leased_until <= $1)) AS ready "
          "WHERE in_flight < CASE WHEN failures = 0 THEN CAST($2 AS BIGINT) ELSE 1 END "
          "ORDER BY in_flight, endpoint LIMIT $3",
          now, kInFlightOfEndpoint, kEndpointsAtATime);
  if (!rows) return std::unexpected(rows.error());
  std::vector<Ready> ready;
  for (const auto& [tenant, endpoint, failures, in_flight, known] : *rows) {
    const std::int64_t most = failures == 0 ? kInFlightOfEndpoint : 1;
    ready.push_back({{tenant, endpoint}, most - in_flight, failures == 0 && known});
  }
  return ready;
}

Result<std::vector<std::pair<std::int64_t, std::int64_t>>> lease_some(
    Transaction& transaction, const WebhookEndpointId& endpoint, std::int64_t count, Instant until,
    Instant now) {
  auto rows = transaction.query<std::int64_t, std::int64_t>(
      "UPDATE webhook_deliveries SET leased_until = $1, token = token + 1, tries = tries + 1 "
      "WHERE endpoint = $2 AND sequence IN (SELECT d.sequence FROM webhook_deliveries AS d "
      "WHERE d.endpoint = $2 AND d.state = 'waiting' AND d.due_at <= $3 AND d.leased_until <= $3 "
      "ORDER BY d.sequence LIMIT $4) RETURNING sequence, token",
      until, endpoint, now, count);
  if (!rows) return std::unexpected(rows.error());
  std::vector<std::pair<std::int64_t, std::int64_t>> leased;
  for (const auto& [sequence, token] : *rows) leased.emplace_back(sequence, token);
  std::ranges::sort(leased);
  return leased;
}

}  // namespace

Result<void> begin_deliveries(Transaction& transaction, const TenantId& tenant,
                              const WebhookEndpointId& endpoint) {
  return nothing_of(transaction.execute(
      "INSERT INTO webhook_cursors (endpoint, tenant, sequence, failures, paused_until) "
      "VALUES ($1, $2, COALESCE((SELECT sequence FROM event_counters WHERE tenant = $2), 0), 0, 0)",
      endpoint, tenant));
}

Result<void> forget_deliveries(Transaction& transaction, const WebhookEndpointId& endpoint) {
  const auto cursor =
      transaction.execute("DELETE FROM webhook_cursors WHERE endpoint = $1", endpoint);
  if (!cursor) return std::unexpected(cursor.error());
  const auto listed =
      transaction.execute("DELETE FROM webhook_delivered WHERE endpoint = $1", endpoint);
  if (!listed) return std::unexpected(listed.error());
  return nothing_of(
      transaction.execute("DELETE FROM webhook_deliveries WHERE endpoint = $1", endpoint));
}

Result<std::vector<Behind>> endpoints_behind(Transaction& transaction) {
  const auto rows = transaction.query<TenantId, WebhookEndpointId>(
      "SELECT c.tenant, c.endpoint FROM webhook_cursors AS c "
      "JOIN event_counters AS e ON e.tenant = c.tenant WHERE c.sequence < e.sequence "
      "AND (SELECT COUNT(*) FROM webhook_deliveries AS d WHERE d.endpoint = c.endpoint "
      "AND d.state = 'waiting') <= $1 ORDER BY c.endpoint LIMIT $2",
      kWaitingMax - platform::kEventsPageMax, kEndpointsAtATime);
  if (!rows) return std::unexpected(rows.error());
  std::vector<Behind> behind;
  for (const auto& [tenant, endpoint] : *rows) behind.push_back({tenant, endpoint});
  return behind;
}

Result<void> plan_deliveries(Transaction& transaction, const Behind& behind, Instant now) {
  const auto endpoint = find_webhook_endpoint(transaction, behind.tenant, behind.endpoint);
  if (!endpoint) return std::unexpected(endpoint.error());
  const auto cursor = transaction.query_one<std::int64_t>(
      "SELECT sequence FROM webhook_cursors WHERE endpoint = $1", behind.endpoint);
  if (!cursor) return std::unexpected(cursor.error());
  if (!*endpoint || !*cursor) return {};
  const auto events = platform::events_after(transaction, behind.tenant, std::get<0>(**cursor),
                                             platform::kEventsPageMax);
  if (!events) return std::unexpected(events.error());
  if (events->empty()) return {};
  for (const platform::StoredEvent& event : *events) {
    if ((*endpoint)->disabled || !wants(**endpoint, event.type)) continue;
    const auto planned = transaction.execute(
        "INSERT INTO webhook_deliveries (endpoint, sequence, tenant, state, tries, token, due_at, "
        "leased_until, give_up_at) VALUES ($1, $2, $3, 'waiting', 0, 0, $4, 0, $5)",
        behind.endpoint, event.sequence, behind.tenant, now,
        std::max(event.at + kDeliverFor, now + kDeliverForLeast));
    if (!planned) return std::unexpected(planned.error());
  }
  return nothing_of(
      transaction.execute("UPDATE webhook_cursors SET sequence = $2 WHERE endpoint = $1",
                          behind.endpoint, events->back().sequence));
}

Result<bool> deliveries_due(Transaction& transaction, Instant now) {
  const auto ready = ready_endpoints(transaction, now);
  if (!ready) return std::unexpected(ready.error());
  if (!ready->empty()) return true;
  const auto late = transaction.query_one<std::int64_t>(
      "SELECT COUNT(*) FROM webhook_deliveries "
      "WHERE state = 'waiting' AND give_up_at <= $2 AND leased_until <= $1",
      now, now - kDeliverForLeast);
  if (!late) return std::unexpected(late.error());
  return std::get<0>(late->value()) > 0;
}

Result<std::vector<WebhookDelivery>> claim_deliveries(Transaction& transaction, std::int64_t count,
                                                      Duration lease, Instant now) {
  if (auto buried = bury_late(transaction, now); !buried) return std::unexpected(buried.error());
  const auto ready = ready_endpoints(transaction, now);
  if (!ready) return std::unexpected(ready.error());
  std::vector<WebhookDelivery> claimed;
  for (const auto& [name, room, proven] : *ready) {
    const std::int64_t most = std::min(room, count - std::ssize(claimed));
    if (most <= 0) break;
    const auto endpoint = find_webhook_endpoint(transaction, name.tenant, name.endpoint);
    if (!endpoint) return std::unexpected(endpoint.error());
    if (!*endpoint) continue;
    const auto leased = lease_some(transaction, name.endpoint, most, now + lease, now);
    if (!leased) return std::unexpected(leased.error());
    for (const auto& [sequence, token] : *leased) {
      auto event = platform::events_after(transaction, name.tenant, sequence - 1, 1);
      if (!event) return std::unexpected(event.error());
      if (event->empty() || event->front().sequence != sequence) {
        return fail(platform::StoreError::kCorrupt,
                    fmt::format("event {} of {} is not there", sequence, name.tenant.text()));
      }
      claimed.push_back(
          {{name.endpoint, sequence, token}, **endpoint, std::move(event->front()), proven});
    }
  }
  return claimed;
}

Result<void> delivered(Transaction& transaction, const DeliveryLease& lease, Instant now) {
  const auto listed = transaction.execute(
      "INSERT INTO webhook_delivered (endpoint, sequence, tenant, tries, delivered_at) "
      "SELECT endpoint, sequence, tenant, tries, CAST($3 AS BIGINT) FROM webhook_deliveries "
      "WHERE endpoint = $1 AND sequence = $2 ON CONFLICT (endpoint, sequence) "
      "DO UPDATE SET tries = excluded.tries, delivered_at = excluded.delivered_at",
      lease.endpoint, lease.sequence, now);
  if (!listed) return std::unexpected(listed.error());
  const auto done =
      transaction.execute("DELETE FROM webhook_deliveries WHERE endpoint = $1 AND sequence = $2",
                          lease.endpoint, lease.sequence);
  if (!done) return std::unexpected(done.error());
  return nothing_of(transaction.execute(
      "UPDATE webhook_cursors SET failures = 0, paused_until = 0, delivered_at = $2 "
      "WHERE endpoint = $1",
      lease.endpoint, now));
}

Result<void> failed_delivery(Transaction& transaction, const DeliveryLease& lease,
                             std::string_view error, std::uint64_t random, Instant now) {
  const auto row = transaction.query_one<std::int64_t, Instant, std::int64_t>(
      "SELECT d.tries, d.give_up_at, c.failures FROM webhook_deliveries AS d "
      "JOIN webhook_cursors AS c ON c.endpoint = d.endpoint WHERE d.endpoint = $1 "
      "AND d.sequence = $2 AND d.token = $3 AND d.state = 'waiting'",
      lease.endpoint, lease.sequence, lease.token);
  if (!row) return std::unexpected(row.error());
  if (!*row) return {};
  const auto& [tries, give_up_at, failures] = **row;
  const bool dead = now >= give_up_at;
  const std::string why = platform::storable_text(error, platform::kErrorBytesMax);
  const auto noted = transaction.execute(
      "UPDATE webhook_deliveries SET state = $3, due_at = $4, leased_until = 0, dead_at = $5, "
      "last_error = $6 WHERE endpoint = $1 AND sequence = $2",
      lease.endpoint, lease.sequence, dead ? "dead" : "waiting",
      std::min(now + platform::delay_after(kDeliveryBackoff, tries, random), give_up_at),
      dead ? std::optional(now) : std::nullopt, why);
  if (!noted) return std::unexpected(noted.error());
  return nothing_of(transaction.execute(
      "UPDATE webhook_cursors SET failures = $2, paused_until = $3, failed_at = $4, "
      "last_error = $5 WHERE endpoint = $1",
      lease.endpoint, failures + 1,
      now + platform::delay_after(kEndpointPause, failures + 1, random), now, why));
}

Result<EndpointHealth> endpoint_health(Transaction& transaction,
                                       const WebhookEndpointId& endpoint) {
  const auto row = transaction.query_one<std::optional<Instant>, std::optional<Instant>,
                                         std::optional<std::string>, std::int64_t, std::int64_t>(
      "SELECT c.delivered_at, c.failed_at, c.last_error, "
      "(SELECT COUNT(*) FROM webhook_deliveries AS w "
      "WHERE w.endpoint = c.endpoint AND w.state = 'waiting'), "
      "(SELECT COUNT(*) FROM webhook_deliveries AS d "
      "WHERE d.endpoint = c.endpoint AND d.state = 'dead') "
      "FROM webhook_cursors AS c WHERE c.endpoint = $1",
      endpoint);
  if (!row) return std::unexpected(row.error());
  if (!*row) return EndpointHealth{};
  const auto& [delivered_at, failed_at, last_error, waiting, dead] = **row;
  return EndpointHealth{waiting, dead, delivered_at, failed_at, last_error};
}

Result<DeliveryCounts> count_deliveries(Transaction& transaction) {
  const auto rows = transaction.query<std::string, std::int64_t>(
      "SELECT state, COUNT(*) FROM webhook_deliveries GROUP BY state");
  if (!rows) return std::unexpected(rows.error());
  DeliveryCounts counts;
  for (const auto& [state, count] : *rows) (state == "dead" ? counts.dead : counts.waiting) = count;
  return counts;
}

std::string_view name_of(DeliveryState state) {
  switch (state) {
    case DeliveryState::kWaiting:
      return "waiting";
    case DeliveryState::kDelivered:
      return "delivered";
    case DeliveryState::kDead:
      return "dead";
  }
  return "";
}

std::optional<DeliveryState> delivery_state(std::string_view name) {
  using enum DeliveryState;
  for (const DeliveryState state : {kWaiting, kDelivered, kDead}) {
    if (name_of(state) == name) return state;
  }
  return std::nullopt;
}

Result<std::vector<ListedDelivery>> list_deliveries(Transaction& transaction,
                                                    const DeliveryPage& page) {
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  if (page.starting_after) {
    const auto last = transaction.query_one<std::int64_t>(
        "SELECT sequence FROM events WHERE id = $1 AND tenant = $2", *page.starting_after,
        page.tenant);
    if (!last) return std::unexpected(last.error());
    if (*last) before = std::get<0>(**last);
  }
  const auto state = page.state ? std::optional<std::string>(name_of(*page.state)) : std::nullopt;
  auto rows =
      transaction.query<EventId, std::string, std::int64_t, Instant, std::string, std::int64_t,
                        std::optional<Instant>, std::optional<Instant>, std::optional<std::string>>(
          "SELECT e.id, e.type, e.sequence, e.at, d.state, d.tries, d.due_at, d.delivered_at, "
          "d.last_error FROM (SELECT sequence, state, tries, due_at, "
          "CAST(NULL AS BIGINT) AS delivered_at, last_error FROM webhook_deliveries "
          "WHERE endpoint = $1 UNION ALL SELECT sequence, 'delivered', tries, "
          "CAST(NULL AS BIGINT), delivered_at, CAST(NULL AS TEXT) FROM webhook_delivered "
          "WHERE endpoint = $1) AS d JOIN events AS e ON e.tenant = $2 AND e.sequence = d.sequence "
          "WHERE d.sequence < $3 AND (CAST($4 AS TEXT) IS NULL OR d.state = $4) "
          "ORDER BY d.sequence DESC LIMIT $5",
          page.endpoint, page.tenant, before, state, page.limit);
  if (!rows) return std::unexpected(rows.error());
  std::vector<ListedDelivery> listed;
  for (auto& [event, type, sequence, at, name, tries, due_at, delivered_at, error] : *rows) {
    const auto known = delivery_state(name).value_or(DeliveryState::kWaiting);
    listed.push_back({event, std::move(type), sequence, at, known, tries,
                      known == DeliveryState::kWaiting ? due_at : std::nullopt, delivered_at,
                      std::move(error)});
  }
  return listed;
}

Result<std::optional<ListedDelivery>> resend_delivery(Transaction& transaction,
                                                      const WebhookEndpoint& endpoint,
                                                      const EventId& event, Instant now) {
  const auto found = transaction.query_one<std::int64_t, std::string, Instant>(
      "SELECT sequence, type, at FROM events WHERE id = $1 AND tenant = $2", event,
      endpoint.tenant);
  if (!found) return std::unexpected(found.error());
  if (!*found) return std::optional<ListedDelivery>();
  const auto& [sequence, type, at] = **found;
  const auto forgotten = transaction.execute(
      "DELETE FROM webhook_delivered WHERE endpoint = $1 AND sequence = $2", endpoint.id, sequence);
  if (!forgotten) return std::unexpected(forgotten.error());
  const auto tries = transaction.query_one<std::int64_t>(
      "INSERT INTO webhook_deliveries (endpoint, sequence, tenant, state, tries, token, due_at, "
      "leased_until, give_up_at) VALUES ($1, $2, $3, 'waiting', 0, 0, $4, 0, $5) "
      "ON CONFLICT (endpoint, sequence) DO UPDATE SET state = 'waiting', "
      "due_at = excluded.due_at, give_up_at = excluded.give_up_at, dead_at = NULL RETURNING tries",
      endpoint.id, sequence, endpoint.tenant, now, now + kDeliverFor);
  if (!tries) return std::unexpected(tries.error());
  const auto woken = transaction.execute(
      "UPDATE webhook_cursors SET paused_until = 0 WHERE endpoint = $1", endpoint.id);
  if (!woken) return std::unexpected(woken.error());
  return std::optional(ListedDelivery{.event = event,
                                      .type = type,
                                      .sequence = sequence,
                                      .at = at,
                                      .state = DeliveryState::kWaiting,
                                      .tries = std::get<0>(tries->value()),
                                      .due_at = now,
                                      .delivered_at = {},
                                      .last_error = {}});
}

Result<std::int64_t> purge_deliveries(Transaction& transaction, Instant now) {
  const auto dead = transaction.execute(
      "DELETE FROM webhook_deliveries WHERE (endpoint, sequence) IN "
      "(SELECT endpoint, sequence FROM webhook_deliveries "
      "WHERE state = 'dead' AND dead_at <= $1 ORDER BY dead_at LIMIT $2)",
      now - kDeadKept, kDeadPurgedMax);
  if (!dead) return dead;
  const auto taken = transaction.execute(
      "DELETE FROM webhook_delivered WHERE (endpoint, sequence) IN "
      "(SELECT endpoint, sequence FROM webhook_delivered "
      "WHERE delivered_at <= $1 ORDER BY delivered_at LIMIT $2)",
      now - kDeliveredKept, kDeadPurgedMax);
  return taken ? Result<std::int64_t>(*dead + *taken) : taken;
}

}  // namespace tally::webhooks
