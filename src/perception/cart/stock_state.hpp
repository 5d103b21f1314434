// What the stock model knows at a moment, and the steps that change it: stock.cpp while frames
// come, stock_outcome.cpp when they end. Internal to the stock model.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "perception/cart/background.hpp"
#include "perception/cart/slot.hpp"
#include "perception/cart/stock.hpp"

namespace tally::cart {

struct StockModel::State {
  std::vector<std::string> products;
  std::vector<int> product_of_class;
  std::optional<vision::Box> zone;
  bool zone_given = false;
  bool learnt = false;
  std::vector<Slot> slots;
  Background background;
  std::shared_ptr<const vision::LumaImage> before;  // Shared snapshot of the background.
  SessionTime now{0};
  SessionTime rest_time{0};  // At rest up to now; moments of turmoil take away thrice their length.
  SessionTime rest_begin{0};
  int rest_looks = 0;
  SessionTime unsettled_until{-1};
  SessionTime unsettled_total{0};
  bool overflowed = false;
  bool found_after_touch = false;
  std::vector<std::pair<SessionTime, int>> counts;

  void follow_motion(const Observation& observation);
  void look(const Observation& observation);
  // `view`: what the look says about every slot alike.
  void assign(const Look& look, SlotView view, const vision::MotionField& motion,
              std::vector<bool>& explained);
  void form_slots(const Look& look, std::vector<bool>& explained);
  void keep_in_sight(std::size_t visible);
  void learn();
  void extend_zone(const Slot& slot);
  void settle(const vision::LumaImage& picture);
  void settle_taken();
  void promote(Slot& slot);
  void depart(Slot& slot);
  bool pair_with_departure(Slot& arrived);
  [[nodiscard]] static bool is_out_of_sight(const Slot& slot);
  [[nodiscard]] bool awaits_departure(const Slot& arrived) const;
  bool is_unchanged(const Slot& slot, const vision::LumaImage& picture) const;
  [[nodiscard]] bool in_zone(const vision::Box& box) const;
  void count_stock();
  void settle_last(StockOutcome& outcome);
  void tell_doubts(StockOutcome& outcome) const;
};

}  // namespace tally::cart
