#include "server/identity/device_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/digest.hpp"
#include "base/secret.hpp"
#include "server/identity/identity_error.hpp"
#include "server/identity/token.hpp"

namespace tally::identity {
namespace {

using platform::Transaction;

constexpr std::size_t kCodeLetters = 12;
constexpr std::size_t kGroupLetters = 4;
constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

// 60 random bits.
std::string random_code(server::World& world) {
  std::array<std::uint8_t, kCodeLetters> bytes{};
  world.fill_random(bytes);
  std::string letters;
  for (const std::uint8_t byte : bytes) letters += kCrockford[byte % kCrockford.size()];
  return letters;
}

std::string in_groups(std::string_view letters) {
  return fmt::format("{}-{}-{}", letters.substr(0, kGroupLetters),
                     letters.substr(kGroupLetters, kGroupLetters),
                     letters.substr(2 * kGroupLetters));
}

Result<IssuedDeviceKey> issue(Transaction& transaction, server::World& world,
                              const TenantId& tenant, const CabinetId& cabinet) {
  Token token = make_token(world, kDevicePrefix);
  IssuedDeviceKey issued{world.new_id<DeviceKeyId>(), tenant, cabinet, std::move(token.text)};
  const auto added = transaction.execute(
      "INSERT INTO device_keys (id, secret_sha256, tenant, cabinet, created_at) "
      "VALUES ($1, $2, $3, $4, $5)",
      issued.id, token.sha256, tenant, cabinet, world.now());
  if (!added) return std::unexpected(added.error());
  return issued;
}

Result<std::int64_t> end_keys(Transaction& transaction, const TenantId& tenant,
                              const CabinetId& cabinet, Instant now) {
  return transaction.execute(
      "UPDATE device_keys SET revoked_at = $3 "
      "WHERE tenant = $1 AND cabinet = $2 AND revoked_at IS NULL",
      tenant, cabinet, now);
}

}  // namespace

Result<ProvisioningCode> issue_provisioning_code(Transaction& transaction, server::World& world,
                                                 const TenantId& tenant, const CabinetId& cabinet) {
  const std::string letters = random_code(world);
  const Instant expires_at = world.now() + kProvisioningLifetime;
  const auto put = transaction.execute(
      "INSERT INTO provisioning_codes (cabinet, tenant, code_sha256, expires_at) "
      "VALUES ($1, $2, $3, $4) ON CONFLICT (cabinet) "
      "DO UPDATE SET tenant = $2, code_sha256 = $3, expires_at = $4",
      cabinet, tenant, sha256_hex(letters), expires_at);
  if (!put) return std::unexpected(put.error());
  return ProvisioningCode{in_groups(letters), expires_at};
}

std::optional<std::string> normalise_provisioning_code(std::string_view text) {
  std::string letters;
  for (char letter : text) {
    if (letter == '-' || letter == ' ') continue;
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    if (letter == 'O') letter = '0';
    if (letter == 'I' || letter == 'L') letter = '1';
    if (kCrockford.find(letter) == std::string_view::npos) return std::nullopt;
    letters += letter;
    if (letters.size() > kCodeLetters) return std::nullopt;
  }
  if (letters.size() != kCodeLetters) return std::nullopt;
  return letters;
}

Result<IssuedDeviceKey> redeem_provisioning_code(Transaction& transaction, server::World& world,
                                                 std::string_view code) {
  const auto letters = normalise_provisioning_code(code);
  if (!letters) {
    return fail(IdentityError::kCode,
                "a provisioning code has twelve letters and digits, as in "
                "7K3M-X0QP-4ZTR");
  }
  const std::string code_sha256 = sha256_hex(*letters);
  const auto row = transaction.query_one<TenantId, CabinetId, Instant>(
      "SELECT tenant, cabinet, expires_at FROM provisioning_codes WHERE code_sha256 = $1",
      code_sha256);
  if (!row) return std::unexpected(row.error());
  if (!*row) {
    return fail(IdentityError::kCode,
                "the provisioning code is wrong or was used: have a new one made");
  }
  const auto& [tenant, cabinet, expires_at] = **row;
  const Instant now = world.now();
  if (expires_at <= now) {
    return fail(
        IdentityError::kExpired,
        fmt::format(
            "the provisioning code is older than {} minutes: have a new one made",
            std::chrono::duration_cast<std::chrono::minutes>(kProvisioningLifetime).count()));
  }
  const auto used =
      transaction.execute("DELETE FROM provisioning_codes WHERE code_sha256 = $1", code_sha256);
  if (!used) return std::unexpected(used.error());
  const auto ended = end_keys(transaction, tenant, cabinet, now);
  if (!ended) return std::unexpected(ended.error());
  return issue(transaction, world, tenant, cabinet);
}

Result<IssuedDeviceKey> rotate_device_key(Transaction& transaction, server::World& world,
                                          const Authenticated& device) {
  const Instant now = world.now();
  Authenticated noted = device;
  noted.note_use = true;
  if (auto done = note_use(transaction, noted, now); !done) {
    return std::unexpected(std::move(done.error()));
  }
  const auto row = transaction.query_one<TenantId, CabinetId>(
      "SELECT tenant, cabinet FROM device_keys WHERE id = $1 AND revoked_at IS NULL",
      device.credential);
  if (!row) return std::unexpected(row.error());
  if (!*row) return fail(IdentityError::kCredential, "this key has ended: provision the cabinet");
  const auto& [tenant, cabinet] = **row;
  const auto unused = transaction.execute(
      "UPDATE device_keys SET revoked_at = $2 "
      "WHERE cabinet = $1 AND used_at IS NULL AND revoked_at IS NULL",
      cabinet, now);
  if (!unused) return std::unexpected(unused.error());
  return issue(transaction, world, tenant, cabinet);
}

Result<std::vector<DeviceKey>> list_device_keys(Transaction& transaction, const TenantId& tenant,
                                                const CabinetId& cabinet) {
  auto rows = transaction.query<DeviceKeyId, Instant, std::optional<Instant>>(
      "SELECT id, created_at, used_at FROM device_keys "
      "WHERE tenant = $1 AND cabinet = $2 AND revoked_at IS NULL ORDER BY created_at DESC, id DESC",
      tenant, cabinet);
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<DeviceKey> keys;
  for (auto& [id, created_at, used_at] : *rows)
    keys.push_back({std::move(id), created_at, used_at});
  return keys;
}

Result<std::vector<EndedKeys>> keys_ended_after(Transaction& transaction, Instant after) {
  auto rows = transaction.query<CabinetId, std::optional<Instant>>(
      "SELECT ended.cabinet, (SELECT MIN(valid.created_at) FROM device_keys AS valid "
      "WHERE valid.cabinet = ended.cabinet AND valid.revoked_at IS NULL) "
      "FROM (SELECT DISTINCT cabinet FROM device_keys WHERE revoked_at > $1) AS ended",
      after);
  if (!rows) return std::unexpected(std::move(rows.error()));
  std::vector<EndedKeys> ended;
  for (auto& [cabinet, valid_since] : *rows) ended.push_back({std::move(cabinet), valid_since});
  return ended;
}

Result<std::int64_t> revoke_device_keys(Transaction& transaction, const TenantId& tenant,
                                        const CabinetId& cabinet, Instant now) {
  const auto codes = transaction.execute(
      "DELETE FROM provisioning_codes WHERE tenant = $1 AND cabinet = $2", tenant, cabinet);
  if (!codes) return codes;
  return end_keys(transaction, tenant, cabinet, now);
}

}  // namespace tally::identity
