#include "perception/cart/layout_draft.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tally::cart {
namespace {

using testing::HasSubstr;

LayoutDraft two_shelves() {
  return {.before = nullptr,
          .shelves = {{"low", {{"a1", "water", 8}, {"a2", "cola", 8}, {"a3", "", 8}}},
                      {"high", {{"b1", "water", 30}}}},
          .products = {{"water", ProductSize{0.07, 0.07, 0.2}}, {"cola", std::nullopt}}};
}

Layout drafted(const LayoutDraft& draft) {
  const auto text = draft_layout(draft);
  EXPECT_TRUE(text) << text.error().message;
  auto layout = parse_layout(text.value_or(""), "draft");
  EXPECT_TRUE(layout) << layout.error().message;
  return layout.value_or(Layout{});
}

TEST(LayoutDraft, GivesAStandardCabinetThatCanBeUsed) {
  const Layout layout = drafted(two_shelves());
  EXPECT_TRUE(layout.calibrated());
  ASSERT_EQ(layout.cameras.size(), 3U);
  // The cameras see the middle of the opening.
  for (const LayoutCamera& camera : layout.cameras) {
    const auto pixel = vision::Camera(*camera.calibration).project({0, 0, 0.5});
    ASSERT_TRUE(pixel) << camera.id;
    EXPECT_TRUE(pixel->x > 0 && pixel->x < 1280 && pixel->y > 0 && pixel->y < 720) << camera.id;
  }
  ASSERT_EQ(layout.products.size(), 2U);
  EXPECT_DOUBLE_EQ(layout.products[0].size->height, 0.2);
  EXPECT_DOUBLE_EQ(layout.products[1].size->height, kCanSize.height);
  ASSERT_EQ(layout.facings.size(), 3U);  // Without the empty one, whose place stays free.
  EXPECT_NEAR(layout.facings[1].place->right, 0.1133, 1e-3);
  EXPECT_EQ(layout.facings[0].rows, 6);
  EXPECT_LT(layout.shelves[0].z, layout.shelves[1].z);
}

TEST(LayoutDraft, KeepsCamerasAndPlacesOfTheLayoutBefore) {
  Layout before = drafted(two_shelves());
  before.cameras[0].calibration->focal_x = 512;
  before.shelves[1].z = 0.6;
  before.facings[2].place->left = -0.1;
  LayoutDraft draft = two_shelves();
  draft.before = &before;
  draft.shelves[1].facings[0].product = "cola";
  const Layout after = drafted(draft);
  EXPECT_DOUBLE_EQ(after.cameras[0].calibration->focal_x, 512);
  EXPECT_DOUBLE_EQ(after.shelves[1].z, 0.6);
  EXPECT_DOUBLE_EQ(after.facings[2].place->left, -0.1);
  draft.shelves[1].facings.push_back({"b2", "water", 1});  // Another number: spread evenly.
  EXPECT_NEAR(drafted(draft).facings[2].place->left, -0.34, 1e-6);
}

TEST(LayoutDraft, SaysWhatDoesNotFit) {
  LayoutDraft draft = two_shelves();
  draft.products[0].size->height = 1.5;
  const auto text = draft_layout(draft);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code.name, "layout.value");
  EXPECT_THAT(text.error().message, HasSubstr("water"));
}

}  // namespace
}  // namespace tally::cart
