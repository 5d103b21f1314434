#include "device/play_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace tally::device {
namespace {

using Json = nlohmann::ordered_json;

Json facings_view(const Shelf& shelf, const PlayStanding& standing) {
  Json facings = Json::array();
  for (std::size_t i = 0; i < shelf.facings.size(); ++i) {
    const auto& rows = standing.rows[i];
    const auto first = std::ranges::find_if(rows, [](const auto& row) { return row.has_value(); });
    facings.push_back(
        {{"id", shelf.facings[i].id},
         {"front", first == rows.end() ? Json(nullptr) : Json(shelf.products[**first].id)},
         {"count", std::ranges::count_if(rows, [](const auto& row) { return row.has_value(); })}});
  }
  return facings;
}

// Each product in the hand once, and where it could be put.
Json hand_view(const Shelf& shelf, const PlayPlan& plan) {
  Json hand = Json::array();
  PlayPlan asked = plan;
  asked.acts.clear();  // Their number is not the question.
  std::vector<std::size_t> shown;
  for (const std::size_t product : plan.standing.hand) {
    if (std::ranges::find(shown, product) != shown.end()) continue;
    shown.push_back(product);
    const std::string& id = shelf.products[product].id;
    Json fits = Json::array();
    for (const ShelfFacing& facing : shelf.facings) {
      if (put_into(shelf, asked, id, facing.id)) fits.push_back(facing.id);
    }
    hand.push_back({{"product", id},
                    {"count", std::ranges::count(plan.standing.hand, product)},
                    {"fits", std::move(fits)}});
  }
  return hand;
}

Json lines_view(const std::vector<PlayLine>& lines) {
  Json view = Json::array();
  for (const PlayLine& line : lines) {
    view.push_back({{"product", line.product}, {"quantity", line.quantity}});
  }
  return view;
}

Json charge_view(const PlayCharge& charge) {
  return {{"state", charge.state},
          {"lines", charge.receipt ? lines_view(*charge.receipt) : Json(nullptr)}};
}

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string shelf_json(const Shelf& shelf) {
  Json boards = Json::array();
  for (const ShelfBoard& board : shelf.boards) {
    boards.push_back({{"id", board.id}, {"z", board.z}});
  }
  Json products = Json::array();
  for (const ShelfProduct& product : shelf.products) {
    products.push_back({{"id", product.id}, {"width", product.width}, {"height", product.height}});
  }
  Json facings = Json::array();
  for (const ShelfFacing& facing : shelf.facings) {
    facings.push_back({{"id", facing.id},
                       {"board", shelf.boards[facing.board].id},
                       {"product", shelf.products[facing.product].id},
                       {"left", facing.left},
                       {"right", facing.right},
                       {"rows", facing.rows}});
  }
  return text_of({{"width", shelf.width},
                  {"height", shelf.height},
                  {"boards", std::move(boards)},
                  {"products", std::move(products)},
                  {"facings", std::move(facings)},
                  {"acts_max", kPlayActsMax}});
}

std::string play_json(const Shelf& shelf, const PlayState& state) {
  Json acts = Json::array();
  for (const PlayAct& act : state.plan.acts) {
    acts.push_back({{"puts", act.puts},
                    {"product", shelf.products[act.product].id},
                    {"facing", shelf.facings[act.facing].id}});
  }
  return text_of({{"stage", name_of(state.stage)},
                  {"acts", std::move(acts)},
                  {"facings", facings_view(shelf, state.plan.standing)},
                  {"hand", hand_view(shelf, state.plan)},
                  {"percent", state.percent},
                  {"problem", state.problem},
                  {"rendering", state.rendering},
                  {"truth", lines_view(state.truth)},
                  {"charge", state.charge ? charge_view(*state.charge) : Json(nullptr)}});
}

}  // namespace tally::device
