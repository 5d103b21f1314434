#include "perception/vision/detector.hpp"

#include <gtest/gtest.h>

#include <map>
#include <utility>

#include "perception/vision/error.hpp"
#include "perception/vision/test_frames.hpp"
#include "perception/vision/test_tensors.hpp"

namespace tally::vision {
namespace {

using inference::ElementType;
using inference::EngineError;
using inference::Shape;
using inference::TensorSpec;
using testing::Tensor;

constexpr int kSide = 64;  // 84 cells.

// Finds one thing per picture: a 16x16 box whose center is (red, green) of the input's middle
// pixel. It computes when asked to wait, newest or oldest first does not matter, and fails on the
// requests it is told to.
class FakeEngine : public inference::Engine {
 public:
  struct Faults {
    int start_number = -1;  // Counted over all starts, from 0.
    int wait_number = -1;
  };

  FakeEngine(std::size_t requests, Faults faults, bool masks)
      : faults_(faults), inputs_{{"images", ElementType::kU8, {1, kSide, kSide, 3}}} {
    std::vector<Tensor> outputs{Tensor({1, masks ? 8 : 6, 84})};
    if (masks) outputs.emplace_back(Shape{1, 2, 16, 16});
    outputs_ = testing::specs_of(outputs);
    slots_.assign(requests, Slot{std::vector<std::uint8_t>(kSide * kSide * 3), outputs});
  }

  // Whoever destroys an engine has waited for its requests.
  ~FakeEngine() override { EXPECT_EQ(running(), 0); }

  const std::vector<TensorSpec>& inputs() const override { return inputs_; }
  const std::vector<TensorSpec>& outputs() const override { return outputs_; }
  std::size_t request_count() const override { return slots_.size(); }
  std::string description() const override { return "fake"; }

  inference::MutableTensorView input(std::size_t request, std::size_t) override {
    EXPECT_FALSE(slots_[request].running);
    return {ElementType::kU8, inputs_[0].shape,
            std::as_writable_bytes(std::span(slots_[request].picture))};
  }
  Result<void> start(std::size_t request) override {
    EXPECT_FALSE(slots_[request].running);
    if (starts_++ == faults_.start_number) return fail(EngineError::kExecution, "no start");
    slots_[request].running = true;
    return {};
  }
  Result<void> wait(std::size_t request) override {
    Slot& slot = slots_[request];
    EXPECT_TRUE(slot.running);
    slot.running = false;
    if (waits_++ == faults_.wait_number) return fail(EngineError::kExecution, "no answer");
    const std::size_t middle = (kSide / 2 * kSide + kSide / 2) * 3;
    Tensor& boxes = slot.outputs[0];
    boxes.at({0, 0, 7}) = slot.picture[middle];
    boxes.at({0, 1, 7}) = slot.picture[middle + 1];
    boxes.at({0, 2, 7}) = 16;
    boxes.at({0, 3, 7}) = 16;
    boxes.at({0, 5, 7}) = 0.5F;
    if (slot.outputs.size() > 1) {
      boxes.at({0, 6, 7}) = 1;
      std::fill_n(slot.outputs[1].values.begin(), 256, 1.0F);
    }
    return {};
  }
  inference::TensorView output(std::size_t request, std::size_t index) const override {
    return testing::views_of(slots_[request].outputs)[index];
  }

  int running() const {
    int count = 0;
    for (const Slot& slot : slots_) count += slot.running ? 1 : 0;
    return count;
  }

 private:
  struct Slot {
    std::vector<std::uint8_t> picture;
    std::vector<Tensor> outputs;
    bool running = false;
  };
  Faults faults_;
  int starts_ = 0;
  int waits_ = 0;
  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
  std::vector<Slot> slots_;
};

inference::ModelPackage package(bool masks = false) {
  inference::ModelPackage package;
  package.name = "made-up";
  package.head = masks ? inference::HeadFamily::kYolov8Seg : inference::HeadFamily::kYolov8;
  package.input.width = kSide;
  package.input.height = kSide;
  package.class_names = {"left", "right"};
  return package;
}

std::unique_ptr<Detector> make(std::size_t requests, FakeEngine::Faults faults = {},
                               bool masks = false, const DetectorOptions& options = {}) {
  auto made = Detector::with_engine(package(masks),
                                    std::make_unique<FakeEngine>(requests, faults, masks), options);
  EXPECT_TRUE(made) << made.error().message;
  return std::move(*made);
}

// A flat RGB frame that makes the engine find a thing at (x, y) of its input.
media::Frame frame(int x, int y = 32, int width = kSide, int height = kSide) {
  return testing::make_frame(media::PixelFormat::kRgb24, width, height,
                             [=](int, int byte, int) { return byte % 3 == 0 ? x : y; });
}

TEST(Detector, AnswersInTheOrderOfSubmissionWithSeveralInFlight) {
  const auto detector = make(3);
  EXPECT_EQ(detector->capacity(), 3U);
  std::vector<float> centers;
  int next = 0;
  while (centers.size() < 10) {
    while (next < 10 && detector->in_flight() < detector->capacity()) {
      ASSERT_TRUE(detector->submit(frame(10 + next++)));
    }
    const auto found = detector->collect();
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 1U);
    centers.push_back((*found)[0].box.center().x);
  }
  for (int i = 0; i < 10; ++i) EXPECT_EQ(centers[static_cast<std::size_t>(i)], 10 + i);
}

TEST(Detector, GivesBoxesInTheFramesPixelsClippedToIt) {
  const auto detector = make(1);
  const auto found = detector->detect(frame(60, 32, 128, 96));  // Half size, 8 rows of grey.
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ((*found)[0].box, (Box{104, 32, 128, 64}));
  EXPECT_EQ((*found)[0].class_id, 1);
  EXPECT_FLOAT_EQ((*found)[0].score, 0.5F);
  const auto outside = detector->detect(frame(90, 32));
  ASSERT_TRUE(outside);
  EXPECT_TRUE(outside->empty());
}

TEST(Detector, MapsARegionBackToTheWholeFrame) {
  const auto detector = make(1);
  ASSERT_TRUE(detector->submit(frame(32, 32, 200, 100), Region{100, 20, 64, 64}));
  const auto found = detector->collect();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->at(0).box, (Box{124, 44, 140, 60}));
}

TEST(Detector, UsesThePackagesThresholdsUnlessToldOtherwise) {
  EXPECT_EQ(make(1)->detect(frame(32))->size(), 1U);
  EXPECT_EQ(make(1, {}, false, {.engine = {}, .score = 0.6F, .iou = {}})->detect(frame(32))->size(),
            0U);
}

TEST(Detector, GivesMasksOfTheFramesSize) {
  const auto detector = make(1, {}, true);
  ASSERT_TRUE(detector->submit(frame(32)));
  const auto found = detector->collect_with_masks();
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ((*found)[0].mask.picture, (Size{kSide, kSide}));
  EXPECT_EQ(area((*found)[0].mask), 16U * 16U);
  const auto plain = make(1);
  ASSERT_TRUE(plain->submit(frame(32)));
  EXPECT_TRUE(plain->collect_with_masks()->at(0).mask.empty());
}

TEST(Detector, AFailedRequestIsAnErrorOfThatFrameAlone) {
  const auto detector = make(2, {.start_number = 1, .wait_number = 1});
  EXPECT_TRUE(detector->submit(frame(10)));
  EXPECT_FALSE(detector->submit(frame(11)));
  EXPECT_EQ(detector->in_flight(), 1U);
  EXPECT_TRUE(detector->submit(frame(12)));
  EXPECT_TRUE(detector->collect());
  EXPECT_FALSE(detector->collect());
  EXPECT_EQ(detector->in_flight(), 0U);
  EXPECT_EQ(detector->detect(frame(13))->at(0).box.center().x, 13);
}

TEST(Detector, RefusesAnEngineThatDoesNotFitThePackage) {
  inference::ModelPackage wide = package();
  wide.input.width = 2 * kSide;
  auto refused =
      Detector::with_engine(wide, std::make_unique<FakeEngine>(1, FakeEngine::Faults{}, false));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code.name, code_of(VisionError::kInputShape).name);
  inference::ModelPackage named = package();
  named.class_names.emplace_back("third");
  refused =
      Detector::with_engine(named, std::make_unique<FakeEngine>(1, FakeEngine::Faults{}, false));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code.name, code_of(VisionError::kOutputShape).name);
}

TEST(Detector, RefusesAnEmbedder) {
  inference::ModelPackage embedder = package();
  embedder.task = inference::Task::kEmbed;
  embedder.head = inference::HeadFamily::kNone;
  embedder.class_names.clear();
  const auto refused =
      Detector::with_engine(embedder, std::make_unique<FakeEngine>(1, FakeEngine::Faults{}, false));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code.name, code_of(VisionError::kTask).name);
}

TEST(Detector, WaitsForWhatIsInFlightWhenItIsDestroyed) {
  const auto detector = make(3);  // Its engine checks.
  ASSERT_TRUE(detector->submit(frame(1)));
  ASSERT_TRUE(detector->submit(frame(2)));
  EXPECT_EQ(dynamic_cast<const FakeEngine&>(detector->engine()).running(), 2);
}

}  // namespace
}  // namespace tally::vision
