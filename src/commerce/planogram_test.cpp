#include "commerce/planogram.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commerce/goods_for_tests.hpp"

namespace tally::commerce {
namespace {

using ::testing::StartsWith;
using namespace testing;  // NOLINT: the shop of the tests.

template <typename Change>
Result<void> check_with(Change change) {
  Planogram wrong = planogram();
  change(wrong);
  return check(wrong);
}

void expect_wrong(const Result<void>& result, std::string_view field,
                  std::string_view code = "commerce.invalid") {
  ASSERT_FALSE(result) << field;
  EXPECT_THAT(result.error().message, StartsWith(std::string(field) + ": "));
  EXPECT_EQ(result.error().code.name, code);
}

TEST(Planogram, SaysWhichFieldIsWrong) {
  EXPECT_TRUE(check(planogram()));
  EXPECT_TRUE(check_with([](Planogram& p) { p.shelves[0].facings[0].product = {}; }));
  expect_wrong(check_with([](Planogram& p) { p.id = {}; }), "planogram.id");
  expect_wrong(check_with([](Planogram& p) { p.cabinet = {}; }), "planogram.cabinet");
  expect_wrong(check_with([](Planogram& p) { p.version = 0; }), "planogram.version");
  expect_wrong(check_with([](Planogram& p) { p.camera_layout = ""; }), "planogram.camera_layout");
  expect_wrong(check_with([](Planogram& p) { p.shelves[1].id = ""; }), "planogram.shelves[1].id");
  expect_wrong(check_with([](Planogram& p) { p.shelves[1].id = "upper"; }),
               "planogram.shelves[1].id", "commerce.duplicate");
  expect_wrong(check_with([](Planogram& p) { p.shelves[0].facings[2].id = ""; }),
               "planogram.shelves[0].facings[2].id");
  expect_wrong(check_with([](Planogram& p) { p.shelves[1].facings[0].id = "u2"; }),
               "planogram.shelves[1].facings[0].id", "commerce.duplicate");
}

TEST(Planogram, FacingHoldsUpToItsCapacityAndItsParLevelIsNoMore) {
  const auto facing = [](std::int64_t capacity, std::int64_t par_level) {
    return check_with([&](Planogram& p) {
      p.shelves[0].facings[0].capacity = capacity;
      p.shelves[0].facings[0].par_level = par_level;
    });
  };
  EXPECT_TRUE(facing(1, 0));
  EXPECT_TRUE(facing(kFacingCapacityMax, kFacingCapacityMax));
  expect_wrong(facing(0, 0), "planogram.shelves[0].facings[0].capacity");
  expect_wrong(facing(kFacingCapacityMax + 1, 0), "planogram.shelves[0].facings[0].capacity");
  expect_wrong(facing(6, 7), "planogram.shelves[0].facings[0].par_level");
  expect_wrong(facing(6, -1), "planogram.shelves[0].facings[0].par_level");
}

TEST(Planogram, EndsAtItsLimits) {
  Planogram many = planogram();
  many.shelves.clear();
  for (std::size_t s = 0; s < kShelvesMax; ++s) many.shelves.push_back({fmt::format("s{}", s), {}});
  EXPECT_TRUE(check(many));
  for (std::size_t f = 0; f < kFacingsMax; ++f) {
    many.shelves[f % kShelvesMax].facings.push_back({fmt::format("f{}", f), kCola, 1, 0});
  }
  EXPECT_TRUE(check(many));
  Planogram facing_more = many;
  facing_more.shelves.back().facings.push_back({"one more", kCola, 1, 0});
  EXPECT_EQ(check(facing_more).error().code.name, "commerce.limit");
  many.shelves.push_back({"one more", {}});
  expect_wrong(check(many), "planogram.shelves", "commerce.limit");
}

PlanogramEvent event_of(PlanogramEventKind kind) {
  switch (kind) {
    case PlanogramEventKind::kEdit:
      return EditPlanogram{digest('d'), planogram().shelves};
    case PlanogramEventKind::kPublish:
      return PublishPlanogram{at(10)};
    case PlanogramEventKind::kApply:
      return ApplyPlanogram{at(20)};
    case PlanogramEventKind::kReplace:
      return ReplacePlanogram{at(30)};
    case PlanogramEventKind::kWithdraw:
      return WithdrawPlanogram{at(40)};
    case PlanogramEventKind::kCount:
      break;
  }
  std::abort();
}

TEST(Planogram, StepsAsTheTableSaysForEveryStateAndEvent) {
  int legal = 0;
  for (int s = 0; s < static_cast<int>(PlanogramState::kCount); ++s) {
    for (int e = 0; e < static_cast<int>(PlanogramEventKind::kCount); ++e) {
      Planogram before = planogram();
      before.state = static_cast<PlanogramState>(s);
      const auto kind = static_cast<PlanogramEventKind>(e);
      const PlanogramEvent event = event_of(kind);
      ASSERT_EQ(kind_of(event), kind);
      const auto after = step(before, event);
      EXPECT_EQ(after.has_value(), can(planogram_transitions(), before.state, kind));
      if (after) {
        ++legal;
        EXPECT_TRUE(has(planogram_transitions(), before.state, kind, after->state));
      } else {
        EXPECT_EQ(after.error().code.name, "commerce.transition");
      }
    }
  }
  EXPECT_EQ(legal, 6);
  EXPECT_TRUE(is_final(planogram_transitions(), PlanogramState::kWithdrawn));
  EXPECT_TRUE(is_final(planogram_transitions(), PlanogramState::kReplaced));
}

TEST(Planogram, KeepsWhenItWasPublishedAppliedAndReplaced) {
  const Planogram edited = step(planogram(), event_of(PlanogramEventKind::kEdit)).value();
  EXPECT_EQ(edited.camera_layout, digest('d'));
  EXPECT_EQ(edited.state, PlanogramState::kDraft);
  const Planogram published = step(edited, PublishPlanogram{at(10)}).value();
  EXPECT_EQ(published.published_at, at(10));
  const Planogram applied = step(published, ApplyPlanogram{at(20)}).value();
  EXPECT_EQ(applied.applied_at, at(20));
  EXPECT_FALSE(applied.ended_at);
  EXPECT_EQ(step(applied, ReplacePlanogram{at(30)})->ended_at, at(30));
  EXPECT_EQ(step(published, WithdrawPlanogram{at(40)})->ended_at, at(40));
}

TEST(Planogram, IsCheckedWhenEditedAndWhenPublished) {
  const auto edited = step(planogram(), EditPlanogram{"no digest", {}});
  ASSERT_FALSE(edited);
  EXPECT_THAT(edited.error().message, StartsWith("planogram.camera_layout: "));
  Planogram wrong = planogram();
  wrong.shelves[0].id = "";
  EXPECT_FALSE(step(wrong, PublishPlanogram{at(10)}));
}

TEST(Planogram, RoomOfAProductIsThatOfAllItsFacings) {
  Planogram with_gap = planogram();
  with_gap.shelves[1].facings.push_back({"l2", {}, 5, 5});
  const auto room = room_of(with_gap);
  EXPECT_EQ(room.size(), 3U);
  EXPECT_EQ(room.at(kCola), (ProductRoom{12, 3}));
  EXPECT_EQ(room.at(kBar), (ProductRoom{20, 5}));
}

}  // namespace
}  // namespace tally::commerce
