#include "commerce/dispute.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "base/assert.hpp"
#include "commerce/error.hpp"

namespace tally::commerce {
namespace {

constexpr auto kTable = [] {
  using enum DisputeState;
  using enum DisputeEventKind;
  return std::to_array<DisputeTransition>({
      {kOpen, kDecide, kGranted, "all that was claimed"},
      {kOpen, kDecide, kPartly, "some of it"},
      {kOpen, kDecide, kRefused, "none of it"},
      {kOpen, kWithdraw, kWithdrawn, ""},
  });
}();

Result<void> check(const DisputeRequest& request) {
  if (request.lines.empty()) {
    return fail(CommerceError::kInvalid, "dispute: say which line is wrong");
  }
  if (request.lines.size() > kDisputeLinesMax) {
    return fail(CommerceError::kLimit, fmt::format("dispute: {} lines, at most {}",
                                                   request.lines.size(), kDisputeLinesMax));
  }
  if (request.claimed.minor < 0) {
    return fail(CommerceError::kAmount,
                fmt::format("dispute: {} would be given back", to_string(request.claimed)));
  }
  if (request.words.size() > kDisputeTextMax) {
    return fail(CommerceError::kLimit, fmt::format("dispute: {} bytes of words, at most {}",
                                                   request.words.size(), kDisputeTextMax));
  }
  if (request.at > request.receipt_at + kDisputeTime) {
    return fail(CommerceError::kInvalid,
                fmt::format("dispute: the receipt is from {}, and {} days are over; write to the "
                            "operator",
                            to_string(request.receipt_at),
                            std::chrono::duration_cast<std::chrono::days>(kDisputeTime).count()));
  }
  for (const DisputedLine& line : request.lines) {
    if (std::ranges::count(request.lines, line.sku, &DisputedLine::sku) != 1) {
      return fail(CommerceError::kInvalid,
                  fmt::format("dispute: product {} is there twice", line.sku));
    }
    if (line.claimed < 0 || line.claimed >= line.charged) {
      return fail(CommerceError::kInvalid,
                  fmt::format("dispute: {} of product {} were charged; a claim is from 0 to {}",
                              line.charged, line.sku, line.charged - 1));
    }
  }
  return {};
}

// The state that the decided quantities make, and what follows from it.
DisputeStep decided(Dispute dispute) {
  const auto full = [](const DisputedLine& line) { return line.decided == line.claimed; };
  const auto none = [](const DisputedLine& line) { return line.decided == line.charged; };
  dispute.state = std::ranges::all_of(dispute.lines, full)   ? DisputeState::kGranted
                  : std::ranges::all_of(dispute.lines, none) ? DisputeState::kRefused
                                                             : DisputeState::kPartly;
  DisputeStep made{std::move(dispute), {}};
  if (made.dispute.state != DisputeState::kRefused) {
    std::vector<DisputedLine> refunded = made.dispute.lines;
    std::erase_if(refunded, none);
    made.effects.emplace_back(RefundLines{std::move(refunded)});
  }
  made.effects.emplace_back(DisputeAnswered{});
  return made;
}

Result<DisputeStep> decide(Dispute dispute, const DisputeDecide& event) {
  if (event.lines.size() != dispute.lines.size()) {
    return fail(CommerceError::kInvalid,
                fmt::format("dispute {}: {} of {} lines decided; decide each once",
                            dispute.id.text(), event.lines.size(), dispute.lines.size()));
  }
  for (DisputedLine& line : dispute.lines) {
    const auto found = std::ranges::find(event.lines, line.sku, &DecidedQuantity::sku);
    if (found == event.lines.end()) {
      return fail(CommerceError::kInvalid, fmt::format("dispute {}: product {} is not decided",
                                                       dispute.id.text(), line.sku));
    }
    if (found->quantity < line.claimed || found->quantity > line.charged) {
      return fail(
          CommerceError::kInvalid,
          fmt::format("dispute {}: {} of product {}: from {} (claimed) to {} (charged)",
                      dispute.id.text(), found->quantity, line.sku, line.claimed, line.charged));
    }
    line.decided = found->quantity;
  }
  dispute.decided_by = event.by;
  return decided(std::move(dispute));
}

}  // namespace

std::string_view name_of(DisputeState state) {
  switch (state) {
    case DisputeState::kOpen:
      return "open";
    case DisputeState::kGranted:
      return "granted";
    case DisputeState::kPartly:
      return "partly";
    case DisputeState::kRefused:
      return "refused";
    case DisputeState::kWithdrawn:
      return "withdrawn";
  }
  std::abort();
}

std::string_view name_of(DisputeEventKind kind) {
  return kind == DisputeEventKind::kDecide ? "decide" : "withdraw";
}

DisputeEventKind kind_of(const DisputeEvent& event) {
  static_assert(std::variant_size_v<DisputeEvent> == kDisputeEvents);
  return static_cast<DisputeEventKind>(event.index());  // The variant has the enum's order.
}

std::span<const DisputeTransition> dispute_transitions() { return kTable; }

Result<DisputeStep> open_dispute(const DisputeRequest& request) {
  if (auto checked = check(request); !checked) return std::unexpected(std::move(checked.error()));
  Dispute dispute;
  dispute.id = request.id;
  dispute.session = request.session;
  dispute.receipt = request.receipt;
  dispute.words = request.words;
  dispute.lines = request.lines;
  dispute.opened = request.at;
  const Money& most = request.policy.grant_max;
  const bool small = request.claimed.currency == most.currency &&
                     request.claimed.minor <= most.minor &&
                     request.granted_lately < request.policy.grants_max;
  if (small) {
    for (DisputedLine& line : dispute.lines) line.decided = line.claimed;
    dispute.by_policy = true;
    return decided(std::move(dispute));
  }
  for (DisputedLine& line : dispute.lines) line.decided = line.charged;
  return DisputeStep{std::move(dispute), {AskOperator{}}};
}

Result<DisputeStep> step(const Dispute& dispute, const DisputeEvent& event) {
  const DisputeEventKind kind = kind_of(event);
  if (!can(dispute_transitions(), dispute.state, kind)) {
    return illegal("dispute", dispute.state, kind);
  }
  Result<DisputeStep> made = DisputeStep{dispute, {}};
  if (const auto* deciding = std::get_if<DisputeDecide>(&event)) {
    made = decide(dispute, *deciding);
  } else {
    made->dispute.state = DisputeState::kWithdrawn;
  }
  TALLY_ASSERT(!made || has(dispute_transitions(), dispute.state, kind, made->dispute.state));
  return made;
}

}  // namespace tally::commerce
