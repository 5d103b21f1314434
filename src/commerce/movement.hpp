// A movement of stock: how many of a product came into a cabinet or left it, when, and why.
//
// Movements are appended and never changed; each has a key of its own, so that what is sent twice
// happens once; none is without a cause, nor a cause without who or what was behind it.
//
// Thread-safety: values. Errors: kInvalid, kLimit of CommerceError.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/instant.hpp"

namespace tally::commerce {

inline constexpr std::int64_t kMovementQuantityMax = 10'000;
inline constexpr std::size_t kMovementKeyBytesMax = 200;

enum class MovementCause : std::uint8_t {
  kSale,         // A shopper took it; negative. Of a session.
  kPutBack,      // A shopper brought more than was taken of it; positive. Of a session.
  kRestock,      // Loaded, or unloaded unharmed. Of a restock session.
  kCount,        // Somebody counted, and what was predicted is corrected. May be 0.
  kCountOffset,  // Takes back what became known only after a later count had seen its effect.
  kWaste,        // Broken, spilt, spoilt; negative.
  kExpired,      // Past its date; negative.
  kCorrection,   // A receipt's quantity was corrected, by a dispute or a review.
};
[[nodiscard]] std::string_view name_of(MovementCause cause);

// Who or what was behind it; which of them must be given follows from the cause.
struct MovementSource {
  SessionId session;
  UserId user;
  DisputeId dispute;
  ReviewId review;

  friend bool operator==(const MovementSource&, const MovementSource&) = default;
};

struct Movement {
  MovementId id;
  std::string key;  // Unique for all time: "ses_…/sale/prd_…".
  CabinetId cabinet;
  ProductId product;
  MovementCause cause = MovementCause::kSale;
  std::int64_t quantity = 0;  // Positive: into the cabinet.
  Instant at;                 // When it happened, not when it became known.
  MovementSource source;
  std::optional<std::int64_t> counted{};  // What stood there; of a count only.

  friend bool operator==(const Movement&, const Movement&) = default;
};

// Whether it says what it must, for its cause: sign, source, limits.
Result<void> check(const Movement& movement);

// Whether a movement with the same key is this one sent again; ids may differ.
[[nodiscard]] bool is_repeat(const Movement& earlier, const Movement& now);

}  // namespace tally::commerce
