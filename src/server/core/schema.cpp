#include "server/core/schema.hpp"

namespace tally::core {
namespace {

constexpr std::string_view kSessions = R"(
CREATE TABLE timers (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  tenant TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE INDEX timers_due ON timers (due_at);

CREATE TABLE used_door_tokens (
  nonce TEXT PRIMARY KEY,
  expires_at BIGINT NOT NULL
);
CREATE INDEX used_door_tokens_old ON used_door_tokens (expires_at);

CREATE TABLE busy_cabinets (
  cabinet TEXT PRIMARY KEY,
  session TEXT NOT NULL
);
CREATE TABLE busy_shoppers (
  shopper TEXT PRIMARY KEY,
  session TEXT NOT NULL
);

CREATE TABLE camera_layouts (
  tenant TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  skus TEXT NOT NULL,
  PRIMARY KEY (tenant, sha256)
);
)";

constexpr std::string_view kCabinets = R"(
CREATE TABLE device_links (
  cabinet TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  report_seen BIGINT NOT NULL,
  command_counter BIGINT NOT NULL
);
CREATE TABLE device_commands (
  cabinet TEXT NOT NULL,
  counter BIGINT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  session TEXT,
  body TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'obeyed', 'refused', 'expired')),
  PRIMARY KEY (cabinet, counter)
);
CREATE INDEX device_commands_waiting ON device_commands (cabinet, counter) WHERE state = 'waiting';
)";

constexpr std::string_view kBooks = R"(
CREATE TABLE ledger_postings (
  posting_key TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE TABLE ledger_transfers (
  transfer_key TEXT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  tenant TEXT NOT NULL,
  at BIGINT NOT NULL,
  payment TEXT,
  body TEXT NOT NULL
);
CREATE INDEX ledger_transfers_by_payment ON ledger_transfers (payment);
CREATE TABLE ledger_pendings (
  transfer_key TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE TABLE ledger_balances (
  tenant TEXT NOT NULL,
  account TEXT NOT NULL,
  currency TEXT NOT NULL,
  debits BIGINT NOT NULL,
  credits BIGINT NOT NULL,
  debits_pending BIGINT NOT NULL,
  credits_pending BIGINT NOT NULL,
  PRIMARY KEY (tenant, account, currency)
);
)";

constexpr std::string_view kStock = R"(
CREATE TABLE stock_movements (
  movement_key TEXT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  tenant TEXT NOT NULL,
  cabinet TEXT NOT NULL,
  product TEXT NOT NULL,
  at BIGINT NOT NULL,
  body TEXT NOT NULL
);
CREATE INDEX stock_movements_by_time ON stock_movements (cabinet, product, at);
CREATE TABLE stock_levels (
  cabinet TEXT NOT NULL,
  product TEXT NOT NULL,
  tenant TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (cabinet, product)
);
)";

constexpr std::string_view kAlerts = R"(
CREATE TABLE alerts (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  kind TEXT NOT NULL,
  object TEXT NOT NULL,
  subject TEXT NOT NULL,
  words TEXT NOT NULL,
  raised_at BIGINT NOT NULL,
  cleared_at BIGINT
);
CREATE UNIQUE INDEX alerts_open ON alerts (tenant, kind, object, subject)
  WHERE cleared_at IS NULL;
CREATE INDEX alerts_by_time ON alerts (tenant, raised_at, id);
)";

// What lists are filtered by and charts are drawn from; facts.hpp says what of.
constexpr std::string_view kFacts = R"(
CREATE TABLE session_facts (
  session TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  cabinet TEXT NOT NULL,
  shopper TEXT,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  begun_at BIGINT NOT NULL,
  opened_at BIGINT,
  closed_at BIGINT,
  decision TEXT,
  settled_at BIGINT,
  receipt TEXT,
  reviewed BIGINT NOT NULL DEFAULT 0,
  disputed BIGINT NOT NULL DEFAULT 0,
  model_name TEXT,
  model_sha256 TEXT,
  items BIGINT NOT NULL DEFAULT 0,
  gross_minor BIGINT,
  currency TEXT,
  reviewer TEXT,
  review_ms BIGINT
);
CREATE INDEX session_facts_newest ON session_facts (tenant, begun_at, session);
CREATE INDEX session_facts_of_cabinet ON session_facts (tenant, cabinet, begun_at, session);
CREATE INDEX session_facts_of_shopper ON session_facts (tenant, shopper, begun_at, session);
CREATE INDEX session_facts_of_state ON session_facts (tenant, state, begun_at, session);
CREATE INDEX session_facts_disputed ON session_facts (tenant, begun_at, session)
  WHERE disputed = 1;
CREATE INDEX session_facts_reviewed ON session_facts (tenant, begun_at, session)
  WHERE reviewed = 1;

-- All that statistics read, so that they read nothing else.
CREATE INDEX session_facts_figures ON session_facts (tenant, kind, begun_at, cabinet, opened_at,
  closed_at, decision, settled_at, reviewed, disputed, items, gross_minor, currency, reviewer,
  review_ms);

CREATE TABLE refund_facts (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  payment TEXT NOT NULL,
  state TEXT NOT NULL,
  wanted_at BIGINT NOT NULL
);
CREATE INDEX refund_facts_newest ON refund_facts (tenant, wanted_at, id);

CREATE TABLE ledger_entries (
  transfer_key TEXT NOT NULL,
  account TEXT NOT NULL,
  tenant TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (transfer_key, account)
);
CREATE INDEX ledger_entries_newest ON ledger_entries (tenant, account, at, transfer_key);
CREATE INDEX ledger_transfers_newest ON ledger_transfers (tenant, at, transfer_key);
)";

constexpr std::string_view kAcknowledged = R"(
ALTER TABLE alerts ADD COLUMN acknowledged_at BIGINT;
ALTER TABLE alerts ADD COLUMN acknowledged_by TEXT;
CREATE INDEX alerts_of_object ON alerts (tenant, object, raised_at, id);
CREATE INDEX alerts_raised ON alerts (tenant, raised_at, id) WHERE cleared_at IS NULL;
)";

constexpr std::string_view kModels = R"(
CREATE TABLE running_models (
  server TEXT NOT NULL,
  task TEXT NOT NULL,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  engine TEXT NOT NULL,
  since BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (server, task)
);
CREATE TABLE photo_vectors (
  sha256 TEXT NOT NULL,
  embedder TEXT NOT NULL,
  problem TEXT,
  vector BYTEA,
  PRIMARY KEY (sha256, embedder)
);
)";

constexpr std::string_view kPlanogramFacts = R"(
CREATE TABLE planogram_facts (
  planogram TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  cabinet TEXT NOT NULL,
  state TEXT NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE INDEX planogram_facts_of_cabinet ON planogram_facts (tenant, cabinet, made_at, planogram);
)";

constexpr std::string_view kSessionModels = R"(
CREATE TABLE session_models (
  session TEXT NOT NULL,
  place BIGINT NOT NULL,
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (session, place)
);
)";

// Which gateways live, and whose connections each holds (gateway_book.hpp).
constexpr std::string_view kGateways = R"(
CREATE TABLE gateways (
  gateway TEXT PRIMARY KEY,
  seen_at BIGINT NOT NULL,
  lost BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE gateway_cabinets (
  cabinet TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  gateway TEXT NOT NULL
);
CREATE INDEX gateway_cabinets_of ON gateway_cabinets (gateway, cabinet);
)";

}  // namespace

std::span<const platform::Migration> core_migrations() {
  static const std::vector<platform::Migration> migrations{
      {1, "timers, door tokens and who is busy", kSessions, {}},
      {2, "cabinets' links", kCabinets, {}},
      {3, "the ledger", kBooks, {"ledger_postings", "ledger_transfers"}},
      {4, "stock", kStock, {"stock_movements"}},
      {5, "alerts", kAlerts, {}},
      {6, "facts of sessions, refunds and the ledger", kFacts, {}},
      {7, "alerts that somebody has seen", kAcknowledged, {}},
      {8, "models that run, and what they make of photos", kModels, {}},
      {9, "which planograms a cabinet has", kPlanogramFacts, {}},
      {10, "all models that a cart was made with", kSessionModels, {}},
      {11, "gateways, and which cabinets they hold", kGateways, {}},
  };
  return migrations;
}

}  // namespace tally::core
