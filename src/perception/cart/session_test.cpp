#include "perception/cart/session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "perception/vision/test_frames.hpp"
#include "perception/vision/test_tensors.hpp"

namespace tally::cart {
namespace {

using inference::ElementType;
using vision::testing::Tensor;

constexpr int kSide = 64;  // 84 cells.
constexpr double kFps = 30;
constexpr int kRequests = 2;

// What several engines do together.
struct Work {
  int running = 0;
  int running_max = 0;
};

// Sees nothing, and notes how often it was asked.
class FakeEngine final : public inference::Engine {
 public:
  FakeEngine(Work& work, int& starts, bool fails)
      : work_(work),
        starts_(starts),
        fails_(fails),
        inputs_{{"images", ElementType::kU8, {1, kSide, kSide, 3}}},
        outputs_(vision::testing::specs_of(tensors_)) {}

  const std::vector<inference::TensorSpec>& inputs() const override { return inputs_; }
  const std::vector<inference::TensorSpec>& outputs() const override { return outputs_; }
  std::size_t request_count() const override { return kRequests; }
  std::string description() const override { return "fake"; }
  inference::MutableTensorView input(std::size_t request, std::size_t /*index*/) override {
    return {ElementType::kU8, inputs_[0].shape,
            std::as_writable_bytes(std::span(pictures_.at(request)))};
  }
  Result<void> start(std::size_t /*request*/) override {
    ++starts_;
    work_.running_max = std::max(work_.running_max, ++work_.running);
    return {};
  }
  Result<void> wait(std::size_t /*request*/) override {
    --work_.running;
    if (fails_) return fail(inference::EngineError::kExecution, "no answer");
    return {};
  }
  inference::TensorView output(std::size_t /*request*/, std::size_t index) const override {
    return vision::testing::views_of(tensors_)[index];
  }

 private:
  Work& work_;
  int& starts_;
  bool fails_;
  std::vector<Tensor> tensors_{Tensor({1, 5, 84})};
  std::vector<std::vector<std::uint8_t>> pictures_{kRequests,
                                                   std::vector<std::uint8_t>(kSide* kSide * 3)};
  std::vector<inference::TensorSpec> inputs_;
  std::vector<inference::TensorSpec> outputs_;
};

class CameraSessionTest : public ::testing::Test {
 protected:
  std::unique_ptr<vision::Detector> detector(int& starts, bool fails = false) {
    inference::ModelPackage package;
    package.name = "made-up";
    package.head = inference::HeadFamily::kYolov8;
    package.input.width = kSide;
    package.input.height = kSide;
    package.class_names = {"bottle"};
    auto made = vision::Detector::with_engine(std::move(package),
                                              std::make_unique<FakeEngine>(work_, starts, fails));
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }

  std::function<vision::Detector*()> given(vision::Detector& small) {
    return [this, &small] {
      ++asked_for_;
      return &small;
    };
  }

  static CameraSession session(CameraDetectors detectors, Savings savings = {}) {
    return {detectors, {{ClassRole::Kind::kProduct, "bottle"}}, std::nullopt, savings, {}};
  }

  // Two seconds in which a third of the view moves: it is another one in each frame.
  static Result<StockOutcome> watch(CameraSession& session) {
    Result<void> pushed;
    for (int i = 0; i < static_cast<int>(2 * kFps) && pushed; ++i) {
      media::Frame frame = vision::testing::make_frame(
          media::PixelFormat::kI420, 160, 96, [i](int plane, int x, int y) {
            return vision::testing::noise(x < 56 ? plane + 3 * i : plane, x / 3, y / 3);
          });
      frame.time = from_seconds(i / kFps);
      pushed = session.push(frame);
    }
    auto outcome = session.finish();
    if (!pushed) return std::unexpected(std::move(pushed.error()));
    return outcome;
  }

  Work work_;
  int full_looks_ = 0;
  int small_looks_ = 0;
  int asked_for_ = 0;
};

TEST_F(CameraSessionTest, WhileThingsMoveTheSmallDetectorTakesEverySecondLook) {
  const auto full = detector(full_looks_);
  const auto small = detector(small_looks_);
  CameraSession watched = session({*full, given(*small)});
  ASSERT_TRUE(watch(watched));
  EXPECT_GE(small_looks_, 3);
  EXPECT_GE(full_looks_ - small_looks_, 0);  // The first frame is looked at in full.
  EXPECT_LE(full_looks_ - small_looks_, 1);
  EXPECT_EQ(watched.looks(), full_looks_ + small_looks_);
  EXPECT_EQ(asked_for_, 1);
}

TEST_F(CameraSessionTest, TwoDetectorsGetNoMoreWorkAtOnceThanOne) {
  const auto full = detector(full_looks_);
  const auto small = detector(small_looks_);
  CameraSession watched = session({*full, given(*small)});
  ASSERT_TRUE(watch(watched));
  EXPECT_EQ(work_.running_max, kRequests);
}

TEST_F(CameraSessionTest, WithoutASmallDetectorOrWithoutThatSavingEveryLookIsFull) {
  const auto full = detector(full_looks_);
  CameraSession alone = session({*full});
  ASSERT_TRUE(watch(alone));
  const int looks = full_looks_;
  EXPECT_GE(looks, 8);
  CameraSession impossible = session({*full, [this] {
                                        ++asked_for_;
                                        return nullptr;
                                      }});
  ASSERT_TRUE(watch(impossible));
  EXPECT_EQ(full_looks_, 2 * looks);
  EXPECT_EQ(asked_for_, 1);
  const auto small = detector(small_looks_);
  CameraSession switched_off = session({*full, given(*small)}, {.small_looks = false});
  ASSERT_TRUE(watch(switched_off));
  EXPECT_EQ(full_looks_, 3 * looks);
  EXPECT_EQ(small_looks_, 0);
  EXPECT_EQ(asked_for_, 1);
}

TEST_F(CameraSessionTest, WhicheverFailsBothAreLeftWithoutWork) {
  const auto full = detector(full_looks_);
  const auto small = detector(small_looks_, true);
  CameraSession watched = session({*full, given(*small)});
  const auto outcome = watch(watched);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "no answer");
  EXPECT_EQ(full->in_flight() + small->in_flight(), 0U);
}

}  // namespace
}  // namespace tally::cart
