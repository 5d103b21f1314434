// What a shopper owes for a session, line by line, and how that was corrected later.
//
// Made of signed net counts, taken minus put, and of what was offered when the session began. A
// product taken on balance is a line. One brought on balance (a negative count) is noted, moves
// stock, and is worth nothing: nobody is paid for putting things in. One taken and put back in
// full is not mentioned, whatever it was.
//
// Sums: a line is unit price times quantity, taxed once (tax.hpp); all totals are sums of lines, so
// net + tax = gross on each line, for each rate and in total. Nothing is ever below zero.
//
// A receipt is never changed: a correction makes the next version, which says what changed and
// why. Prices stay those of the session's beginning.
//
// Thread-safety: values and pure functions. Errors: kInvalid, kLimit, kDuplicate, kAmount, and
// kUnknown for a sku that is not offered, all of them named.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/cart.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/instant.hpp"
#include "base/money.hpp"
#include "commerce/offers.hpp"
#include "commerce/tax.hpp"

namespace tally::commerce {

inline constexpr std::size_t kReceiptLinesMax = 200;    // Products counted, taken or brought.
inline constexpr std::int64_t kLineQuantityMax = 1000;  // Either side of zero.
inline constexpr std::size_t kEvidenceMax = 100;        // Clips of a line.
inline constexpr std::size_t kEvidenceBytesMax = 500;   // Of a clip's reference.
inline constexpr std::size_t kReasonBytesMax = 1000;
inline constexpr std::int64_t kReceiptVersionsMax = 20;

struct NetCount {
  std::string sku;
  std::int64_t quantity = 0;          // Taken minus put.
  std::vector<std::string> evidence;  // References of clips that show it.
};
// A cart's lines, with the clips of their events as the cart names them.
[[nodiscard]] std::vector<NetCount> net_counts(const Cart& cart);

struct ReceiptLine {
  ProductId product;
  std::string sku;
  std::string name;
  std::int64_t quantity = 0;  // At least 1.
  Price unit;                 // As offered: tax included or not, as the receipt says.
  TaxedAmount amount;
  std::vector<std::string> evidence;
};

struct BroughtItem {
  ProductId product;
  std::string sku;
  std::string name;
  std::int64_t quantity = 0;  // At least 1.
  std::vector<std::string> evidence;
};

struct TaxTotal {
  int rate_bp = 0;
  TaxedAmount amount;

  friend bool operator==(const TaxTotal&, const TaxTotal&) = default;
};

struct LineChange {
  ProductId product;
  std::string sku;
  std::string name;
  std::int64_t before = 0;  // Signed net counts.
  std::int64_t after = 0;
  Money difference;  // Of the gross amount: after minus before.
};

struct ReceiptRevision {
  std::int64_t version = 2;  // That it led to.
  Instant at;
  DisputeId dispute;  // One of these two is given.
  ReviewId review;
  std::string reason;  // In words, for the shopper.
  std::vector<LineChange> changes;
  Money difference;  // Of the gross total; below zero is owed to the shopper.
};

struct Receipt {
  ReceiptId id;
  SessionId session;
  CabinetId cabinet;
  MarketId market;
  Instant closed_at;  // The door: when goods moved.
  Instant at;         // Of this version.
  std::int64_t version = 1;
  Currency currency;
  bool price_includes_tax = true;
  std::vector<ReceiptLine> lines;    // In the order of the counts.
  std::vector<BroughtItem> brought;  // Likewise.
  std::vector<TaxTotal> taxes;       // By rate, each that a line has.
  TaxedAmount total;
  std::vector<ReceiptRevision> revisions;  // How it came to this version, the oldest first.
};

struct ReceiptRequest {
  ReceiptId id;
  SessionId session;
  CabinetId cabinet;
  Instant closed_at;
  Instant at;
  std::vector<NetCount> counts;
};
Result<Receipt> make_receipt(const ReceiptRequest& request, const Offers& offers);

// Whether all sums are what they must be; for receipts that were stored.
Result<void> check(const Receipt& receipt);

// The signed net count of a product; 0 where the receipt does not mention it.
[[nodiscard]] std::int64_t net_count(const Receipt& receipt, std::string_view sku);

struct Correction {
  Instant at;
  DisputeId dispute;  // One of these two.
  ReviewId review;
  std::string reason;
  std::vector<NetCount> counts;  // As decided, of the products in question; others stay.
};
// The next version. `offers` are those of the session, for what the receipt did not hold before. A
// dispute never raises the total. A dispute or review corrects a receipt once; one that changes
// nothing makes no version, and is kInvalid.
Result<Receipt> correct(const Receipt& receipt, const Correction& correction, const Offers& offers);

}  // namespace tally::commerce
