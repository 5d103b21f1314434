#include "server/webhooks/schema.hpp"

#include <array>

namespace tally::webhooks {
namespace {

// Endpoints from before this table are told of what happens from now on.
constexpr std::string_view kDeliveries = R"(
CREATE TABLE webhook_cursors (
  endpoint TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  paused_until BIGINT NOT NULL,
  delivered_at BIGINT,
  failed_at BIGINT,
  last_error TEXT
);
INSERT INTO webhook_cursors (endpoint, tenant, sequence, failures, paused_until)
  SELECT a.id, a.tenant, COALESCE(e.sequence, 0), 0, 0
  FROM aggregates AS a LEFT JOIN event_counters AS e ON e.tenant = a.tenant
  WHERE a.kind = 'webhook_endpoint';

CREATE TABLE webhook_deliveries (
  endpoint TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  tenant TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'dead')),
  tries BIGINT NOT NULL,
  token BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  leased_until BIGINT NOT NULL,
  give_up_at BIGINT NOT NULL,
  dead_at BIGINT,
  last_error TEXT,
  PRIMARY KEY (endpoint, sequence)
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint, due_at)
  WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_leased ON webhook_deliveries (endpoint, leased_until)
  WHERE leased_until > 0;
CREATE INDEX webhook_deliveries_late ON webhook_deliveries (give_up_at) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_dead ON webhook_deliveries (dead_at) WHERE state = 'dead';
)";

constexpr std::string_view kDelivered = R"(
CREATE TABLE webhook_delivered (
  endpoint TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  tenant TEXT NOT NULL,
  tries BIGINT NOT NULL,
  delivered_at BIGINT NOT NULL,
  PRIMARY KEY (endpoint, sequence)
);
CREATE INDEX webhook_delivered_old ON webhook_delivered (delivered_at);
)";

}  // namespace

std::span<const platform::Migration> webhook_migrations() {
  static const std::array<platform::Migration, 2> migrations{{
      {1, "deliveries to webhook endpoints", kDeliveries, {}},
      {2, "what was delivered", kDelivered, {}},
  }};
  return migrations;
}

}  // namespace tally::webhooks
