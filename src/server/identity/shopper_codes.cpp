#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/digest.hpp"
#include "base/secret.hpp"
#include "server/identity/contact.hpp"
#include "server/identity/shoppers.hpp"

namespace tally::identity {
namespace {

using platform::Transaction;

std::string random_code(server::World& world) {
  std::array<std::uint8_t, 8> bytes{};
  world.fill_random(bytes);
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), bytes.size());
  return fmt::format("{:0{}}", number % 1'000'000, kCodeDigits);
}

// As people type it: "042 917". Nothing for what is no code.
std::optional<std::string> normalise_code(std::string_view text) {
  std::string digits;
  for (const char letter : text) {
    if (letter == ' ' || letter == '-') continue;
    if (letter < '0' || letter > '9' || digits.size() == kCodeDigits) return std::nullopt;
    digits += letter;
  }
  if (digits.size() != kCodeDigits) return std::nullopt;
  return digits;
}

std::string mac_of(const CodeKey& key, const TenantId& tenant, std::string_view email,
                   std::string_view code) {
  const std::string message = fmt::format("tally.code.v1\n{}\n{}\n{}", tenant.text(), email, code);
  return base32(hmac_sha256(
      key.bytes, {reinterpret_cast<const std::uint8_t*>(message.data()), message.size()}));
}

Result<void> check_rate(const Result<std::optional<std::tuple<std::int64_t>>>& count,
                        std::int64_t max, std::string_view whose) {
  if (!count) return std::unexpected(count.error());
  if (std::get<0>(**count) < max) return {};
  return fail(IdentityError::kTries,
              fmt::format("too many codes were asked for {}: wait up to {} minutes", whose,
                          std::chrono::duration_cast<std::chrono::minutes>(kCodeWindow).count()));
}

Result<void> check_rates(Transaction& transaction, const TenantId& tenant,
                         const std::string& email_sha256, const std::string& address, Instant now) {
  const Instant since = now - kCodeWindow;
  auto by_email = check_rate(transaction.query_one<std::int64_t>(
                                 "SELECT COUNT(*) FROM code_requests "
                                 "WHERE tenant = $1 AND email_sha256 = $2 AND requested_at > $3",
                                 tenant, email_sha256, since),
                             kCodesPerEmailMax, "with this e-mail address");
  if (!by_email) return by_email;
  return check_rate(transaction.query_one<std::int64_t>("SELECT COUNT(*) FROM code_requests "
                                                        "WHERE address = $1 AND requested_at > $2",
                                                        address, since),
                    kCodesPerAddressMax, "from this network");
}

struct Pending {
  std::string mac;
  std::int64_t tries = 0;
  Instant expires_at;
};

Result<std::optional<Pending>> pending_code(Transaction& transaction, const TenantId& tenant,
                                            const std::string& email_sha256) {
  auto row = transaction.query_one<std::string, std::int64_t, Instant>(
      "SELECT code_mac, tries, expires_at FROM shopper_codes "
      "WHERE tenant = $1 AND email_sha256 = $2",
      tenant, email_sha256);
  if (!row) return std::unexpected(std::move(row.error()));
  if (!*row) return std::optional<Pending>();
  auto& [mac, tries, expires_at] = **row;
  return std::optional(Pending{std::move(mac), tries, expires_at});
}

std::unexpected<Error> wrong(std::int64_t tries_left) {
  return fail(IdentityError::kCode,
              tries_left > 0
                  ? fmt::format("the code is wrong; {} more tries", tries_left)
                  : std::string("the code is wrong, and was the last try: ask for a new one"));
}

Result<void> forget_code(Transaction& transaction, const TenantId& tenant,
                         const std::string& email_sha256) {
  const auto code = transaction.execute(
      "DELETE FROM shopper_codes WHERE tenant = $1 AND email_sha256 = $2", tenant, email_sha256);
  if (!code) return std::unexpected(code.error());
  const auto requests = transaction.execute(
      "DELETE FROM code_requests WHERE tenant = $1 AND email_sha256 = $2", tenant, email_sha256);
  if (!requests) return std::unexpected(requests.error());
  return {};
}

Result<ShopperSignedIn> sign_in(Transaction& transaction, server::World& world,
                                const TenantId& tenant, const std::string& email,
                                std::string_view agent) {
  const auto added = transaction.execute(
      "INSERT INTO shoppers (id, tenant, email, name, created_at) VALUES ($1, $2, $3, '', $4) "
      "ON CONFLICT DO NOTHING",
      world.new_id<ShopperId>(), tenant, email, world.now());
  if (!added) return std::unexpected(added.error());
  auto shopper = find_shopper_by_email(transaction, tenant, email);
  if (!shopper) return std::unexpected(std::move(shopper.error()));
  if (!*shopper) return fail(IdentityError::kUnknown, "the shopper is gone: try again");
  auto session = start_session(transaction, world, tenant, (*shopper)->id, agent);
  if (!session) return std::unexpected(std::move(session.error()));
  return ShopperSignedIn{std::move(**shopper), std::move(*session), *added == 1};
}

}  // namespace

Result<IssuedCode> request_code(Transaction& transaction, server::World& world, const CodeKey& key,
                                const CodeRequest& request) {
  auto email = normalise_email(request.email);
  if (!email) return std::unexpected(std::move(email.error()));
  const Instant now = world.now();
  const std::string email_sha256 = sha256_hex(*email);
  const std::string address = platform::storable_text(request.address, kAddressBytesMax);
  if (auto open = check_rates(transaction, request.tenant, email_sha256, address, now); !open) {
    return std::unexpected(std::move(open.error()));
  }
  const auto counted = transaction.execute(
      "INSERT INTO code_requests (tenant, email_sha256, address, id, requested_at) "
      "VALUES ($1, $2, $3, $4, $5)",
      request.tenant, email_sha256, address, id_digits(world.random_bits()), now);
  if (!counted) return std::unexpected(counted.error());
  IssuedCode issued{std::move(*email), random_code(world), now + kCodeLifetime};
  const auto put = transaction.execute(
      "INSERT INTO shopper_codes (tenant, email_sha256, code_mac, tries, expires_at) "
      "VALUES ($1, $2, $3, 0, $4) ON CONFLICT (tenant, email_sha256) "
      "DO UPDATE SET code_mac = $3, tries = 0, expires_at = $4",
      request.tenant, email_sha256, mac_of(key, request.tenant, issued.email, issued.code),
      issued.expires_at);
  if (!put) return std::unexpected(put.error());
  return issued;
}

Result<Decided<ShopperSignedIn>> redeem_code(Transaction& transaction, server::World& world,
                                             const CodeKey& key, const CodeGiven& given) {
  const auto email = normalise_email(given.email);
  if (!email) return std::unexpected(email.error());
  const auto code = normalise_code(given.code);
  if (!code) {
    return fail(IdentityError::kCode, fmt::format("the code has {} digits", kCodeDigits));
  }
  const std::string email_sha256 = sha256_hex(*email);
  const auto pending = pending_code(transaction, given.tenant, email_sha256);
  if (!pending) return std::unexpected(pending.error());
  if (!*pending) {
    return fail(IdentityError::kCode, "the code is wrong or was used: ask for a new one");
  }
  if ((*pending)->expires_at <= world.now()) {
    return fail(
        IdentityError::kExpired,
        fmt::format("the code is older than {} minutes: ask for a new one",
                    std::chrono::duration_cast<std::chrono::minutes>(kCodeLifetime).count()));
  }
  if ((*pending)->tries >= kCodeTriesMax) {
    return fail(IdentityError::kTries, "too many wrong codes: ask for a new one");
  }
  if (!same_secret(mac_of(key, given.tenant, *email, *code), (*pending)->mac)) {
    const auto counted = transaction.execute(
        "UPDATE shopper_codes SET tries = tries + 1 WHERE tenant = $1 AND email_sha256 = $2",
        given.tenant, email_sha256);
    if (!counted) return std::unexpected(counted.error());
    return Decided<ShopperSignedIn>(wrong(kCodeTriesMax - (*pending)->tries - 1));
  }
  if (auto used = forget_code(transaction, given.tenant, email_sha256); !used) {
    return std::unexpected(std::move(used.error()));
  }
  auto signed_in = sign_in(transaction, world, given.tenant, *email, given.agent);
  if (!signed_in) return std::unexpected(std::move(signed_in.error()));
  return Decided<ShopperSignedIn>(std::move(*signed_in));
}

}  // namespace tally::identity
