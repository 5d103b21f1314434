// From what pictures show to probabilities, with pictures made up as numbers.
#include <gmock/gmock.h>

#include "perception/identify/audit.hpp"
#include "perception/identify/testing_gallery.hpp"

namespace tally::identify {
namespace {

using testing::at_cosine;
using testing::gallery;
using testing::product;
using vision::Embedding;

const std::vector<AuditFacing> kTwo{{.id = "f1", .product = "cola", .box = {0, 0, 0.5F, 1}},
                                    {.id = "f2", .product = "lime", .box = {0.5F, 0, 1, 1}}};
const Embedding kCola{1, 0, 0};
const Embedding kLime{0, 1, 0};
const Embedding kShelf{0, 0, 1};

FacingView unchanged() {
  FacingView view;
  view.structure = view.moved_structure = 0.97;
  view.colors = 0.02;
  return view;
}

FacingView changed() {
  FacingView view;
  view.structure = view.moved_structure = 0.1;
  view.colors = 0.5;
  return view;
}

Comparison of(const FacingView& first, const FacingView& second = unchanged()) {
  Comparison comparison;
  comparison.alignment.found = true;
  comparison.alignment.noise = 0.05;
  comparison.views = {first, second};
  return comparison;
}

Gallery shelf_gallery() { return gallery({product("cola", {kCola}), product("lime", {kLime})}); }

FacingAudit first_of(const FacingView& view, const FacingLooks& looks = {},
                     const Gallery* known = nullptr,
                     const std::vector<AuditFacing>& facings = kTwo) {
  return judge(facings, of(view), looks, known)[0];
}

TEST(Judge, WithoutAnyCueAChangeIsMostLikelyASale) {
  const FacingAudit found = first_of(changed());
  EXPECT_EQ(found.change(), FacingChange::kGone);
  EXPECT_LT(found.probability(), 0.95) << "it may have been empty before";
  EXPECT_EQ(first_of(unchanged()).change(), FacingChange::kSame);
  EXPECT_GT(first_of(unchanged()).same, 0.99);
}

TEST(Judge, StockAndContrastTellGoneFromCame) {
  std::vector<AuditFacing> stocked = kTwo;
  stocked[0].stock = 2;
  EXPECT_GT(first_of(changed(), {}, nullptr, stocked).gone, 0.85);
  stocked[0].stock = 0;
  EXPECT_GT(first_of(changed(), {}, nullptr, stocked).came, 0.7);
  FacingView appeared = changed();
  appeared.contrast_before = 0.01;
  appeared.contrast_after = 0.4;
  EXPECT_EQ(first_of(appeared).change(), FacingChange::kCame);
  FacingView left = changed();
  left.contrast_before = 0.4;
  left.contrast_after = 0.01;
  EXPECT_GT(first_of(left).gone, 0.97);
}

TEST(Judge, NoSingleEvidenceIsCertain) {
  FacingView odd = unchanged();
  odd.structure = odd.moved_structure = -1;
  odd.colors = 0;
  const FacingAudit found = first_of(odd);
  EXPECT_GT(found.same, 0.01);
  EXPECT_GT(found.gone, 1e-5);
  for (const double value : {found.same, found.gone, found.came, found.other}) {
    EXPECT_TRUE(value >= 0 && value <= 1);
  }
}

TEST(Judge, PicturesThatAreUnlikeEverywhereSayLessWhereTheyAreUnlike) {
  FacingView doubtful = unchanged();
  doubtful.structure = doubtful.moved_structure = 0.8;
  doubtful.colors = 0.12;
  Comparison fixed = of(doubtful);
  fixed.alignment.noise = 0.01;
  Comparison held = of(doubtful);
  held.alignment.noise = 0.35;
  EXPECT_LT(judge(kTwo, fixed, {}, nullptr)[0].same, judge(kTwo, held, {}, nullptr)[0].same - 0.1);
}

TEST(Judge, FlatPlacesAreJudgedByTheirColours) {
  FacingView flat = unchanged();
  flat.flat = true;
  flat.structure = flat.moved_structure = 0;
  EXPECT_EQ(first_of(flat).change(), FacingChange::kSame);
  flat.colors = 0.6;
  EXPECT_EQ(first_of(flat).change(), FacingChange::kGone);
}

TEST(Judge, EmbeddingsTellWhatIsThere) {
  const Gallery known = shelf_gallery();
  const FacingAudit gone = first_of(changed(), {{kCola, kLime}, {kShelf, kLime}}, &known);
  EXPECT_GT(gone.gone, 0.9);
  const FacingAudit came = first_of(changed(), {{kShelf, kLime}, {kCola, kLime}}, &known);
  EXPECT_GT(came.came, 0.9);
  const FacingAudit other = first_of(changed(), {{kCola, kLime}, {kLime, kLime}}, &known);
  EXPECT_EQ(other.change(), FacingChange::kOther);
  EXPECT_EQ(other.other_product, "lime");
  EXPECT_GT(2 * other.other_left, other.other);
}

TEST(Judge, AnItemThatWasTurnedIsKnownByItsLooks) {
  const Gallery known =
      gallery({product("cola", {kCola, at_cosine(0.3, 2)}), product("lime", {kLime})});
  FacingView turned = changed();
  turned.colors = 0.12;
  const FacingLooks looks{{kCola, kLime}, {at_cosine(0.3, 2), kLime}};
  EXPECT_GT(first_of(turned, looks, &known).same, first_of(turned).same + 0.3);
  EXPECT_EQ(first_of(turned, looks, &known).change(), FacingChange::kSame);
}

TEST(Judge, AProductWithoutPhotosIsJudgedByThePicturesAlone) {
  const Gallery none = gallery();
  const FacingLooks looks{{kCola, kLime}, {kShelf, kLime}};
  const FacingAudit with = first_of(changed(), looks, &none);
  const FacingAudit without = first_of(changed(), looks, nullptr);
  EXPECT_EQ(with.gone, without.gone);
  EXPECT_EQ(with.change(), FacingChange::kGone);
}

TEST(AuditLines, AReplacedItemLeftAndTheOtherCame) {
  FacingAudit replaced;
  replaced.other = 0.9;
  replaced.other_left = 0.85;
  replaced.other_product = "lime";
  replaced.same = 0.1;
  FacingAudit same;
  same.same = 1;
  const std::vector<FacingAudit> audits{replaced, same};
  const auto lines = audit_lines(kTwo, audits);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].left, 1);
  EXPECT_EQ(lines[0].came, 0);
  EXPECT_EQ(lines[1].left, 0);
  EXPECT_EQ(lines[1].came, 1);
  EXPECT_NEAR(lines[1].probability, 0.9, 1e-9);
  FacingAudit foreign = replaced;
  foreign.other_left = 0.1;
  const std::vector<FacingAudit> came{foreign, same};
  EXPECT_EQ(audit_lines(kTwo, came)[0].left, 0);
}

}  // namespace
}  // namespace tally::identify
