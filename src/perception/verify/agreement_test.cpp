#include "perception/verify/agreement.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "perception/verify/average_precision.hpp"

namespace tally::verify {
namespace {

using vision::Box;
using vision::Detection;
using Detections = std::vector<Detection>;

// A square of side 10, `shift` to the right.
Detection square(float shift, float score, int class_id = 0) {
  return {Box{shift, 0, shift + 10, 10}, class_id, score};
}

TEST(Agreement, TheSameAnswersAgree) {
  Agreement agreement;
  const Detections found{square(0, 0.9F), square(30, 0.5F, 1)};
  agreement.add(found, found);
  EXPECT_EQ(agreement.f1(), 1);
  EXPECT_EQ(agreement.iou(), 1);
  EXPECT_EQ(agreement.score_difference(), 0);
  EXPECT_EQ(agreement.found_by_both(), 2);
}

TEST(Agreement, WhatOneAloneFindsCountsAgainstIt) {
  Agreement agreement;
  agreement.add(Detections{square(0, 0.9F), square(30, 0.5F)}, Detections{square(0, 0.7F)});
  EXPECT_DOUBLE_EQ(agreement.f1(), 2.0 / 3);
  EXPECT_NEAR(agreement.score_difference(), 0.2, 1e-6);
  agreement.add(Detections{}, Detections{square(0, 0.3F)});
  EXPECT_DOUBLE_EQ(agreement.f1(), 2.0 / 4);
  EXPECT_EQ(agreement.found_at_all(), 3);
}

TEST(Agreement, AnotherClassOrTooLittleOverlapIsAnotherThing) {
  Agreement other_class;
  other_class.add(Detections{square(0, 0.9F, 0)}, Detections{square(0, 0.9F, 1)});
  EXPECT_EQ(other_class.f1(), 0);
  // 10 x 10 squares 3 apart share 7 of 13; 4 apart, 6 of 14.
  Agreement near;
  near.add(Detections{square(0, 0.9F)}, Detections{square(3, 0.9F)});
  EXPECT_EQ(near.f1(), 1);
  EXPECT_NEAR(near.iou(), 7.0 / 13, 1e-6);
  Agreement far;
  far.add(Detections{square(0, 0.9F)}, Detections{square(4, 0.9F)});
  EXPECT_EQ(far.f1(), 0);
}

TEST(Agreement, EachIsTakenOnceWithTheNearest) {
  Agreement agreement;
  agreement.add(Detections{square(0, 0.9F), square(2, 0.8F)},
                Detections{square(2, 0.9F), square(0, 0.8F)});
  EXPECT_EQ(agreement.f1(), 1);
  EXPECT_EQ(agreement.iou(), 1);
}

TEST(Agreement, NothingFoundByEitherIsToldApart) {
  Agreement agreement;
  agreement.add(Detections{}, Detections{});
  EXPECT_EQ(agreement.f1(), 1);
  EXPECT_EQ(agreement.found_at_all(), 0);
}

Label label(float shift, int class_id = 0) {
  return {.class_id = class_id, .box = Box{shift, 0, shift + 10, 10}};
}

TEST(AveragePrecision, IsOneWhereAllIsFoundAndNothingElse) {
  AveragePrecision precision;
  EXPECT_FALSE(precision.value());
  precision.add(Detections{square(0, 0.9F), square(30, 0.4F)}, std::array{label(0), label(30)});
  EXPECT_DOUBLE_EQ(precision.value().value(), 1);
}

TEST(AveragePrecision, AFalseOneCostsOnlyWhatItIsSurerThan) {
  AveragePrecision behind;
  behind.add(Detections{square(0, 0.9F), square(50, 0.1F)}, std::array{label(0)});
  EXPECT_DOUBLE_EQ(behind.value().value(), 1);
  AveragePrecision before;
  before.add(Detections{square(50, 0.9F), square(0, 0.1F)}, std::array{label(0)});
  EXPECT_DOUBLE_EQ(before.value().value(), 0.5);
}

// Half the things found: precision 1 up to a recall of 0.5, which are 51 of 101 recalls.
TEST(AveragePrecision, WhatIsMissedCostsItsRecall) {
  AveragePrecision precision;
  precision.add(Detections{square(0, 0.9F)}, std::array{label(0), label(30)});
  EXPECT_DOUBLE_EQ(precision.value().value(), 51.0 / 101);
}

TEST(AveragePrecision, AThingFoundTwiceIsOnceFalse) {
  AveragePrecision precision;
  precision.add(Detections{square(0, 0.9F), square(0, 0.8F), square(30, 0.7F)},
                std::array{label(0), label(30)});
  // 1 up to a recall of 0.5, then 2 of 3.
  EXPECT_NEAR(precision.value().value(), (51 + 50 * 2.0 / 3) / 101, 1e-9);
}

TEST(AveragePrecision, ClassesWithLabelsCountAlike) {
  AveragePrecision precision;
  precision.add(Detections{square(0, 0.9F, 0), square(0, 0.9F, 7)},
                std::array{label(0, 0), label(30, 1)});
  EXPECT_DOUBLE_EQ(precision.value().value(), 0.5);
}

}  // namespace
}  // namespace tally::verify
