// Shoppers, each of one tenant, who sign in with a code that is sent to their e-mail address, and
// their means of payment. Who redeems a first code becomes a shopper by that.
//
// Every function takes the tenant and sees no other's. Thread-safety: a transaction's.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "platform/connection.hpp"
#include "server/identity/identity_error.hpp"
#include "server/identity/web_sessions.hpp"
#include "server/world.hpp"

namespace tally::identity {

struct Shopper {
  ShopperId id;
  TenantId tenant;
  std::string email;  // Unique in the tenant.
  std::string name;   // "" until they say.
  Instant created_at;
};

Result<std::optional<Shopper>> find_shopper(platform::Transaction& transaction,
                                            const TenantId& tenant, const ShopperId& id);
Result<std::optional<Shopper>> find_shopper_by_email(platform::Transaction& transaction,
                                                     const TenantId& tenant,
                                                     std::string_view email);
struct ShopperPage {
  TenantId tenant;
  std::optional<ShopperId> starting_after = std::nullopt;  // Which ended the page before.
  std::int64_t limit = 10;                                 // 1 to platform::kPageMax, else kLimit.
};
// Newest first.
Result<std::vector<Shopper>> list_shoppers(platform::Transaction& transaction,
                                           const ShopperPage& page);
// Errors: kUnknown, kInvalid.
Result<Shopper> rename_shopper(platform::Transaction& transaction, const TenantId& tenant,
                               const ShopperId& id, std::string_view name);

// --- Codes ---

inline constexpr std::size_t kCodeDigits = 6;
inline constexpr Duration kCodeLifetime = std::chrono::minutes(10);
inline constexpr std::int64_t kCodeTriesMax = 5;
inline constexpr std::int64_t kCodesPerEmailMax = 5;     // In kCodeWindow, as the next.
inline constexpr std::int64_t kCodesPerAddressMax = 30;  // Many may share one: a shop's Wi-Fi.
inline constexpr Duration kCodeWindow = std::chrono::hours(1);
inline constexpr std::size_t kAddressBytesMax = 64;

// The server's key for MACs of codes, at least 32 random bytes, which is not in the store: six
// digits are soon tried through by who has their hash.
struct CodeKey {
  std::vector<std::uint8_t> bytes;
};

struct CodeRequest {
  TenantId tenant;
  std::string email;
  std::string address;  // The network address it came from.
};
struct IssuedCode {
  std::string email;  // In its one form: send it there.
  std::string code;   // "042917", to be sent and shown nowhere else.
  Instant expires_at;
};
// A new code, in place of the one before. Whether such a shopper exists makes no difference.
// Errors: kInvalid, kTries.
Result<IssuedCode> request_code(platform::Transaction& transaction, server::World& world,
                                const CodeKey& key, const CodeRequest& request);

struct CodeGiven {
  TenantId tenant;
  std::string email;
  std::string code;
  std::string agent;
};
struct ShopperSignedIn {
  Shopper shopper;
  SignedIn session;
  bool is_new = false;  // Was made a shopper by this.
};
// Errors of the decision: kCode, kExpired, kTries, kInvalid. Use flatten() (identity_error.hpp).
Result<Decided<ShopperSignedIn>> redeem_code(platform::Transaction& transaction,
                                             server::World& world, const CodeKey& key,
                                             const CodeGiven& given);

}  // namespace tally::identity
