// The tables are written from AWS's documentation of torch_neuronx.DataParallel: the API reference
// (api-torch-neuronx-data-parallel) and the application note (torch-neuronx-dataparallel-app-note):
// "split_size = max(1, input.shape[dim] // number of NeuronCores)", "num_workers = 2 * number of
// NeuronCores", "slicing large input tensors into chunks that match the batch size used during
// compilation", and, without dynamic batching, "input.shape[dim] / len(device_ids) ==
// compilation_input.shape[dim]".
#include "perception/inference/data_parallel.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "perception/inference/fake_engine.hpp"

namespace tally::inference {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Scatter, IsThatOfTheDocumentation) {
  struct Row {
    std::size_t samples, devices, split_size;
    std::vector<Chunk> chunks;
  };
  const std::vector<Row> table{
      {0, 2, 0, {}},
      {1, 1, 0, {{0, 1, 0}}},
      {1, 4, 0, {{0, 1, 0}}},  // max(1, 1 // 4) = 1: three devices stay idle.
      {3, 4, 0, {{0, 1, 0}, {1, 1, 1}, {2, 1, 2}}},
      {4, 4, 0, {{0, 1, 0}, {1, 1, 1}, {2, 1, 2}, {3, 1, 3}}},
      {5, 2, 0, {{0, 2, 0}, {2, 2, 1}, {4, 1, 0}}},  // 5 // 2 = 2, the last one smaller.
      {7, 4, 0, {{0, 1, 0}, {1, 1, 1}, {2, 1, 2}, {3, 1, 3}, {4, 1, 0}, {5, 1, 1}, {6, 1, 2}}},
      {8, 2, 0, {{0, 4, 0}, {4, 4, 1}}},
      {10, 3, 0, {{0, 3, 0}, {3, 3, 1}, {6, 3, 2}, {9, 1, 0}}},
      {6, 2, 2, {{0, 2, 0}, {2, 2, 1}, {4, 2, 0}}},  // split_size as its attribute sets it.
      {3, 2, 8, {{0, 3, 0}}},
  };
  for (const Row& row : table) {
    SCOPED_TRACE(testing::Message() << row.samples << " on " << row.devices);
    EXPECT_EQ(scatter(row.samples, row.devices, row.split_size), row.chunks);
  }
}

// Cores of fakes that note what they ran.
class DataParallelTest : public ::testing::Test {
 protected:
  std::unique_ptr<DataParallel> open(std::size_t visible, std::int64_t batch,
                                     const DataParallelOptions& options = {}) {
    auto opened = DataParallel::open(
        visible,
        [&](std::size_t device) -> Result<std::unique_ptr<Engine>> {
          return std::make_unique<FakeEngine>(bench_, device, batch, requests_);
        },
        options);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    return opened ? std::move(*opened) : nullptr;
  }

  static Result<std::vector<float>> run(DataParallel& parallel, std::size_t samples) {
    std::vector<float> answers(samples, -1);
    std::vector<int> times(samples, 0);
    auto ran = parallel.run(
        samples,
        [](std::size_t sample, std::span<const MutableTensorView> into) {
          into[0].as<float>()[0] = static_cast<float>(sample) + 1;
          into[0].as<float>()[1] = 0;
        },
        [&](std::size_t sample, std::span<const TensorView> from) {
          answers[sample] = from[0].as<float>()[0];
          ++times[sample];
        });
    if (!ran) return std::unexpected(ran.error());
    EXPECT_THAT(times, ::testing::Each(1));
    return answers;
  }

  static std::vector<float> expected(std::size_t samples) {
    std::vector<float> values;
    for (std::size_t i = 0; i < samples; ++i) values.push_back(10 * (static_cast<float>(i) + 1));
    return values;
  }

  FakeBench bench_;
  std::size_t requests_ = 2;
};

TEST_F(DataParallelTest, GathersInOrderForEveryNumberOfSamplesCoresAndBatch) {
  for (const std::size_t devices : {1U, 2U, 3U, 4U}) {
    for (const std::int64_t batch : {1, 2, 4}) {
      const auto parallel = open(devices, batch);
      for (std::size_t samples = 0; samples <= 17; ++samples) {
        SCOPED_TRACE(testing::Message() << samples << " on " << devices << " of " << batch);
        const auto answers = run(*parallel, samples);
        ASSERT_TRUE(answers);
        EXPECT_EQ(*answers, expected(samples));
      }
    }
  }
}

TEST_F(DataParallelTest, PiecesAreOfTheCompiledBatchAndTheLastIsPadded) {
  struct Row {
    std::size_t samples, devices;
    std::int64_t batch;
    std::map<std::size_t, std::multiset<std::vector<float>>> pieces;  // 0 is padding.
  };
  const std::vector<Row> table{
      {5, 2, 2, {{0, {{1, 2}, {5, 0}}}, {1, {{3, 4}}}}},
      {5, 1, 2, {{0, {{1, 2}, {3, 4}, {5, 0}}}}},
      {3, 2, 4, {{0, {{1, 0, 0, 0}, {3, 0, 0, 0}}}, {1, {{2, 0, 0, 0}}}}},
      {6, 2, 2, {{0, {{1, 2}, {3, 0}}}, {1, {{4, 5}, {6, 0}}}}},
      {4, 4, 1, {{0, {{1}}}, {1, {{2}}}, {2, {{3}}}, {3, {{4}}}}},
  };
  for (const Row& row : table) {
    SCOPED_TRACE(testing::Message() << row.samples << " on " << row.devices);
    const auto parallel = open(row.devices, row.batch);
    bench_.ran.clear();
    ASSERT_TRUE(run(*parallel, row.samples));
    EXPECT_EQ(bench_.ran, row.pieces);
  }
}

TEST_F(DataParallelTest, HasTwoWorkersForEachDeviceUnlessToldOtherwise) {
  EXPECT_EQ(open(1, 1)->workers(), 2U);
  EXPECT_EQ(open(4, 1)->workers(), 8U);
  EXPECT_EQ(open(4, 1, {.devices = {0, 2}})->workers(), 4U);
  EXPECT_EQ(open(4, 1, {.workers = 1})->workers(), 1U);
  const auto parallel = open(3, 2, {.workers = 1});
  EXPECT_EQ(run(*parallel, 9).value(), expected(9));
}

TEST_F(DataParallelTest, UsesTheDevicesThatAreNamed) {
  const auto parallel = open(4, 1, {.devices = {3, 1}});
  EXPECT_THAT(parallel->devices(), ElementsAre(3, 1));
  ASSERT_TRUE(run(*parallel, 4));
  EXPECT_EQ(bench_.ran, (FakeBench::Ran{{3, {{1}, {2}}}, {1, {{3}, {4}}}}));
}

TEST_F(DataParallelTest, LaterCallsBeginAtOtherDevices) {
  const auto parallel = open(2, 1);
  ASSERT_TRUE(run(*parallel, 1));
  ASSERT_TRUE(run(*parallel, 1));
  EXPECT_EQ(bench_.ran, (FakeBench::Ran{{0, {{1}}}, {1, {{1}}}}));
}

TEST_F(DataParallelTest, WithoutDynamicBatchingTheNumberMustFit) {
  const auto parallel = open(2, 4, {.dynamic_batching = false});
  EXPECT_EQ(run(*parallel, 8).value(), expected(8));
  for (const std::size_t samples : {0U, 1U, 4U, 7U, 9U, 16U}) {
    const auto answers = run(*parallel, samples);
    ASSERT_FALSE(answers);
    EXPECT_EQ(answers.error().code.name, "engine.options");
    EXPECT_THAT(answers.error().message, HasSubstr("exactly 8 are run"));
  }
}

TEST_F(DataParallelTest, ADeviceThatFailsIsTakenOutAndItsChunksRunElsewhere) {
  const auto parallel = open(3, 2);
  bench_.broken = {1};
  EXPECT_EQ(run(*parallel, 12).value(), expected(12));
  EXPECT_THAT(parallel->devices(), ElementsAre(0, 2));
  EXPECT_THAT(parallel->description(), HasSubstr("2 x fake, 1 of 3 taken out"));
  bench_.broken = {};  // It stays out.
  bench_.ran.clear();
  EXPECT_EQ(run(*parallel, 6).value(), expected(6));
  EXPECT_FALSE(bench_.ran.contains(1));
  bench_.broken = {0};
  EXPECT_EQ(run(*parallel, 5).value(), expected(5));
  EXPECT_THAT(parallel->devices(), ElementsAre(2));
}

TEST_F(DataParallelTest, TheLastDeviceIsNeverTakenOut) {
  const auto parallel = open(1, 2);
  bench_.broken = {0};
  const auto answers = run(*parallel, 3);
  ASSERT_FALSE(answers);
  EXPECT_EQ(answers.error().code.name, "engine.execution");
  bench_.broken = {};
  EXPECT_EQ(run(*parallel, 3).value(), expected(3));
}

TEST_F(DataParallelTest, WhereAllDevicesFailOneSampleItIsNamedAndTheyStay) {
  const auto parallel = open(3, 1);
  bench_.poison = 4;  // The value of sample 3.
  const auto answers = run(*parallel, 6);
  ASSERT_FALSE(answers);
  EXPECT_EQ(answers.error().code.name, "engine.execution");
  EXPECT_THAT(answers.error().message, HasSubstr("sample 3 of 6: device "));
  EXPECT_THAT(answers.error().message, HasSubstr("the fake fails"));
  EXPECT_EQ(parallel->devices().size(), 3U);
  bench_.poison = 0;
  EXPECT_EQ(run(*parallel, 6).value(), expected(6));
}

TEST_F(DataParallelTest, AnErrorNamesAllSamplesOfItsPiece) {
  const auto parallel = open(1, 4);
  bench_.poison = 6;
  EXPECT_THAT(run(*parallel, 7).error().message, HasSubstr("samples 4 to 6 of 7: device 0: "));
}

TEST_F(DataParallelTest, AnErrorOfOneCallLeavesOthersAlone) {
  const auto parallel = open(2, 2);
  bench_.poison = 1000;
  std::atomic<int> right = 0;
  std::atomic<int> failed = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (int round = 0; round < 10; ++round) {
          const std::size_t samples = i == 0 ? 1000 : 20;
          const auto answers = run(*parallel, samples);
          if (i == 0) failed += answers ? 0 : 1;
          if (i != 0) right += answers && *answers == expected(samples) ? 1 : 0;
        }
      });
    }
  }
  EXPECT_EQ(right, 30);
  EXPECT_EQ(failed, 10);
  EXPECT_EQ(parallel->devices().size(), 2U);
}

TEST_F(DataParallelTest, ManyThreadsShareDevicesOfWhichOneBreaks) {
  const auto parallel = open(3, 2);
  bench_.broken = {2};
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (std::size_t n = 0; n < 15; ++n) right += run(*parallel, n) == expected(n) ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(right, 60);
  EXPECT_THAT(parallel->devices(), ElementsAre(0, 1));
}

TEST_F(DataParallelTest, RefusesWhatItCantScatter) {
  const auto problem = [&](std::size_t visible, const DataParallelOptions& options,
                           std::int64_t second_batch = 2, std::int64_t batch = 2) {
    auto opened = DataParallel::open(
        visible,
        [&](std::size_t device) -> Result<std::unique_ptr<Engine>> {
          if (device == 7) return fail(EngineError::kUnavailable, "no such core");
          return std::make_unique<FakeEngine>(bench_, device, device == 0 ? batch : second_batch,
                                              2);
        },
        options);
    return opened ? "" : opened.error().message;
  };
  EXPECT_THAT(problem(0, {}), HasSubstr("0 devices (1 to 256)"));
  EXPECT_THAT(problem(kDevicesMax + 1, {}), HasSubstr("257 devices"));
  EXPECT_THAT(problem(2, {.devices = {2}}), HasSubstr("device 2 was named, but 2 are visible"));
  EXPECT_THAT(problem(2, {.devices = {1, 0, 1}}), HasSubstr("device 1 was named twice"));
  EXPECT_THAT(problem(2, {.workers = kWorkersMax + 1}), HasSubstr("1025 workers"));
  EXPECT_THAT(problem(8, {}), HasSubstr("device 7: no such core"));
  EXPECT_THAT(problem(2, {}, 3), HasSubstr("device 1 takes or gives other tensors than device 0"));
  EXPECT_THAT(problem(1, {}, 2, kDynamic), HasSubstr("no batch in dimension 0"));
  EXPECT_THAT(run(*open(1, 1), kSamplesMax + 1).error().message, HasSubstr("at most 65536"));
}

TEST_F(DataParallelTest, TakesAndGivesTensorsThatLieTogether) {
  const auto parallel = open(2, 2);
  std::vector<float> values;
  for (int i = 0; i < 5; ++i) values.insert(values.end(), {static_cast<float>(i) + 1, 0});
  TensorView input{ElementType::kF32, {5, 2}, std::as_bytes(std::span(values))};
  const auto gathered = parallel->run(std::span<const TensorView>(&input, 1));
  ASSERT_TRUE(gathered) << gathered.error().message;
  EXPECT_EQ(gathered->specs, (std::vector<TensorSpec>{{"output0", ElementType::kF32, {5, 1}}}));
  const TensorView output{ElementType::kF32, {5, 1}, gathered->bytes[0]};
  EXPECT_THAT(output.as<float>(), ElementsAre(10, 20, 30, 40, 50));

  const auto problem = [&](const TensorView& view) {
    return parallel->run(std::span<const TensorView>(&view, 1)).error().message;
  };
  EXPECT_THAT(problem({ElementType::kF32, {5, 3}, {}}), HasSubstr("input images is f32 [5,3]; the "
                                                                  "model takes f32 [-1,2]"));
  EXPECT_THAT(problem({ElementType::kU8, {5, 2}, {}}), HasSubstr("is u8"));
  EXPECT_THAT(problem({ElementType::kF32, {}, {}}), HasSubstr("is f32 []"));
  EXPECT_THAT(parallel->run(std::span<const TensorView>()).error().message, HasSubstr("0 inputs"));
}

}  // namespace
}  // namespace tally::inference
