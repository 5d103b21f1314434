// Keys of cabinets: "tally_device_…" with 256 random bits, of which the store keeps the SHA-256. A
// key speaks for the one cabinet it was made for.
//
// A cabinet gets its first key for a provisioning code that a person types in: "7K3M-X0QP-4ZTR",
// single use, for kProvisioningLifetime. That ends all keys that the cabinet had. Later it rotates:
// the new key is given out, and when it is used first (note_use, authenticate.hpp) the old ones
// end.
//
// Thread-safety: a transaction's, and pure functions. Whether a cabinet exists, and is the
// tenant's, is the caller's to check.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/connection.hpp"
#include "server/identity/authenticate.hpp"
#include "server/world.hpp"

namespace tally::identity {

// clang-format off
struct DeviceKeyKind { static constexpr std::string_view kPrefix = "dky"; };
// clang-format on
using DeviceKeyId = Id<DeviceKeyKind>;

inline constexpr Duration kProvisioningLifetime = std::chrono::minutes(15);

struct ProvisioningCode {
  std::string code;
  Instant expires_at;
};
// In place of the cabinet's code before.
Result<ProvisioningCode> issue_provisioning_code(platform::Transaction& transaction,
                                                 server::World& world, const TenantId& tenant,
                                                 const CabinetId& cabinet);

// As people type it: any case, with blanks and hyphens, O for 0, I and L for 1. Twelve digits and
// capitals, or nothing.
[[nodiscard]] std::optional<std::string> normalise_provisioning_code(std::string_view text);

struct IssuedDeviceKey {
  DeviceKeyId id;
  TenantId tenant;
  CabinetId cabinet;
  std::string secret;  // The whole key, this once.
};
// Errors: kCode for one that is none, unknown or used; kExpired.
Result<IssuedDeviceKey> redeem_provisioning_code(platform::Transaction& transaction,
                                                 server::World& world, std::string_view code);

// A new key for the cabinet that asks, in place of one that was given out and not used yet.
// Notes the use of the key it asks with. Errors: kCredential where that is a device's no longer.
Result<IssuedDeviceKey> rotate_device_key(platform::Transaction& transaction, server::World& world,
                                          const Authenticated& device);

struct DeviceKey {
  DeviceKeyId id;
  Instant created_at;
  std::optional<Instant> used_at;  // To about a minute; nothing until it was used.
};
// Those that are valid, newest first.
Result<std::vector<DeviceKey>> list_device_keys(platform::Transaction& transaction,
                                                const TenantId& tenant, const CabinetId& cabinet);

struct EndedKeys {
  CabinetId cabinet;
  std::optional<Instant> valid_since;  // Of the oldest key that is valid; nothing: none is.
};
// Cabinets of which a key has ended after that time. What was opened before `valid_since` was
// opened with a key that has ended.
Result<std::vector<EndedKeys>> keys_ended_after(platform::Transaction& transaction, Instant after);

// All keys and codes of the cabinet end. How many keys.
Result<std::int64_t> revoke_device_keys(platform::Transaction& transaction, const TenantId& tenant,
                                        const CabinetId& cabinet, Instant now);

}  // namespace tally::identity
