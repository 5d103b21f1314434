// Audits of drawn cabinets: what the pictures show decides, not how they were taken.
#include "perception/identify/audit.hpp"

#include <gmock/gmock.h>

#include "perception/identify/testing_gallery.hpp"
#include "perception/identify/testing_view.hpp"

namespace tally::identify {
namespace {

using ::testing::ElementsAre;
using testing::Scene;
using testing::shoot;
using testing::Shot;

const std::vector<AuditFacing> kFacings{
    {.id = "f1", .product = "a", .box = {0.08F, 0.2F, 0.2F, 0.8F}},
    {.id = "f2", .product = "b", .box = {0.32F, 0.2F, 0.44F, 0.8F}},
    {.id = "f3", .product = "b", .box = {0.56F, 0.2F, 0.68F, 0.8F}},
    {.id = "f4", .product = "c", .box = {0.8F, 0.2F, 0.92F, 0.8F}}};

// A pack of each kind in the facings with that number; 0 is an empty one.
Scene shelf(const std::vector<int>& kinds) {
  Scene scene;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kinds[i] != 0) scene.packs.push_back({kinds[i], kFacings[i].box});
  }
  return scene;
}

std::vector<FacingAudit> audit(const media::Frame& before, const media::Frame& after,
                               const std::vector<AuditFacing>& facings = kFacings) {
  return judge(facings, compare_stills(before, after, facings), {}, nullptr);
}

std::vector<std::string> changes(const std::vector<FacingAudit>& audits) {
  std::vector<std::string> names;
  for (const FacingAudit& one : audits) names.emplace_back(name_of(one.change()));
  return names;
}

const std::vector<int> kFull{1, 2, 2, 3};

TEST(Audit, NothingChangedWhateverTheCameraAndTheLightDid) {
  const media::Frame before = shoot(shelf(kFull));
  const std::vector<Shot> shots{{.seed = 9},
                                {.light = 0.75F},
                                {.light = 1.2F},
                                {.blur = 1},
                                {.view = {1, 0, 1, 0, 1, 0}},
                                {.view = {1, 0, -2, 0, 1, 3}},
                                {.view = {1.03, 0.01, -9, -0.01, 0.97, 8}, .light = 0.9F},
                                {.noise = 12},
                                {.width = 640, .height = 480}};
  for (const Shot& shot : shots) {
    EXPECT_THAT(changes(audit(before, shoot(shelf(kFull), shot))),
                ElementsAre("same", "same", "same", "same"));
  }
  const media::Frame empty = shoot(shelf({0, 0, 0, 0}));
  EXPECT_THAT(changes(audit(empty, shoot(shelf({0, 0, 0, 0}), {.light = 0.9F, .seed = 3}))),
              ElementsAre("same", "same", "same", "same"));
}

TEST(Audit, WhatLeftIsGoneAndWhatIsThereAgainCame) {
  const media::Frame full = shoot(shelf(kFull));
  for (const Shot& shot :
       {Shot{}, Shot{.light = 0.85F, .seed = 9}, Shot{.view = {1.02, 0.01, -6, -0.01, 0.98, 5}}}) {
    const media::Frame fewer = shoot(shelf({1, 0, 2, 0}), shot);
    const auto left = audit(full, fewer);
    EXPECT_THAT(changes(left), ElementsAre("same", "gone", "same", "gone"));
    for (const FacingAudit& one : left) {
      EXPECT_GT(one.probability(), 0.8);
      EXPECT_NEAR(one.same + one.gone + one.came + one.other, 1, 1e-9);
    }
  }
  const media::Frame fewer = shoot(shelf({1, 0, 2, 0}));
  EXPECT_THAT(changes(audit(fewer, full)), ElementsAre("same", "came", "same", "came"));
}

TEST(Audit, LinesCountItemsOfAProduct) {
  const auto audits = audit(shoot(shelf(kFull)), shoot(shelf({1, 0, 0, 3})));
  const auto lines = audit_lines(kFacings, audits);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].product, "a");
  EXPECT_EQ(lines[0].left, 0);
  EXPECT_EQ(lines[1].product, "b");
  EXPECT_EQ(lines[1].left, 2);
  EXPECT_EQ(lines[1].came, 0);
  EXPECT_NEAR(lines[1].probability, audits[1].gone * audits[2].gone, 1e-9);
  EXPECT_EQ(lines[2].left, 0);
}

TEST(Audit, AnItemThatWasTouchedIsStillThere) {
  Scene touched = shelf(kFull);
  touched.packs[1].place.left += 0.02F;
  touched.packs[1].place.right += 0.02F;
  EXPECT_THAT(changes(audit(shoot(shelf(kFull)), shoot(touched))),
              ElementsAre("same", "same", "same", "same"));
}

// Of three in a row, the front one left: the next one is seen, smaller and a little higher.
TEST(Audit, WhereSeveralStandBehindOneAnotherASmallerOneMeansOneLess) {
  Scene next = shelf(kFull);
  vision::Box& place = next.packs[1].place;
  const float narrower = 0.06F * place.width();
  const float lower = 0.12F * place.height();
  place = {place.left + narrower, place.top + lower, place.right - narrower, place.bottom};
  const media::Frame before = shoot(shelf(kFull), {.width = 800, .height = 600});
  const media::Frame after = shoot(next, {.width = 800, .height = 600, .seed = 8});
  std::vector<AuditFacing> rows = kFacings;
  rows[1].rows = 3;
  rows[1].stock = 3;
  EXPECT_THAT(changes(audit(before, after, rows)), ElementsAre("same", "gone", "same", "same"));
  EXPECT_THAT(changes(audit(after, before, rows)), ElementsAre("same", "came", "same", "same"));
  rows[1].rows = 1;
  rows[1].stock = 1;
  EXPECT_THAT(changes(audit(before, after, rows)), ElementsAre("same", "same", "same", "same"));
}

// Packs shoulder to shoulder: nothing beside them to stand out from, so the stock decides.
TEST(Audit, PredictedStockTellsGoneFromCameWhereNothingElseDoes) {
  std::vector<AuditFacing> tight;
  Scene full;
  for (int i = 0; i < 5; ++i) {
    const auto left = 0.2F * static_cast<float>(i);
    tight.push_back({.id = std::to_string(i), .product = "p", .box = {left, 0, left + 0.2F, 1}});
    full.packs.push_back({i + 1, tight.back().box});
  }
  Scene other = full;
  other.packs.erase(other.packs.begin() + 2);
  for (AuditFacing& facing : tight) facing.stock = 1;
  EXPECT_THAT(changes(audit(shoot(full), shoot(other), tight)),
              ElementsAre("same", "same", "gone", "same", "same"));
  tight[2].stock = 0;
  EXPECT_THAT(changes(audit(shoot(other), shoot(full), tight)),
              ElementsAre("same", "same", "came", "same", "same"));
}

TEST(Audit, TellsWhereAFacingIsInBothFrames) {
  const Affine move{1, 0, 10, 0, 1, -6};  // The second picture shows things 10 farther left.
  const auto comparison =
      compare_stills(shoot(shelf(kFull), {.width = 800, .height = 600}),
                     shoot(shelf(kFull), {.width = 800, .height = 600, .view = move}), kFacings);
  const FacingView& view = comparison.views[0];
  EXPECT_NEAR(view.before.left, 64, 1.5);
  EXPECT_NEAR(view.before.bottom, 480, 1.5);
  EXPECT_NEAR(view.after.left, 54, 2.5);
  EXPECT_NEAR(view.after.bottom, 486, 2.5);
}

TEST(Audit, TheSamePicturesGiveTheSameNumbers) {
  const media::Frame before = shoot(shelf(kFull));
  const media::Frame after = shoot(shelf({1, 0, 2, 3}), {.view = {1.01, 0, -2, 0, 1, 1}});
  const auto once = audit(before, after);
  const auto again = audit(before, after);
  for (std::size_t i = 0; i < once.size(); ++i) {
    EXPECT_EQ(once[i].same, again[i].same);
    EXPECT_EQ(once[i].gone, again[i].gone);
  }
}

TEST(Audit, PicturesOfOtherPlacesAreNotAlignedAndSay) {
  const Scene elsewhere{{{7, {0.0F, 0.0F, 0.5F, 1.0F}}, {8, {0.5F, 0.0F, 1.0F, 1.0F}}}};
  const auto comparison =
      compare_stills(shoot(shelf(kFull)), shoot(elsewhere, {.noise = 0}), kFacings);
  EXPECT_FALSE(comparison.alignment.found);
  for (const FacingAudit& one : judge(kFacings, comparison, {}, nullptr)) {
    EXPECT_LT(one.same, 0.5);
  }
}

}  // namespace
}  // namespace tally::identify
