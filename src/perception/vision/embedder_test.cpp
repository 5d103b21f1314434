#include "perception/vision/embedder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>

#include "perception/vision/error.hpp"
#include "perception/vision/test_frames.hpp"
#include "perception/vision/test_tensors.hpp"

namespace tally::vision {
namespace {

using inference::ElementType;
using inference::EngineError;
using inference::TensorSpec;
using testing::make_frame;
using testing::Tensor;

constexpr int kSide = 32;
constexpr int kPad = 114;

// Its vector is the sums of red, green and blue over the picture, less a darkness, so that black
// pictures have no direction. Fails on the starts and waits it is told to.
class FakeEngine : public inference::Engine {
 public:
  explicit FakeEngine(std::size_t requests, int bad_start = -1, int bad_wait = -1)
      : bad_start_(bad_start),
        bad_wait_(bad_wait),
        inputs_{{"images", ElementType::kU8, {1, kSide, kSide, 3}}},
        outputs_{{"embedding", ElementType::kF32, {1, 3}}} {
    slots_.assign(requests, Slot{});
  }
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
    if (starts_++ == bad_start_) return fail(EngineError::kExecution, "no start");
    slots_[request].running = true;
    running_max_ = std::max(running_max_, running());
    return {};
  }
  Result<void> wait(std::size_t request) override {
    Slot& slot = slots_[request];
    EXPECT_TRUE(slot.running);
    slot.running = false;
    if (waits_++ == bad_wait_) return fail(EngineError::kExecution, "no answer");
    slot.answer.values.assign(3, 0.0F);
    for (std::size_t i = 0; i < slot.picture.size(); ++i) {
      slot.answer.values[i % 3] += static_cast<float>(slot.picture[i]);
    }
    return {};
  }
  inference::TensorView output(std::size_t request, std::size_t) const override {
    const Tensor& answer = slots_[request].answer;
    return {ElementType::kF32, answer.shape, std::as_bytes(std::span(answer.values))};
  }
  int running() const { return static_cast<int>(std::ranges::count(slots_, true, &Slot::running)); }
  int running_max() const { return running_max_; }
  const std::vector<std::uint8_t>& picture(std::size_t request) const {
    return slots_[request].picture;
  }

 private:
  struct Slot {
    std::vector<std::uint8_t> picture = std::vector<std::uint8_t>(kSide * kSide * 3);
    Tensor answer{{1, 3}};
    bool running = false;
  };
  int bad_start_;
  int bad_wait_;
  int starts_ = 0;
  int waits_ = 0;
  int running_max_ = 0;
  std::vector<TensorSpec> inputs_;
  std::vector<TensorSpec> outputs_;
  std::vector<Slot> slots_;
};

inference::ModelPackage package() {
  inference::ModelPackage package;
  package.name = "made-up";
  package.task = inference::Task::kEmbed;
  package.head = inference::HeadFamily::kNone;
  package.input.width = kSide;
  package.input.height = kSide;
  package.input.scale = 1;
  return package;
}

std::unique_ptr<Embedder> make(std::unique_ptr<FakeEngine> engine) {
  auto made = Embedder::with_engine(package(), std::move(engine));
  EXPECT_TRUE(made) << made.error().message;
  return std::move(*made);
}
std::unique_ptr<Embedder> make(std::size_t requests) {
  return make(std::make_unique<FakeEngine>(requests));
}
const FakeEngine& fake(const Embedder& embedder) {
  return dynamic_cast<const FakeEngine&>(embedder.engine());
}

// Columns of 10 pixels, each of its own red; no green; blue is always 100.
media::Frame stripes(int width, int height) {
  return make_frame(media::PixelFormat::kRgb24, width, height, [](int, int byte, int) {
    return byte % 3 == 0 ? 10 * (byte / 30) : byte % 3 == 1 ? 0 : 100;
  });
}

float redness(const Embedding& embedding) { return embedding[0] / embedding[2]; }

TEST(Embedder, GivesVectorsOfLengthOneInOrderOnAllRequests) {
  const auto embedder = make(3);
  EXPECT_EQ(embedder->dimensions(), 3U);
  std::vector<Box> items;
  for (int i = 0; i < 7; ++i) {
    const auto left = static_cast<float>(30 * i + 12);
    items.push_back({left, 0, left + 5, 5});
  }
  const auto found = embedder->embed(stripes(240, 40), items);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), items.size());
  EXPECT_EQ(fake(*embedder).running_max(), 3);
  for (std::size_t i = 0; i < found->size(); ++i) {
    EXPECT_NEAR(similarity((*found)[i], (*found)[i]), 1, 1e-6);
    if (i > 0) EXPECT_GT(redness((*found)[i]), redness((*found)[i - 1]));
  }
}

TEST(Embedder, TheSamePixelsGiveTheSameBytesWhateverIsInFlight) {
  const auto embedder = make(3);
  const media::Frame frame = stripes(240, 40);
  const std::vector<Box> one{{50, 5, 80, 30}};
  const std::vector<Box> many{{0, 0, 9, 9}, {50, 5, 80, 30}, {100, 0, 200, 40}};
  EXPECT_EQ(embedder->embed(frame, one)->at(0), embedder->embed(frame, many)->at(1));
}

TEST(Embedder, ACropIsTheBoxGrownAndClipped) {
  EXPECT_EQ(crop_of({10, 20, 30, 60}, {100, 100}), (Region{8, 16, 24, 48}));
  EXPECT_EQ(crop_of({1, 0, 31, 60}, {100, 64}), (Region{0, 0, 34, 64}));
  EXPECT_EQ(crop_of({90, 90, 110, 110}, {100, 100}), (Region{88, 88, 12, 12}));
  EXPECT_EQ(crop_of({10.4F, 10.4F, 20.4F, 20.4F}, {100, 100}), (Region{9, 9, 13, 13}));
}

TEST(Embedder, ABoxThatShowsNothingIsAnErrorAndTheOthersAreDoneWith) {
  const float nan = std::nanf("");
  for (const Box& box : {Box{}, Box{5, 5, 5, 9}, Box{200, 0, 220, 9}, Box{-9, -9, -1, -1},
                         Box{nan, 0, 9, 9}, Box{0, 0, 9, nan}}) {
    EXPECT_LE(crop_of(box, {100, 100}).width, 0);
  }
  const auto embedder = make(2);
  const std::vector<Box> items{{0, 0, 9, 9}, {5, 5, 5, 9}, {0, 0, 9, 9}};
  const auto found = embedder->embed(stripes(40, 40), items);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code.name, code_of(VisionError::kRegion).name);
  EXPECT_EQ(embedder->in_flight(), 0U);
  EXPECT_TRUE(embedder->embed_whole(stripes(40, 40)));
}

TEST(Embedder, AnItemIsLetterboxedWithGrey) {
  const auto embedder = make(1);
  const media::Frame white =
      make_frame(media::PixelFormat::kRgb24, 64, 16, [](int, int, int) { return 255; });
  ASSERT_TRUE(embedder->embed_whole(white));
  const std::vector<std::uint8_t>& seen = fake(*embedder).picture(0);
  EXPECT_EQ(seen[0], kPad);
  EXPECT_EQ(seen[(kSide / 2 * kSide + kSide / 2) * 3], 255);
  EXPECT_EQ(std::ranges::count(seen, 255), kSide * kSide / 4 * 3);
}

// Lines a pixel wide, in a photo ten times as large as the network's picture: their mean is what is
// seen, wherever sampling would fall.
TEST(Embedder, ALargePhotoIsAveragedAndNotSampled) {
  const auto embedder = make(1);
  const media::Frame lines = make_frame(media::PixelFormat::kRgb24, 320, 320,
                                        [](int, int b, int) { return b / 3 % 2 == 0 ? 200 : 100; });
  ASSERT_TRUE(embedder->embed_whole(lines));
  for (const std::uint8_t value : fake(*embedder).picture(0)) EXPECT_NEAR(value, 150, 1);
}

TEST(Embedder, AVectorWithoutDirectionIsAnError) {
  const auto embedder = make(1);
  const media::Frame black =
      make_frame(media::PixelFormat::kRgb24, kSide, kSide, [](int, int, int) { return 0; });
  const auto found = embedder->embed_whole(black);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code.name, code_of(VisionError::kEmbedding).name);
}

TEST(Embedder, AFailedRequestIsAnErrorAndNothingStaysInFlight) {
  const std::vector<Box> items(5, Box{0, 0, 9, 9});
  for (const auto& [start, wait] : {std::pair{2, -1}, std::pair{-1, 1}}) {
    const auto embedder = make(std::make_unique<FakeEngine>(2, start, wait));
    EXPECT_FALSE(embedder->embed(stripes(40, 40), items));
    EXPECT_EQ(embedder->in_flight(), 0U);
    EXPECT_TRUE(embedder->embed(stripes(40, 40), items));
  }
}

TEST(Embedder, RefusesPackagesAndEnginesThatDoNotFit) {
  inference::ModelPackage detector = package();
  detector.task = inference::Task::kDetect;
  detector.head = inference::HeadFamily::kYolov8;
  auto refused = Embedder::with_engine(detector, std::make_unique<FakeEngine>(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code.name, code_of(VisionError::kTask).name);
  inference::ModelPackage wide = package();
  wide.input.width = 2 * kSide;
  refused = Embedder::with_engine(wide, std::make_unique<FakeEngine>(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code.name, code_of(VisionError::kInputShape).name);
}

TEST(Similarity, IsTheCosine) {
  const Embedding east{1, 0};
  const Embedding north{0, 1};
  const Embedding between{std::sqrt(0.5F), std::sqrt(0.5F)};
  EXPECT_FLOAT_EQ(similarity(east, east), 1);
  EXPECT_FLOAT_EQ(similarity(east, north), 0);
  EXPECT_NEAR(similarity(east, between), std::sqrt(0.5F), 1e-6);
}

}  // namespace
}  // namespace tally::vision
