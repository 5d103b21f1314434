// A dispute: lines of a receipt that a shopper says are wrong, each with the quantity that was
// charged, the one the shopper says, and the one that was decided.
//
// A small sum is granted at once (DisputePolicy), as long as the shopper has not asked for that too
// often; otherwise an operator decides line by line. What is decided against what was charged is
// refunded; nobody ever pays more after a dispute than before. Quantities are decided here; what
// they come to, with tax, is the difference of the receipt's next version (receipt.hpp).
//
// Pure; thread-safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/instant.hpp"
#include "base/money.hpp"
#include "commerce/transitions.hpp"

namespace tally::commerce {

enum class DisputeState : std::uint8_t { kOpen, kGranted, kPartly, kRefused, kWithdrawn };
enum class DisputeEventKind : std::uint8_t { kDecide, kWithdraw };
inline constexpr int kDisputeStates = 5;
inline constexpr int kDisputeEvents = 2;
[[nodiscard]] std::string_view name_of(DisputeState state);
[[nodiscard]] std::string_view name_of(DisputeEventKind kind);

inline constexpr Duration kDisputeTime = std::chrono::days(30);  // After the receipt.
inline constexpr std::size_t kDisputeLinesMax = 200;             // As many as a receipt has.
inline constexpr std::size_t kDisputeTextMax = 1000;             // Bytes of a shopper's words.

struct DisputePolicy {
  Money grant_max;     // A sum up to this, of its currency, is granted without a human.
  int grants_max = 2;  // In 30 days and for one shopper; then a human looks.
};

struct DisputedLine {
  std::string sku;
  int charged = 0;
  int claimed = 0;  // What the shopper says it was: from 0 to one less than charged.
  int decided = 0;  // From claimed to charged; meaningful once decided.

  friend bool operator==(const DisputedLine&, const DisputedLine&) = default;
};

struct Dispute {
  DisputeId id;
  SessionId session;
  ReceiptId receipt;
  std::string words;  // The shopper's own.
  DisputeState state = DisputeState::kOpen;
  std::vector<DisputedLine> lines;
  bool by_policy = false;  // No human decided it.
  UserId decided_by;
  Instant opened;
};

struct DisputeRequest {
  DisputeId id;
  SessionId session;
  ReceiptId receipt;
  Instant receipt_at;
  std::string words;
  std::vector<DisputedLine> lines;  // With what was charged and claimed.
  // What the shopper would get back if all of it were granted, with tax: by how much correct() of
  // receipt.hpp, with the claimed quantities, lowers the total.
  Money claimed;
  Instant at;
  DisputePolicy policy;
  int granted_lately = 0;  // This shopper's, without a human, in the last 30 days.
};

struct DecidedQuantity {
  std::string sku;
  int quantity = 0;
};

// clang-format off
struct DisputeDecide   { Instant at; UserId by; std::vector<DecidedQuantity> lines; };  // All.
struct DisputeWithdraw { Instant at; };
// Correct the receipt by what was decided of these, and refund what its total is lowered by.
struct RefundLines     { std::vector<DisputedLine> lines; };
struct DisputeAnswered {};  // The shopper is told.
struct AskOperator     {};  // A human has to decide.
// clang-format on
using DisputeEvent = std::variant<DisputeDecide, DisputeWithdraw>;
using DisputeEffect = std::variant<RefundLines, DisputeAnswered, AskOperator>;
[[nodiscard]] DisputeEventKind kind_of(const DisputeEvent& event);

struct DisputeStep {
  Dispute dispute;
  std::vector<DisputeEffect> effects;
};

using DisputeTransition = Transition<DisputeState, DisputeEventKind>;
[[nodiscard]] std::span<const DisputeTransition> dispute_transitions();

// Errors: kInvalid (no line, a line twice, a claim that is not below what was charged, too late),
// kLimit, kAmount (less than nothing is claimed).
Result<DisputeStep> open_dispute(const DisputeRequest& request);

// Errors: kTransition; kInvalid where a line is missing, unknown, or decided out of its range.
Result<DisputeStep> step(const Dispute& dispute, const DisputeEvent& event);

}  // namespace tally::commerce
