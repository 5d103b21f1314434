#include "platform/schema.hpp"

namespace tally::platform {
namespace {

constexpr std::string_view kThings = R"(
CREATE TABLE aggregates (
  tenant TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1),
  state TEXT NOT NULL,
  body TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (kind, id)
);
CREATE INDEX aggregates_newest ON aggregates (tenant, kind, created_at, id);
CREATE INDEX aggregates_by_state ON aggregates (kind, state, id);

CREATE TABLE event_counters (
  tenant TEXT PRIMARY KEY,
  sequence BIGINT NOT NULL
);
CREATE TABLE events (
  tenant TEXT NOT NULL,
  sequence BIGINT NOT NULL CHECK (sequence >= 1),
  id TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  object_id TEXT NOT NULL,
  object_version BIGINT NOT NULL,
  at BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (tenant, sequence)
);
)";

constexpr std::string_view kWork = R"(
CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  message_key TEXT NOT NULL,
  position BIGINT NOT NULL CHECK (position >= 1),
  topic TEXT NOT NULL,
  body TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'delivered', 'dead', 'discarded')),
  tries BIGINT NOT NULL,
  tries_max BIGINT NOT NULL CHECK (tries_max >= 1),
  token BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  leased_until BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  finished_at BIGINT,
  last_error TEXT,
  UNIQUE (message_key, position)
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE state = 'waiting';
CREATE INDEX outbox_blocking ON outbox (message_key, position) WHERE state IN ('waiting', 'dead');
CREATE INDEX outbox_finished ON outbox (finished_at) WHERE state IN ('delivered', 'discarded');

CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  queue TEXT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  unique_key TEXT UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'dead', 'cancelled')),
  tries BIGINT NOT NULL,
  tries_max BIGINT NOT NULL CHECK (tries_max >= 1),
  token BIGINT NOT NULL,
  worker TEXT,
  due_at BIGINT NOT NULL,
  leased_until BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  finished_at BIGINT,
  result TEXT,
  last_error TEXT
);
CREATE INDEX jobs_due ON jobs (queue, due_at, id) WHERE state = 'waiting';
CREATE INDEX jobs_leased ON jobs (leased_until) WHERE state = 'running';
CREATE INDEX jobs_finished ON jobs (finished_at) WHERE state IN ('done', 'cancelled');

CREATE TABLE idempotency_keys (
  tenant TEXT NOT NULL,
  principal TEXT NOT NULL,
  request_key TEXT NOT NULL,
  route TEXT NOT NULL,
  request_sha256 TEXT NOT NULL,
  in_flight BIGINT NOT NULL CHECK (in_flight IN (0, 1)),
  token BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  status BIGINT,
  head TEXT,
  body BYTEA,
  PRIMARY KEY (tenant, principal, request_key)
);
CREATE INDEX idempotency_keys_oldest ON idempotency_keys (created_at);
)";

constexpr std::string_view kBlobs = R"(
CREATE TABLE blob_contents (
  sha256 TEXT PRIMARY KEY,
  bytes BIGINT NOT NULL CHECK (bytes >= 0),
  uses BIGINT NOT NULL CHECK (uses >= 0)
);
CREATE TABLE blobs (
  tenant TEXT NOT NULL,
  owner TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  bytes BIGINT NOT NULL CHECK (bytes >= 0),
  created_at BIGINT NOT NULL,
  held_until BIGINT,
  held_because TEXT,
  purged_at BIGINT,
  PRIMARY KEY (tenant, owner, name)
);
CREATE INDEX blobs_oldest ON blobs (kind, created_at) WHERE purged_at IS NULL;
)";

constexpr std::string_view kFloor = R"(
CREATE TABLE idempotency_floor (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  token BIGINT NOT NULL
);
INSERT INTO idempotency_floor (id, token) VALUES (1, 1000000);
)";

constexpr std::string_view kPurgeAgain = R"(
ALTER TABLE blobs ADD COLUMN purge_again_at BIGINT;
)";

constexpr std::string_view kCarriers = R"(
ALTER TABLE outbox ADD COLUMN worker TEXT;
)";

constexpr std::string_view kActors = R"(
ALTER TABLE events ADD COLUMN actor TEXT;
CREATE INDEX events_of_object ON events (tenant, object_id, sequence);
CREATE INDEX aggregates_of_state ON aggregates (tenant, kind, state, created_at, id);
)";

// Whose a message is, by the one kind of message that there was.
constexpr std::string_view kDeadWork = R"(
ALTER TABLE outbox ADD COLUMN tenant TEXT;
ALTER TABLE outbox ADD COLUMN death_told BIGINT NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN death_told BIGINT NOT NULL DEFAULT 0;
UPDATE outbox SET tenant = (SELECT a.tenant FROM aggregates AS a
  WHERE a.kind = 'payment' AND a.id = outbox.message_key);
CREATE INDEX outbox_dead ON outbox (tenant, finished_at, id) WHERE state = 'dead';
CREATE INDEX jobs_dead ON jobs (tenant, finished_at, id) WHERE state = 'dead';
)";

}  // namespace

std::span<const Migration> platform_migrations() {
  static const std::vector<Migration> migrations{
      {1, "aggregates and events", kThings, {"events"}},
      {2, "outbox, jobs and idempotency keys", kWork, {}},
      {3, "blobs", kBlobs, {}},
      {4, "tokens of idempotency keys never repeat", kFloor, {}},
      {5, "blobs whose files can't be removed", kPurgeAgain, {}},
      {6, "who carries a message", kCarriers, {}},
      {7, "who asked for what happened; newest of a state", kActors, {}},
      {8, "whose a message is, and who was told that work is dead", kDeadWork, {}},
  };
  return migrations;
}

}  // namespace tally::platform
