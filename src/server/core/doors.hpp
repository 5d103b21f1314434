// Opening a cabinet: who may, and why not.
//
// Thread-safety: a transaction's. Errors: CoreError, DoorTokenError, and the desk's.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "commerce/door_token.hpp"
#include "commerce/opening.hpp"
#include "commerce/restock.hpp"
#include "server/core/desk.hpp"

namespace tally::core {

// Where a cabinet stands and why it does not open, if so.
struct CabinetView {
  commerce::Cabinet cabinet;
  commerce::Market market;
  std::optional<commerce::Planogram> planogram;  // The valid one.
  std::optional<commerce::CabinetHealth> health;
  std::vector<commerce::Closed> closed;  // For the operator.
  std::vector<commerce::Unwell> unwell;
  SessionId busy;  // The session under way, if there is one.
};
Result<CabinetView> view_cabinet(platform::Transaction& transaction, const TenantId& tenant,
                                 const CabinetId& cabinet);
// The same of several cabinets of a tenant: what they share is read once.
class CabinetViewer {
 public:
  CabinetViewer(platform::Transaction& transaction, TenantId tenant)
      : transaction_(transaction), tenant_(std::move(tenant)) {}
  Result<CabinetView> view(const CabinetId& cabinet);

 private:
  Result<void> read_once();

  platform::Transaction& transaction_;
  TenantId tenant_;
  bool read_ = false;
  commerce::Products products_;
  std::map<MarketId, commerce::Market> markets_;
};

// The cabinet of a token, whosever it is: the tenant follows from it.
Result<Row<commerce::Cabinet>> cabinet_of_token(platform::Transaction& transaction,
                                                std::string_view token,
                                                std::span<const commerce::DoorTokenKey> keys,
                                                Instant now);

struct ShoppingRequest {
  SessionId session;
  TenantId tenant;
  ShopperId shopper;
  std::string token;   // Of the cabinet's QR code; used up by this.
  std::string method;  // The provider's token for the shopper's card.
  std::string provider;
  commerce::SessionPolicy policy;
};
// Holds the money and then unlocks. Errors: kTokenUsed, kInUse, kShopping, kClosed,
// kLockedOut.
Result<void> begin_shopping(Desk& desk, const ShoppingRequest& request,
                            std::span<const commerce::DoorTokenKey> keys);

struct RestockRequest {
  SessionId session;
  TenantId tenant;
  CabinetId cabinet;
  UserId user;
  std::vector<commerce::RestockLine> lines;  // What is going to be done, as declared.
  commerce::SessionPolicy policy;
};
Result<void> begin_restock(Desk& desk, const RestockRequest& request);

// A layout file of perception's, so that planograms can name it. `text` is kept by the caller as a
// blob. Errors: those of the file.
Result<void> put_camera_layout(platform::Transaction& transaction, const TenantId& tenant,
                               const commerce::CameraLayout& layout);
Result<std::optional<commerce::CameraLayout>> find_camera_layout(platform::Transaction& transaction,
                                                                 const TenantId& tenant,
                                                                 std::string_view sha256);

// A new token for a cabinet's screen.
[[nodiscard]] std::string make_door_token(server::World& world, const CabinetId& cabinet,
                                          const commerce::DoorTokenKey& key);

// A used token is forgotten so long after it expired: whose clock is behind must not take it again.
inline constexpr Duration kDoorTokenKept = std::chrono::days(1);
inline constexpr std::int64_t kDoorTokensPurgedMax = 1'000;
// How many.
Result<std::int64_t> purge_door_tokens(platform::Transaction& transaction, Instant now);

}  // namespace tally::core
