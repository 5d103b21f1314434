#include "perception/identify/look_alike.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "perception/identify/testing_gallery.hpp"

namespace tally::identify {
namespace {

using testing::at_cosine;
using testing::gallery;
using testing::product;
using testing::unit;

TEST(LookAlikes, AreTheProductsWithPhotosNearToEachOther) {
  const Gallery shelf =
      gallery({product("cola", {{1, 0, 0}}), product("cola-zero", {{0, 0, 1}, at_cosine(0.93)}),
               product("lime", {{0, 1, 0}}), product("kola", {at_cosine(0.97)})});
  const auto found = find_look_alikes(shelf, {}, 0.9F);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].product, "cola-zero");
  EXPECT_EQ(found[0].other, "kola");
  EXPECT_EQ(found[1].product, "cola");
  EXPECT_EQ(found[1].other, "kola");
  EXPECT_NEAR(found[1].likeness, 0.97, 1e-6);
  EXPECT_EQ(found[2].other, "cola-zero");
  EXPECT_FALSE(found[0].same_picture);
  EXPECT_TRUE(find_look_alikes(shelf, {}, 0.999F).empty());
}

TEST(LookAlikes, TheSamePictureOfTwoProductsIsToldApart) {
  const GalleryProduct cola = product("cola", {{1, 0, 0}});
  const Gallery copies = gallery({cola, product("copy", {{1, 0, 0}})});
  auto found = find_look_alikes(copies, {}, 0.9F);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].same_picture);
  const Gallery near = gallery({cola, product("near", {at_cosine(0.99)})});
  found = find_look_alikes(near, {}, 0.9F);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].same_picture);
}

TEST(LookAlikes, OnlyPairsWithAProductAskedForAreLookedAt) {
  const Gallery shelf = gallery({product("a", {{1, 0, 0}}), product("b", {{1, 0, 0}}),
                                 product("c", {{0, 1, 0}}), product("d", {{0, 1, 0}})});
  const std::vector<std::string> among{"d"};
  const auto found = find_look_alikes(shelf, among, 0.9F);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].product, "c");
  EXPECT_EQ(found[0].other, "d");
  EXPECT_EQ(find_look_alikes(shelf, {}, 0.9F).size(), 2U);
}

// The saving by caps must never lose a pair.
TEST(LookAlikes, AreThoseOfEveryPairOfPhotos) {
  std::mt19937 generator(3);
  std::normal_distribution<float> normal;
  for (int round = 0; round < 20; ++round) {
    Gallery shelf = gallery();
    for (int p = 0; p < 12; ++p) {
      std::vector<vision::Embedding> photos;
      for (int i = 0; i <= p % 4; ++i) {
        photos.push_back(unit({normal(generator), normal(generator), normal(generator)}));
      }
      ASSERT_TRUE(put_product(shelf, product(fmt::format("p{:02}", p), std::move(photos))));
    }
    const float threshold = 0.8F;
    std::size_t pairs = 0;
    for (std::size_t i = 0; i < shelf.products.size(); ++i) {
      for (std::size_t j = i + 1; j < shelf.products.size(); ++j) {
        float likeness = -1;
        for (const auto& one : shelf.products[i].photos) {
          for (const auto& two : shelf.products[j].photos) {
            likeness = std::max(likeness, vision::similarity(one.embedding, two.embedding));
          }
        }
        pairs += likeness >= threshold ? 1 : 0;
      }
    }
    EXPECT_EQ(find_look_alikes(shelf, {}, threshold).size(), pairs);
  }
}

// At the threshold one look says "the other one" as often as is allowed.
TEST(LookAlikes, TheThresholdFollowsFromTheModel) {
  const IdentifyModel model{.concentration = 30, .background = 0.2, .same = 0.9, .outlier = 1e-9};
  const double threshold = static_cast<double>(look_alike_threshold(model));
  const double weight_for_own = model.concentration * (model.same - model.background);
  const double weight_for_other = model.concentration * (threshold - model.background);
  const double other = 1 / (1 + std::exp(weight_for_own - weight_for_other));
  EXPECT_NEAR(other, kConfusionMax, 1e-6);
  EXPECT_LT(threshold, model.same);
}

}  // namespace
}  // namespace tally::identify
