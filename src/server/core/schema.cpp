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

}  // namespace

std::span<const platform::Migration> core_migrations() {
  static const std::vector<platform::Migration> migrations{
      {1, "timers, door tokens and who is busy", kSessions, {}},
      {2, "cabinets' links", kCabinets, {}},
      {3, "the ledger", kBooks, {"ledger_postings", "ledger_transfers"}},
      {4, "stock", kStock, {"stock_movements"}},
      {5, "alerts", kAlerts, {}},
  };
  return migrations;
}

}  // namespace tally::core
