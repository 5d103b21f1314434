// What must hold of stock whatever happens and in whichever order it becomes known.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "commerce/goods_for_tests.hpp"
#include "commerce/inventory.hpp"

namespace tally::commerce {
namespace {

using namespace testing;  // NOLINT: the shop of the tests.

constexpr int kRounds = 60;
constexpr int kHappenings = 60;
const std::vector<ProductId> kGoods{kCola, kWater};

struct Truth {
  std::vector<InventoryEvent> events;  // In the order in which they happened.
  std::map<ProductId, std::int64_t> stock;
  std::map<ProductId, CountStatistic> statistic;
};

// A cabinet in which nothing is ever wrong: all movements are told, and counts find what is there.
class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {
    for (const ProductId& product : kGoods) truth_.stock[product] = below(20);
  }

  Truth live() {
    for (int i = 0; i < kHappenings; ++i) {
      now_ += below(3) == 0 ? 0 : 1 + below(100);  // Some at the same instant.
      const ProductId& product = kGoods[static_cast<std::size_t>(below(2))];
      if (below(4) == 0) {
        count(product);
      } else {
        move(product);
      }
    }
    return truth_;
  }

  std::int64_t below(std::uint64_t end) { return static_cast<std::int64_t>(random_() % end); }

 private:
  void move(const ProductId& product) {
    static constexpr std::array kCauses{MovementCause::kSale,    MovementCause::kPutBack,
                                        MovementCause::kRestock, MovementCause::kWaste,
                                        MovementCause::kExpired, MovementCause::kCorrection};
    Movement movement;
    movement.id = id<MovementId>(++next_);
    movement.key = fmt::format("key {}", next_);
    movement.cabinet = kCabinet;
    movement.product = product;
    movement.cause = kCauses[static_cast<std::size_t>(below(kCauses.size()))];
    movement.quantity = 1 + below(5);
    const bool either =
        movement.cause == MovementCause::kRestock || movement.cause == MovementCause::kCorrection;
    if (movement.cause != MovementCause::kPutBack && !(either && below(2) == 0)) {
      movement.quantity = -movement.quantity;
    }
    movement.at = at(now_);
    movement.source.session = id<SessionId>(next_);
    if (movement.cause == MovementCause::kCorrection)
      movement.source.dispute = id<DisputeId>(next_);
    truth_.stock[product] += movement.quantity;
    const bool by_shopper = movement.cause == MovementCause::kSale ||
                            movement.cause == MovementCause::kPutBack ||
                            movement.cause == MovementCause::kCorrection;
    if (by_shopper) taken_[product] -= movement.quantity;
    last_move_[product] = now_;
    truth_.events.emplace_back(MoveStock{{{movement, id<MovementId>(1'000'000 + next_)}}});
  }

  void count(const ProductId& product) {
    // Nobody counts below zero, nor twice in an instant, nor while something moves.
    const bool moves = last_move_.contains(product) && last_move_[product] == now_;
    const bool counted = last_count_.contains(product) && last_count_[product] == now_;
    if (moves || counted || truth_.stock[product] < 0) return;
    ++next_;
    if (last_count_.contains(product)) {
      CountStatistic& statistic = truth_.statistic[product];
      ++statistic.counts;
      statistic.taken += taken_[product];
    }
    taken_[product] = 0;
    last_count_[product] = now_;
    truth_.events.emplace_back(CountStock{{{id<MovementId>(next_),
                                            fmt::format("key {}", next_),
                                            product,
                                            truth_.stock[product],
                                            at(now_),
                                            {id<SessionId>(next_), {}, {}, {}}}}});
  }

  std::mt19937_64 random_;
  std::int64_t now_ = 0;
  std::uint32_t next_ = 0;
  std::map<ProductId, std::int64_t> taken_, last_move_, last_count_;
  Truth truth_;
};

void expect_sums(const Inventory& inventory) {
  std::map<ProductId, std::int64_t> sums;
  for (const auto& [key, movement] : inventory.movements) {
    EXPECT_EQ(movement.key, key);
    EXPECT_TRUE(check(movement)) << check(movement).error().message;
    sums[movement.product] += movement.quantity;
  }
  for (const auto& [product, level] : inventory.levels) EXPECT_EQ(level.predicted, sums[product]);
}

// Where the event at `from` may become known at the latest: counts of a product stay in order.
std::size_t latest(const std::vector<InventoryEvent>& events, std::size_t from) {
  const auto* count = std::get_if<CountStock>(&events[from]);
  for (std::size_t to = from + 1; count != nullptr && to < events.size(); ++to) {
    const auto* other = std::get_if<CountStock>(&events[to]);
    if (other != nullptr && other->counts[0].product == count->counts[0].product) return to - 1;
  }
  return events.size() - 1;
}

std::vector<InventoryEvent> delayed(std::vector<InventoryEvent> events, World& world) {
  for (int i = 0; i < 2 * kHappenings; ++i) {
    const auto from = static_cast<std::size_t>(world.below(events.size()));
    const std::size_t most = latest(events, from) - from + 1;
    const auto first = events.begin() + static_cast<std::ptrdiff_t>(from);
    std::rotate(first, first + 1, first + 1 + static_cast<std::ptrdiff_t>(world.below(most)));
  }
  return events;
}

TEST(InventoryProperty, IsTheSameInWhateverOrderThingsBecomeKnownAndHoweverOften) {
  for (int seed = 0; seed < kRounds; ++seed) {
    SCOPED_TRACE(seed);
    World world(static_cast<std::uint64_t>(seed));
    const Truth truth = world.live();
    Inventory inventory{kCabinet, {}, {}};
    std::vector<InventoryEvent> told;
    for (const InventoryEvent& event : delayed(truth.events, world)) {
      auto stepped = step(inventory, event);
      ASSERT_TRUE(stepped) << stepped.error().message;
      inventory = std::move(stepped->state);
      expect_sums(inventory);
      told.push_back(event);
      const auto again = step(inventory, told[static_cast<std::size_t>(world.below(told.size()))]);
      ASSERT_TRUE(again) << again.error().message;
      EXPECT_TRUE(again->effects.empty());
      EXPECT_EQ(again->state.levels, inventory.levels);
    }
    for (const auto& [product, statistic] : truth.statistic) {
      EXPECT_EQ(inventory.levels.at(product).predicted, truth.stock.at(product));
      EXPECT_EQ(statistic_of(inventory.levels.at(product)), statistic);
    }
  }
}

TEST(InventoryProperty, MovementsAreOnlyEverAppended) {
  World world(99);
  Inventory inventory{kCabinet, {}, {}};
  for (const InventoryEvent& event : world.live().events) {
    const auto stepped = step(inventory, event).value();
    std::size_t recorded = 0;
    for (const InventoryEffect& effect : stepped.effects) {
      const auto* movement = std::get_if<MovementRecorded>(&effect);
      if (movement == nullptr) continue;
      ++recorded;
      EXPECT_FALSE(inventory.movements.contains(movement->movement.key));
      EXPECT_EQ(stepped.state.movements.at(movement->movement.key), movement->movement);
    }
    EXPECT_EQ(stepped.state.movements.size(), inventory.movements.size() + recorded);
    for (const auto& [key, movement] : inventory.movements) {
      EXPECT_EQ(stepped.state.movements.at(key), movement);
    }
    inventory = stepped.state;
  }
}

}  // namespace
}  // namespace tally::commerce
