#include "perception/identify/identify.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "perception/identify/testing_gallery.hpp"

namespace tally::identify {
namespace {

using testing::at_cosine;
using testing::product;
using testing::unit;
using vision::Embedding;

// Numbers of no embedder in particular, so that a new one changes nothing here.
const IdentifyModel kModel{.concentration = 20,
                           .background = 0.6,
                           .same = 0.85,
                           .outlier = 0.02,
                           .same_camera = 0.7,
                           .other_camera = 0.3};

const IdentifyModel kCertain{.concentration = 20, .background = 0.6, .outlier = 1e-9};

double single(double cosine, const IdentifyModel& model = kModel) {
  const GalleryProduct cola = product("cola", {{1, 0, 0}});
  const Embedding seen = at_cosine(cosine);
  const std::vector<Look> looks{{seen, 0}};
  const std::vector<const GalleryProduct*> candidates{&cola};
  return log_likelihoods(looks, candidates, model)[0];
}

TEST(Identify, TheNearerALookTheMoreItSpeaksForTheProduct) {
  double last = -1e9;
  for (double cosine = -1; cosine <= 1; cosine += 0.05) {
    EXPECT_GE(single(cosine), last);
    last = single(cosine);
  }
  EXPECT_NEAR(single(kModel.background, kCertain), 0, 1e-6);
  EXPECT_NEAR(single(kModel.background + 0.1, kCertain), 0.1 * kModel.concentration, 1e-5);
}

TEST(Identify, OneLookCannotRuleAProductOut) {
  EXPECT_NEAR(single(-1), std::log(kModel.outlier), 1e-6);
  EXPECT_TRUE(std::isfinite(single(-1, {.concentration = 1e6})));
  EXPECT_TRUE(std::isfinite(single(1, {.concentration = 1e6})));
}

TEST(Identify, AnItemIsTheProductWhosePhotoItResembles) {
  const GalleryProduct cola = product("cola", {{1, 0, 0}});
  const GalleryProduct lime = product("lime", {{0, 1, 0}});
  const Embedding seen = unit({0.9F, 0.2F, 0.1F});
  const std::vector<Look> looks{{seen, 0}};
  const std::vector<const GalleryProduct*> candidates{&lime, &cola};
  const std::vector<double> priors{0.45, 0.45};
  const Posterior found = posterior(log_likelihoods(looks, candidates, kModel), priors);
  EXPECT_GT(found.candidates[1], 0.95);
  EXPECT_LT(found.candidates[0], 0.01);
  EXPECT_NEAR(found.candidates[0] + found.candidates[1] + found.none, 1, 1e-9);
}

TEST(Identify, WhatResemblesNoPhotoIsNoneOfThese) {
  const GalleryProduct cola = product("cola", {{1, 0, 0}});
  const GalleryProduct lime = product("lime", {{0, 1, 0}});
  const Embedding seen = unit({0.1F, 0.1F, 0.9F});
  const std::vector<Look> looks{{seen, 0}, {seen, 1}};
  const std::vector<const GalleryProduct*> candidates{&cola, &lime};
  const std::vector<double> priors{0.45, 0.45};
  EXPECT_GT(posterior(log_likelihoods(looks, candidates, kModel), priors).none, 0.9);
}

TEST(Identify, IdenticalProductsShareTheProbability) {
  const GalleryProduct one = product("one", {{1, 0, 0}});
  const GalleryProduct two = product("two", {{1, 0, 0}});
  const Embedding seen = at_cosine(0.95);
  const std::vector<Look> looks(9, Look{seen, 0});
  const std::vector<const GalleryProduct*> candidates{&one, &two};
  const std::vector<double> priors{0.4, 0.4};
  const Posterior found = posterior(log_likelihoods(looks, candidates, kModel), priors);
  EXPECT_NEAR(found.candidates[0], 0.5, 0.01);
  EXPECT_NEAR(found.candidates[0], found.candidates[1], 1e-12);
}

TEST(Identify, AProductWithoutPhotosIsUnknownAndNotImpossible) {
  const GalleryProduct cola = product("cola", {{1, 0, 0}});
  const std::vector<const GalleryProduct*> candidates{&cola, nullptr};
  const std::vector<double> priors{0.45, 0.45};
  const Embedding other = at_cosine(0.0);
  const std::vector<Look> unlike{{other, 0}};
  const std::vector<double> against = log_likelihoods(unlike, candidates, kModel);
  EXPECT_EQ(against[1], 0);
  EXPECT_GT(posterior(against, priors).candidates[1], 0.8);
  const Embedding same = at_cosine(0.98);
  const std::vector<Look> like{{same, 0}};
  EXPECT_GT(posterior(log_likelihoods(like, candidates, kModel), priors).candidates[0], 0.95);
}

TEST(Identify, AnItemIsStrangeWhereItsBetterLooksResembleNoPhotoWell) {
  const GalleryProduct cola = product("cola", {{1, 0, 0}});
  const std::vector<const GalleryProduct*> candidates{&cola, nullptr};
  const IdentifyModel model{.strange_slope = 30, .strange_middle = 0.8};
  const auto of = [&](const std::vector<double>& cosines) {
    std::vector<Embedding> seen;
    for (const double cosine : cosines) seen.push_back(at_cosine(cosine));
    std::vector<Look> looks;
    for (const Embedding& one : seen) looks.push_back({one, 0});
    return strangeness(looks, candidates, model);
  };
  EXPECT_NEAR(of({0.8}), 0, 1e-5);
  EXPECT_NEAR(of({0.75}), 1.5, 1e-4);
  EXPECT_NEAR(of({0.85}), -1.5, 1e-4);
  EXPECT_EQ(of({0.1}), kStrangeMax);
  EXPECT_EQ(of({}), 0);
  const Embedding seen = at_cosine(0.2);
  const std::vector<Look> look{{seen, 0}};
  const std::vector<const GalleryProduct*> unknown{nullptr};
  EXPECT_EQ(strangeness(look, unknown, model), 0);
  // Three of four looks are at the hand; the fourth does not make it a product, two of five do.
  EXPECT_GT(of({0.5, 0.5, 0.5, 0.95}), 0);
  EXPECT_LT(of({0.5, 0.5, 0.5, 0.95, 0.95}), 0);
}

TEST(Identify, ManyLooksThatResembleAProductSomewhatAreOfNoneOfThem) {
  const GalleryProduct cola = product("cola", std::vector<Embedding>(4, {1, 0, 0}));
  const GalleryProduct lime = product("lime", std::vector<Embedding>(4, {0, 0, 1}));
  const std::vector<const GalleryProduct*> candidates{&cola, &lime, nullptr};
  const std::vector<double> priors{0.3, 0.3, 0.3};
  const auto none = [&](double cosine, std::size_t count) {
    const Embedding seen = at_cosine(cosine);
    const std::vector<Look> looks(count, Look{seen, 0});
    return posterior(log_likelihoods_of_items(looks, candidates, kModel), priors).none;
  };
  const auto as_looks = [&](double cosine, std::size_t count) {
    const Embedding seen = at_cosine(cosine);
    const std::vector<Look> looks(count, Look{seen, 0});
    return posterior(log_likelihoods(looks, candidates, kModel), priors).none;
  };
  EXPECT_GT(none(0.66, 20), 3 * as_looks(0.66, 20));
  EXPECT_LT(none(0.9, 20), 0.02);
  EXPECT_GT(none(0.66, 20), none(0.66, 4));
  EXPECT_EQ(none(0.66, 0), as_looks(0.66, 0));
  // One photo of each tells little of what resembles none.
  const GalleryProduct bare = product("cola", {{1, 0, 0}});
  const std::vector<const GalleryProduct*> once_photographed{&bare};
  const Embedding other = at_cosine(0.66);
  const std::vector<Look> many(20, Look{other, 0});
  EXPECT_GT(log_likelihoods_of_items(many, once_photographed, kModel)[0], -1);
  const Embedding once = at_cosine(0.66);
  const std::vector<Look> few(1, Look{once, 0});
  EXPECT_EQ(log_likelihoods_of_items(few, candidates, kModel)[2], 0);  // Unknown as before.
}

TEST(Identify, MorePhotosAddViewsAndNotVotes) {
  const GalleryProduct once = product("once", {{1, 0, 0}});
  const GalleryProduct often = product("often", {{1, 0, 0}, {1, 0, 0}, {1, 0, 0}});
  const GalleryProduct sides = product("sides", {{1, 0, 0}, {0, 0, 1}});
  const std::vector<const GalleryProduct*> candidates{&once, &often, &sides};
  const Embedding front = at_cosine(0.95);
  const std::vector<Look> from_front{{front, 0}};
  const auto seen_from_front = log_likelihoods(from_front, candidates, kModel);
  EXPECT_NEAR(seen_from_front[0], seen_from_front[1], 1e-9);
  EXPECT_NEAR(seen_from_front[2], seen_from_front[0] - std::log(2.0), 0.02);
  const Embedding back = at_cosine(0.2, 2);
  const std::vector<Look> from_back{{back, 0}};
  const auto seen_from_back = log_likelihoods(from_back, candidates, kModel);
  EXPECT_GT(seen_from_back[2], seen_from_back[0] + 3);
}

TEST(Identify, LooksOfOneCameraAreNoIndependentWitnesses) {
  const GalleryProduct cola = product("cola", {{1, 0, 0}});
  const std::vector<const GalleryProduct*> candidates{&cola};
  const Embedding seen = at_cosine(0.8);
  const double one = single(0.8);
  double last = 0;
  for (std::size_t n = 1; n <= 1000; n = n * 3 + 1) {
    const std::vector<Look> looks(n, Look{seen, 4});
    const double all = log_likelihoods(looks, candidates, kModel)[0];
    EXPECT_GT(all, last);
    EXPECT_LE(all, one / kModel.same_camera);
    EXPECT_NEAR(all, one * effective_looks(looks, kModel), 1e-9);
    last = all;
  }
  EXPECT_NEAR(last, one / kModel.same_camera, 0.01);
}

TEST(Identify, ASecondCameraSaysMoreThanASecondLook) {
  const Embedding seen = at_cosine(0.8);
  const std::vector<Look> same{{seen, 0}, {seen, 0}};
  const std::vector<Look> other{{seen, 0}, {seen, 1}};
  EXPECT_GT(effective_looks(other, kModel), effective_looks(same, kModel) + 0.2);
  std::vector<Look> many;
  for (int camera = 0; camera < 100; ++camera) {
    for (int i = 0; i < 100; ++i) many.push_back({seen, camera});
  }
  EXPECT_LE(effective_looks(many, kModel), 1 / (kModel.same_camera * kModel.other_camera));
}

TEST(Identify, WithoutLooksThePriorsRemain) {
  const GalleryProduct cola = product("cola", {{1, 0, 0}});
  const std::vector<const GalleryProduct*> candidates{&cola};
  const std::vector<double> priors{0.7};
  const Posterior found = posterior(log_likelihoods({}, candidates, kModel), priors);
  EXPECT_NEAR(found.candidates[0], 0.7, 1e-12);
  EXPECT_NEAR(found.none, 0.3, 1e-12);
}

TEST(Posterior, StaysOneWhateverTheEvidence) {
  const std::vector<double> priors{0.5, 0.5};
  for (const double far : {-1e6, -800.0, 800.0, 1e6}) {
    const std::vector<double> evidence{far, 0};
    const Posterior found = posterior(evidence, priors);
    EXPECT_NEAR(found.candidates[0] + found.candidates[1] + found.none, 1, 1e-9) << far;
    EXPECT_NEAR(found.candidates[0], far > 0 ? 1 : 0, 1e-6);
  }
  const std::vector<double> impossible{0.0, 1.0};
  const std::vector<double> evidence{1e6, 0};
  EXPECT_NEAR(posterior(evidence, impossible).candidates[1], 1, 1e-9);
}

// Looks drawn from the model itself: probabilities must be as often right as they say.
TEST(Identify, ProbabilitiesAreCalibratedUnderTheModel) {
  constexpr std::size_t kDimensions = 16;
  std::mt19937 generator(7);
  std::normal_distribution<float> normal;
  const auto direction = [&] {
    Embedding values(kDimensions);
    for (float& value : values) value = normal(generator);
    return unit(std::move(values));
  };
  const GalleryProduct a = product("a", {direction()});
  const GalleryProduct b = product("b", {direction()});
  const std::vector<const GalleryProduct*> candidates{&a, &b};
  const std::vector<double> priors{0.5, 0.5};
  // A kernel of this concentration has this spread in each of many dimensions.
  const float spread = 1 / std::sqrt(static_cast<float>(kModel.concentration));
  double said = 0;
  double right = 0;
  for (int i = 0; i < 4000; ++i) {
    const GalleryProduct& truth = i % 2 == 0 ? a : b;
    Embedding seen = truth.photos[0].embedding;
    for (float& value : seen) value += spread * normal(generator);
    seen = unit(std::move(seen));
    const std::vector<Look> looks{{seen, 0}};
    const Posterior found = posterior(log_likelihoods(looks, candidates, kModel), priors);
    const bool says_a = found.candidates[0] > found.candidates[1];
    said += std::max(found.candidates[0], found.candidates[1]);
    right += says_a == (i % 2 == 0) ? 1 : 0;
  }
  EXPECT_NEAR(said / 4000, right / 4000, 0.03);
  EXPECT_GT(right / 4000, 0.9);
}

}  // namespace
}  // namespace tally::identify
