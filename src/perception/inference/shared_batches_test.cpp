#include "perception/inference/shared_batches.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "perception/inference/fake_engine.hpp"

namespace tally::inference {
namespace {
using namespace std::chrono_literals;

class SharedBatchesTest : public ::testing::Test {
 protected:
  std::shared_ptr<SharedBatches> over(std::size_t devices, std::int64_t batch,
                                      std::chrono::nanoseconds wait_max) {
    auto parallel =
        DataParallel::open(devices,
                           [&](std::size_t device) -> Result<std::unique_ptr<Engine>> {
                             return std::make_unique<FakeEngine>(bench_, device, batch, 2);
                           },
                           {.split_size = static_cast<std::size_t>(batch)});
    EXPECT_TRUE(parallel);
    return SharedBatches::over(std::move(*parallel), wait_max);
  }

  static void start(Engine& engine, std::size_t request, float value) {
    const auto input = engine.input(request, 0).as<float>();
    input[0] = value;
    input[1] = 0;
    EXPECT_TRUE(engine.start(request));
  }
  static float answer(Engine& engine, std::size_t request) {
    EXPECT_TRUE(engine.wait(request));
    return engine.output(request, 0).as<float>()[0];
  }
  static float run(Engine& engine, std::size_t request, float value) {
    start(engine, request, value);
    return answer(engine, request);
  }

  FakeBench bench_;
};

TEST_F(SharedBatchesTest, SessionsFillABatchTogether) {
  const auto batches = over(1, 2, 1h);
  const auto one = batches->engine();
  const auto two = batches->engine();
  EXPECT_EQ(one->inputs()[0].shape, (Shape{1, 2}));
  EXPECT_EQ(one->outputs()[0].shape, (Shape{1, 1}));
  EXPECT_EQ(one->request_count(), 3U);
  start(*one, 0, 1);
  start(*two, 0, 2);
  EXPECT_EQ(answer(*two, 0), 20);
  EXPECT_EQ(answer(*one, 0), 10);
  EXPECT_EQ(bench_.ran, (FakeBench::Ran{{0, {{1, 2}}}}));
}

TEST_F(SharedBatchesTest, ASampleThatNobodyJoinsRunsAfterTheLongestWait) {
  const auto batches = over(1, 4, 1ms);
  const auto engine = batches->engine();
  EXPECT_EQ(run(*engine, 0, 3), 30);
  EXPECT_EQ(bench_.ran, (FakeBench::Ran{{0, {{3, 0, 0, 0}}}}));
}

TEST_F(SharedBatchesTest, BatchesOfOneNeverWait) {
  const auto batches = over(2, 1, 1h);
  const auto engine = batches->engine();
  for (std::size_t i = 0; i < 3; ++i) start(*engine, i, static_cast<float>(i) + 1);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(answer(*engine, i), 10 * (static_cast<float>(i) + 1));
  }
}

TEST_F(SharedBatchesTest, ABadSampleFailsNobodyElses) {
  const auto batches = over(2, 2, 1h);
  const auto one = batches->engine();
  const auto two = batches->engine();
  bench_.poison = 13;
  start(*one, 0, 13);
  start(*two, 0, 4);
  EXPECT_EQ(answer(*two, 0), 40);
  const auto done = one->wait(0);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code.name, "engine.execution");
  EXPECT_THAT(one->description(), ::testing::HasSubstr("2 x fake"));
}

TEST_F(SharedBatchesTest, ManySessionsGetTheirOwnAnswersWhileADeviceBreaks) {
  const auto batches = over(3, 4, 100us);
  bench_.broken = {1};
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> sessions;
    for (int s = 0; s < 6; ++s) {
      sessions.emplace_back([&, s] {
        const auto engine = batches->engine(2);
        for (int round = 0; round < 30; ++round) {
          const auto value = static_cast<float>(1000 * s + 2 * round + 1);
          start(*engine, 0, value);
          start(*engine, 1, value + 1);
          right += answer(*engine, 0) == 10 * value ? 1 : 0;
          right += answer(*engine, 1) == 10 * (value + 1) ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(right, 6 * 30 * 2);
}

TEST_F(SharedBatchesTest, AnEngineMayOutliveItsMakerAndGoWhileItRuns) {
  auto batches = over(1, 2, 1ms);
  const auto engine = batches->engine(1);
  batches.reset();
  start(*engine, 0, 5);
}

}  // namespace
}  // namespace tally::inference
