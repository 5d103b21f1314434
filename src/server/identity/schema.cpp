#include "server/identity/schema.hpp"

#include <array>
#include <string_view>

#include "server/identity/card_setups.hpp"
#include "server/identity/shoppers.hpp"
#include "server/identity/sign_in.hpp"

namespace tally::identity {
namespace {

constexpr std::string_view kPeople = R"(
CREATE TABLE tenants (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL
    CHECK (role IN ('viewer', 'restocker', 'reviewer', 'operator', 'owner')),
  password_hash TEXT NOT NULL,
  disabled BIGINT NOT NULL CHECK (disabled IN (0, 1)),
  created_at BIGINT NOT NULL,
  UNIQUE (tenant, email)
);
CREATE TABLE sign_in_failures (
  tenant TEXT NOT NULL,
  email_sha256 TEXT NOT NULL,
  failures BIGINT NOT NULL CHECK (failures >= 1),
  failed_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, email_sha256)
);
CREATE INDEX sign_in_failures_old ON sign_in_failures (failed_at);
CREATE TABLE shoppers (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (tenant, email)
);
CREATE INDEX shoppers_newest ON shoppers (tenant, created_at, id);
CREATE TABLE shopper_codes (
  tenant TEXT NOT NULL,
  email_sha256 TEXT NOT NULL,
  code_mac TEXT NOT NULL,
  tries BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (tenant, email_sha256)
);
CREATE INDEX shopper_codes_old ON shopper_codes (expires_at);
CREATE TABLE code_requests (
  tenant TEXT NOT NULL,
  email_sha256 TEXT NOT NULL,
  address TEXT NOT NULL,
  id TEXT PRIMARY KEY,
  requested_at BIGINT NOT NULL
);
CREATE INDEX code_requests_by_email ON code_requests (tenant, email_sha256, requested_at);
CREATE INDEX code_requests_by_address ON code_requests (address, requested_at);
CREATE INDEX code_requests_old ON code_requests (requested_at);
CREATE TABLE payment_methods (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  shopper TEXT NOT NULL,
  provider TEXT NOT NULL,
  token TEXT NOT NULL,
  brand TEXT NOT NULL,
  last4 TEXT NOT NULL,
  is_default BIGINT NOT NULL CHECK (is_default IN (0, 1)),
  created_at BIGINT NOT NULL,
  UNIQUE (shopper, provider, token)
);
CREATE UNIQUE INDEX payment_methods_default ON payment_methods (shopper) WHERE is_default = 1;
)";

constexpr std::string_view kCredentials = R"(
CREATE TABLE web_sessions (
  id TEXT PRIMARY KEY,
  token_sha256 TEXT NOT NULL UNIQUE,
  tenant TEXT NOT NULL,
  person TEXT NOT NULL,
  agent TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX web_sessions_of_person ON web_sessions (tenant, person, used_at);
CREATE INDEX web_sessions_old ON web_sessions (expires_at);
CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  secret_sha256 TEXT NOT NULL UNIQUE,
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  role TEXT NOT NULL
    CHECK (role IN ('viewer', 'restocker', 'reviewer', 'operator', 'owner')),
  live BIGINT NOT NULL CHECK (live IN (0, 1)),
  last4 TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT,
  revoked_at BIGINT
);
CREATE INDEX api_keys_newest ON api_keys (tenant, created_at, id);
CREATE TABLE device_keys (
  id TEXT PRIMARY KEY,
  secret_sha256 TEXT NOT NULL UNIQUE,
  tenant TEXT NOT NULL,
  cabinet TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT,
  revoked_at BIGINT
);
CREATE INDEX device_keys_of_cabinet ON device_keys (cabinet) WHERE revoked_at IS NULL;
CREATE TABLE provisioning_codes (
  cabinet TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  code_sha256 TEXT NOT NULL UNIQUE,
  expires_at BIGINT NOT NULL
);
CREATE INDEX provisioning_codes_old ON provisioning_codes (expires_at);
)";

constexpr std::string_view kCardSetups = R"(
CREATE TABLE card_setups (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  shopper TEXT NOT NULL,
  reference TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL,
  payment_method TEXT
);
CREATE INDEX card_setups_of_shopper ON card_setups (tenant, shopper, created_at);
CREATE INDEX card_setups_old ON card_setups (created_at);
)";

struct Purge {
  std::string_view sql;  // $1: what is not younger goes. $2: how many at most.
  Duration kept;         // After the time in the row.
};

// A code that has expired is told so for a while.
constexpr Duration kExpiredCodeKept = std::chrono::hours(24);
constexpr std::array<Purge, 6> kPurges{{
    {"DELETE FROM web_sessions WHERE id IN (SELECT id FROM web_sessions "
     "WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
     kExpiredCodeKept},
    {"DELETE FROM code_requests WHERE id IN (SELECT id FROM code_requests "
     "WHERE requested_at <= $1 ORDER BY requested_at LIMIT $2)",
     kCodeWindow},
    {"DELETE FROM shopper_codes WHERE (tenant, email_sha256) IN (SELECT tenant, email_sha256 "
     "FROM shopper_codes WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
     kExpiredCodeKept},
    {"DELETE FROM sign_in_failures WHERE (tenant, email_sha256) IN (SELECT tenant, email_sha256 "
     "FROM sign_in_failures WHERE failed_at <= $1 ORDER BY failed_at LIMIT $2)",
     kFailuresForgotten},
    {"DELETE FROM provisioning_codes WHERE cabinet IN (SELECT cabinet FROM provisioning_codes "
     "WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)",
     kExpiredCodeKept},
    {"DELETE FROM card_setups WHERE id IN (SELECT id FROM card_setups "
     "WHERE created_at <= $1 ORDER BY created_at LIMIT $2)",
     kCardSetupKept},
}};

}  // namespace

std::span<const platform::Migration> identity_migrations() {
  static const std::array<platform::Migration, 3> migrations{{
      {1, "people", kPeople, {}},
      {2, "credentials", kCredentials, {}},
      {3, "card setups", kCardSetups, {}},
  }};
  return migrations;
}

Result<std::int64_t> purge_identity(platform::Transaction& transaction, Instant now) {
  std::int64_t purged = 0;
  for (const Purge& purge : kPurges) {
    const auto gone = transaction.execute(purge.sql, now - purge.kept, kPurgedMax);
    if (!gone) return gone;
    purged += *gone;
  }
  return purged;
}

}  // namespace tally::identity
