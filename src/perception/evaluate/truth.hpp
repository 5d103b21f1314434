// The truth of a session: what really was taken and put back, schema `tally.truth.v1`
// (docs/session.md). Values only; synthetic sessions carry it as truth.json.
//
// Times are milliseconds from the session's start, prices minor units of `currency`. Thread-safety:
// values; functions are pure but for the file that load_truth reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/cart.hpp"
#include "base/error.hpp"

namespace tally::evaluate {

inline constexpr std::string_view kTruthSchema = "tally.truth.v1";
inline constexpr std::size_t kTruthBytesMax = 4U << 20U;
inline constexpr std::size_t kProductsMax = 1000;  // As in layouts.
inline constexpr std::size_t kEventsMax = 1000;    // Of one session.
inline constexpr int kItemsMax = 1000;             // Items of all events of one session.
inline constexpr std::int64_t kPriceMinorMax = 10'000'000;
inline constexpr std::int64_t kTimeMsMax = 24LL * 3600 * 1000;
inline constexpr std::size_t kNameBytesMax = 200;

struct TruthProduct {
  std::string id;
  std::int64_t price_minor = 0;
  std::string family;  // Products that look alike share one; may be empty.
};

struct TruthEvent {
  std::int64_t at_ms = 0;
  EventKind kind = EventKind::kTake;
  std::string product;
  int quantity = 1;
};

struct TruthLine {
  std::string product;
  int quantity = 0;  // Taken minus put; never 0.
};

struct Truth {
  std::int64_t seed = 0;
  std::string scenario;  // "unnamed" where it has none.
  bool restock = false;  // A restocker's session, which charges nobody.
  std::string currency;
  std::int64_t duration_ms = 0;
  std::vector<TruthProduct> products;
  std::vector<TruthEvent> events;  // By time.
  std::vector<TruthLine> cart;     // By product; the sum of the events.
};

// `where` names the text in messages. Errors: EvaluateError::kSyntax, kSchema, kValue, with the
// path of the field. Unknown fields are ignored. That the cart is the events' sum, and that every
// product is listed, is checked: a truth that contradicts itself measures nothing.
Result<Truth> parse_truth(std::string_view text, std::string_view where);

// Errors: as parse_truth, and FileError.
Result<Truth> load_truth(const std::filesystem::path& path);

}  // namespace tally::evaluate
