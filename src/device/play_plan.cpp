#include "device/play_plan.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace tally::device {
namespace {

// What a package needs beside, above and behind it, metres; as lab/synth/play.py has it.
constexpr double kSideRoom = 0.004;
constexpr double kTopRoom = 0.045;
constexpr double kDepthSlack = 0.01;
constexpr double kBoard = 0.012;

using Rows = std::vector<std::optional<std::size_t>>;

// The number of free rows before the first package.
std::size_t free_rows(const Rows& rows) {
  const auto first = std::ranges::find_if(rows, [](const auto& row) { return row.has_value(); });
  return static_cast<std::size_t>(first - rows.begin());
}

double clear_above(const Shelf& shelf, std::size_t board) {
  const double above = board + 1 < shelf.boards.size() ? shelf.boards[board + 1].z : shelf.height;
  return above - shelf.boards[board].z - kBoard;
}

bool fits(const Shelf& shelf, const ShelfProduct& product, const ShelfFacing& facing, bool alone) {
  const bool wide = product.width > facing.right - facing.left - kSideRoom;
  const bool high = product.height > clear_above(shelf, facing.board) - kTopRoom;
  const bool deep = !alone && shelf.products[facing.product].depth < product.depth - kDepthSlack;
  return !wide && !high && !deep;
}

Result<std::size_t> row_for(const Shelf& shelf, const PlayStanding& standing, std::size_t product,
                            std::size_t facing) {
  const ShelfFacing& place = shelf.facings[facing];
  const Rows& rows = standing.rows[facing];
  const std::size_t free = free_rows(rows);
  const bool alone = free == rows.size();
  if (place.product != product && !fits(shelf, shelf.products[product], place, alone)) {
    return fail(PlayRefusal::kNoFit, fmt::format("{} does not fit into {}: choose another place",
                                                 shelf.products[product].id, place.id));
  }
  if (free == 0) {
    return fail(PlayRefusal::kFull,
                fmt::format("{} is full to its front: choose another place", place.id));
  }
  return place.product != product && alone ? 0 : free - 1;
}

Result<std::size_t> facing_named(const Shelf& shelf, std::string_view name) {
  if (const auto found = find_facing(shelf, name)) return *found;
  return fail(PlayRefusal::kNoFacing,
              fmt::format("there is no facing \"{}\" in this cabinet", name));
}

std::optional<Error> too_many(const PlayPlan& plan) {
  if (plan.acts.size() < kPlayActsMax) return std::nullopt;
  return fail(PlayRefusal::kTooMany,
              fmt::format("{} acts are the most: render them, or undo one", kPlayActsMax))
      .error();
}

}  // namespace

ErrorCode code_of(PlayRefusal refusal) {
  switch (refusal) {
    case PlayRefusal::kNoFit:
      return {"play.no_fit", ErrorKind::kFailed};
    case PlayRefusal::kFull:
      return {"play.full", ErrorKind::kFailed};
    case PlayRefusal::kNoFacing:
      return {"play.no_facing", ErrorKind::kNotFound};
    case PlayRefusal::kTooMany:
      return {"play.too_many", ErrorKind::kFailed};
    case PlayRefusal::kEmpty:
      return {"play.empty", ErrorKind::kFailed};
    case PlayRefusal::kNotInHand:
      return {"play.not_in_hand", ErrorKind::kFailed};
    case PlayRefusal::kChosen:
      return {"play.chosen", ErrorKind::kConflict};
    case PlayRefusal::kNothing:
      return {"play.nothing", ErrorKind::kFailed};
    case PlayRefusal::kPlaying:
      return {"play.playing", ErrorKind::kConflict};
    case PlayRefusal::kNoAct:
      return {"play.no_act", ErrorKind::kUsage};
  }
  std::abort();
}

PlayPlan empty_plan(const Shelf& shelf) {
  PlayPlan plan;
  for (const ShelfFacing& facing : shelf.facings) {
    Rows rows(static_cast<std::size_t>(facing.rows));
    std::fill(rows.end() - facing.stock, rows.end(), facing.product);
    plan.standing.rows.push_back(std::move(rows));
  }
  return plan;
}

Result<PlayPlan> take_from(const Shelf& shelf, PlayPlan plan, std::string_view facing) {
  if (auto many = too_many(plan)) return std::unexpected(*std::move(many));
  const auto place = facing_named(shelf, facing);
  if (!place) return std::unexpected(place.error());
  Rows& rows = plan.standing.rows[*place];
  const std::size_t row = free_rows(rows);
  if (row == rows.size()) {
    return fail(PlayRefusal::kEmpty, fmt::format("{} is empty: take from another place", facing));
  }
  const std::size_t product = *std::exchange(rows[row], std::nullopt);
  plan.standing.hand.push_back(product);
  plan.acts.push_back({false, product, *place});
  return plan;
}

Result<PlayPlan> put_into(const Shelf& shelf, PlayPlan plan, std::string_view product,
                          std::string_view facing) {
  if (auto many = too_many(plan)) return std::unexpected(*std::move(many));
  const auto place = facing_named(shelf, facing);
  if (!place) return std::unexpected(place.error());
  const auto known = find_product(shelf, product);
  std::vector<std::size_t>& hand = plan.standing.hand;
  const auto held = known ? std::ranges::find(hand, *known) : hand.end();
  if (held == hand.end()) {
    return fail(PlayRefusal::kNotInHand, fmt::format("\"{}\" is not in the hand", product));
  }
  const auto row = row_for(shelf, plan.standing, *known, *place);
  if (!row) return std::unexpected(row.error());
  hand.erase(held);
  plan.standing.rows[*place][*row] = *known;
  plan.acts.push_back({true, *known, *place});
  return plan;
}

PlayPlan without_last(const Shelf& shelf, PlayPlan plan) {
  PlayPlan again = empty_plan(shelf);
  if (!plan.acts.empty()) plan.acts.pop_back();
  for (const PlayAct& act : plan.acts) {
    const std::string& facing = shelf.facings[act.facing].id;
    auto next = act.puts ? put_into(shelf, again, shelf.products[act.product].id, facing)
                         : take_from(shelf, again, facing);
    if (next) again = *std::move(next);
  }
  return again;
}

std::string acts_json(const Shelf& shelf, const PlayPlan& plan) {
  nlohmann::ordered_json acts = nlohmann::ordered_json::array();
  for (const PlayAct& act : plan.acts) {
    const std::string& facing = shelf.facings[act.facing].id;
    if (act.puts) {
      acts.push_back({{"put", shelf.products[act.product].id}, {"facing", facing}});
    } else {
      acts.push_back({{"take", facing}});
    }
  }
  return acts.dump();
}

}  // namespace tally::device
