#include "perception/vision/head.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

#include "perception/vision/test_tensors.hpp"

namespace tally::vision {
namespace {

using inference::HeadFamily;
using testing::Tensor;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr int kClasses = 3;
constexpr Size kNetwork{64, 32};  // Cells: 8x4 + 4x2 + 2x1 = 42.
constexpr std::int64_t kCells = 42;

Tensor empty_output(HeadFamily family, std::int64_t batch = 1) {
  switch (family) {
    case HeadFamily::kYolov5:
      return Tensor({batch, 3 * kCells, 5 + kClasses});
    case HeadFamily::kYolov8:
      return Tensor({batch, 4 + kClasses, kCells});
    case HeadFamily::kYolov8Seg:
      return Tensor({batch, 4 + kClasses + 2, kCells});
    case HeadFamily::kEndToEnd:
      return Tensor({batch, 10, 6});
    case HeadFamily::kYolox:
      return Tensor({batch, kCells, 5 + kClasses});
    case HeadFamily::kNone:
      return Tensor({batch, 16});
  }
  std::abort();
}

// Puts one candidate, so that its decoded box is 16 wide and 8 high around (20, 12), its class 1.
void put(HeadFamily family, Tensor& tensor, std::int64_t b, std::int64_t i, float score) {
  const auto set = [&](std::int64_t k, float value) {
    const bool columns = family == HeadFamily::kYolov8 || family == HeadFamily::kYolov8Seg;
    (columns ? tensor.at({b, k, i}) : tensor.at({b, i, k})) = value;
  };
  if (family == HeadFamily::kEndToEnd) {
    const float row[6] = {12, 8, 28, 16, score, 1};
    for (std::int64_t k = 0; k < 6; ++k) set(k, row[k]);
    return;
  }
  if (family == HeadFamily::kYolox) {
    // Cells 0..31 have stride 8 (8 columns), 32..39 stride 16 (4 columns), 40..41 stride 32.
    const std::int64_t stride = i < 32 ? 8 : i < 40 ? 16 : 32;
    const std::int64_t cell = i < 32 ? i : i < 40 ? i - 32 : i - 40;
    const auto s = static_cast<float>(stride);
    set(0, 20 / s - static_cast<float>(cell % (64 / stride)));
    set(1, 12 / s - static_cast<float>(cell / (64 / stride)));
    set(2, std::log(16 / s));
    set(3, std::log(8 / s));
  } else {
    const float box[4] = {20, 12, 16, 8};
    for (std::int64_t k = 0; k < 4; ++k) set(k, box[k]);
  }
  const bool objectness = family == HeadFamily::kYolov5 || family == HeadFamily::kYolox;
  if (objectness) set(4, 0.5F);
  const float factor = objectness ? 2.0F : 1.0F;
  set(objectness ? 5 : 4, score * factor * 0.5F);
  set(objectness ? 6 : 5, score * factor);
}

class EveryHead : public ::testing::TestWithParam<HeadFamily> {
 protected:
  [[nodiscard]] std::vector<Tensor> outputs(std::int64_t batch = 1) const {
    std::vector<Tensor> made{empty_output(GetParam(), batch)};
    if (GetParam() == HeadFamily::kYolov8Seg) made.emplace_back(inference::Shape{batch, 2, 8, 16});
    return made;
  }
  [[nodiscard]] static Result<Head> head(const std::vector<Tensor>& tensors) {
    return Head::make(GetParam(), kNetwork, kClasses, testing::specs_of(tensors));
  }
  [[nodiscard]] static std::vector<Candidate> decode(const std::vector<Tensor>& tensors,
                                                     std::size_t batch_index = 0,
                                                     float score_min = 0.25F) {
    std::vector<Candidate> candidates;
    const Result<Head> made = head(tensors);
    EXPECT_TRUE(made) << made.error().message;
    const auto done = made->decode(testing::views_of(tensors), batch_index, score_min, candidates);
    EXPECT_TRUE(done) << done.error().message;
    return candidates;
  }
  [[nodiscard]] std::int64_t count() const {
    const inference::Shape shape = outputs()[0].shape;
    const bool columns = GetParam() == HeadFamily::kYolov8 || GetParam() == HeadFamily::kYolov8Seg;
    return shape[columns ? 2 : 1];
  }
};

TEST_P(EveryHead, ReadsBoxClassScoreAndIndexInEveryPictureOfABatch) {
  std::vector<Tensor> tensors = outputs(2);
  const std::vector<std::int64_t> places{0, count() / 2, count() - 1};
  for (const std::int64_t i : places) put(GetParam(), tensors[0], 1, i, 0.4F);
  EXPECT_TRUE(decode(tensors, 0).empty());
  const std::vector<Candidate> found = decode(tensors, 1);
  ASSERT_EQ(found.size(), places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    EXPECT_EQ(found[i].index, static_cast<std::uint32_t>(places[i]));
    EXPECT_EQ(found[i].class_id, 1);
    EXPECT_FLOAT_EQ(found[i].score, 0.4F);
    EXPECT_NEAR(found[i].box.left, 12, 1e-4);
    EXPECT_NEAR(found[i].box.top, 8, 1e-4);
    EXPECT_NEAR(found[i].box.right, 28, 1e-4);
    EXPECT_NEAR(found[i].box.bottom, 16, 1e-4);
  }
}

TEST_P(EveryHead, KeepsExactlyWhatReachesTheScore) {
  std::vector<Tensor> tensors = outputs();
  put(GetParam(), tensors[0], 0, 2, 0.25F);
  put(GetParam(), tensors[0], 0, 3, 0.2499F);
  const std::vector<Candidate> found = decode(tensors);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].index, 2U);
}

TEST_P(EveryHead, FindsAllCandidatesAndNone) {
  std::vector<Tensor> tensors = outputs();
  EXPECT_TRUE(decode(tensors).empty());
  for (std::int64_t i = 0; i < count(); ++i) put(GetParam(), tensors[0], 0, i, 0.5F);
  EXPECT_EQ(decode(tensors).size(), static_cast<std::size_t>(count()));
}

TEST_P(EveryHead, IgnoresWhatIsNotFinite) {
  for (const float poison : {kNan, kInf, -kInf}) {
    std::vector<Tensor> tensors = outputs();
    for (float& value : tensors[0].values) value = poison;
    EXPECT_TRUE(decode(tensors).empty()) << poison;
    put(GetParam(), tensors[0], 0, 4, 0.5F);
    // For one whole candidate among poison; poison in its last class does not hide the best one.
    const std::vector<Candidate> found = decode(tensors);
    ASSERT_EQ(found.size(), 1U) << poison;
    EXPECT_EQ(found[0].class_id, 1);
  }
}

TEST_P(EveryHead, IgnoresBoxesThatAreNotFiniteOrHaveNoArea) {
  const bool columns = GetParam() == HeadFamily::kYolov8 || GetParam() == HeadFamily::kYolov8Seg;
  for (const float value : {kNan, kInf, -1e9F}) {
    std::vector<Tensor> tensors = outputs();
    put(GetParam(), tensors[0], 0, 1, 0.5F);
    (columns ? tensors[0].at({0, 2, 1}) : tensors[0].at({0, 1, 2})) = value;
    EXPECT_TRUE(decode(tensors).empty()) << value;
  }
}

TEST_P(EveryHead, RefusesTensorsThatAreNotWhatWasPromised) {
  const std::vector<Tensor> tensors = outputs();
  const Result<Head> made = head(tensors);
  ASSERT_TRUE(made);
  std::vector<Candidate> candidates;
  std::vector<inference::TensorView> views = testing::views_of(tensors);
  EXPECT_FALSE(made->decode(views, 1, 0.25F, candidates));  // There is no picture 1.
  EXPECT_FALSE(made->decode({}, 0, 0.25F, candidates));
  views[0].bytes = views[0].bytes.first(views[0].bytes.size() - 4);
  EXPECT_FALSE(made->decode(views, 0, 0.25F, candidates));
  views = testing::views_of(tensors);
  views[0].shape.back() += 1;
  EXPECT_FALSE(made->decode(views, 0, 0.25F, candidates));
}

INSTANTIATE_TEST_SUITE_P(Families, EveryHead,
                         ::testing::Values(HeadFamily::kYolov5, HeadFamily::kYolov8,
                                           HeadFamily::kYolov8Seg, HeadFamily::kEndToEnd,
                                           HeadFamily::kYolox),
                         [](const auto& info) {
                           std::string name(inference::name_of(info.param));
                           std::erase(name, '-');
                           return name;
                         });

TEST(Head, RefusesAClassListThatDoesNotFit) {
  const std::vector<Tensor> tensors{empty_output(HeadFamily::kYolov8)};
  const auto head = Head::make(HeadFamily::kYolov8, kNetwork, 80, testing::specs_of(tensors));
  ASSERT_FALSE(head);
  EXPECT_NE(head.error().message.find("[1,7,42]"), std::string::npos) << head.error().message;
}

TEST(Head, RefusesAnEmbeddersOutput) {
  const std::vector<Tensor> tensors{empty_output(HeadFamily::kNone)};
  EXPECT_FALSE(Head::make(HeadFamily::kNone, kNetwork, kClasses, testing::specs_of(tensors)));
}

TEST(Head, TakesTheFirstOfEquallyScoredClasses) {
  std::vector<Tensor> tensors{empty_output(HeadFamily::kYolov8)};
  put(HeadFamily::kYolov8, tensors[0], 0, 5, 0.6F);
  tensors[0].at({0, 6, 5}) = 0.6F;
  const auto head =
      Head::make(HeadFamily::kYolov8, kNetwork, kClasses, testing::specs_of(tensors)).value();
  std::vector<Candidate> found;
  ASSERT_TRUE(head.decode(testing::views_of(tensors), 0, 0.25F, found));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].class_id, 1);
}

TEST(Head, EndToEndIgnoresClassesThatDoNotExist) {
  std::vector<Tensor> tensors{empty_output(HeadFamily::kEndToEnd)};
  for (std::int64_t i = 0; i < 4; ++i) put(HeadFamily::kEndToEnd, tensors[0], 0, i, 0.5F);
  tensors[0].at({0, 0, 5}) = 3;
  tensors[0].at({0, 1, 5}) = -0.5F;
  tensors[0].at({0, 2, 5}) = kNan;
  const auto head =
      Head::make(HeadFamily::kEndToEnd, kNetwork, kClasses, testing::specs_of(tensors)).value();
  std::vector<Candidate> found;
  ASSERT_TRUE(head.decode(testing::views_of(tensors), 0, 0.25F, found));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].index, 3U);
}

TEST(Head, ReadsTheMaskCoefficientsOfACandidate) {
  std::vector<Tensor> tensors{empty_output(HeadFamily::kYolov8Seg, 2),
                              Tensor(inference::Shape{2, 2, 8, 16})};
  tensors[0].at({1, 4 + kClasses, 7}) = 1.5F;
  tensors[0].at({1, 4 + kClasses + 1, 7}) = -2.5F;
  const auto head =
      Head::make(HeadFamily::kYolov8Seg, kNetwork, kClasses, testing::specs_of(tensors)).value();
  ASSERT_EQ(head.mask_coefficients(), 2);
  std::vector<float> coefficients(2);
  head.read_coefficients(testing::views_of(tensors), 1, 7, coefficients);
  EXPECT_EQ(coefficients, (std::vector<float>{1.5F, -2.5F}));
}

}  // namespace
}  // namespace tally::vision
