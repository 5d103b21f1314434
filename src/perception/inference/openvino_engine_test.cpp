#include "perception/inference/openvino_engine.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <fstream>
#include <thread>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "perception/inference/bench_engine.hpp"
#include "perception/inference/compile.hpp"
#include "perception/inference/data_parallel.hpp"
#include "perception/inference/golden.hpp"
#include "perception/inference/manifest.hpp"
#include "perception/inference/tiny_graph.hpp"

namespace tally::inference {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Bytes = std::vector<std::byte>;

class OpenvinoEngine : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / ("tally_engine_" + std::to_string(::getpid()));
    fs::remove_all(root_);
    fs::create_directories(root_);
    package_ = compiled({.metadata = {{"names", "{0: 'bottle', 1: 'can'}"}}}, "tiny");
  }
  void TearDown() override { fs::remove_all(root_); }

  ModelPackage compiled(const TinyGraph& graph, const std::string& name, std::string names = "") {
    write_tiny_graph(graph, root_ / (name + ".xml"));
    CompileRequest request;
    request.graph = root_ / (name + ".xml");
    request.destination = root_ / name;
    request.names = std::move(names);
    auto report = compile_onnx(request);
    EXPECT_TRUE(report) << (report ? "" : report.error().message);
    return report ? report->package : ModelPackage{};
  }

  [[nodiscard]] std::unique_ptr<Engine> open(EngineOptions options) const {
    auto engine = open_openvino_engine(package_, options);
    EXPECT_TRUE(engine) << (engine ? "" : engine.error().message);
    return engine ? std::move(*engine) : nullptr;
  }

  [[nodiscard]] std::string problem(EngineOptions options) const {
    const auto engine = open_openvino_engine(package_, options);
    return engine ? "" : std::string(engine.error().code.name);
  }

  fs::path root_;
  ModelPackage package_;
};

// Of another mean for each seed: the tiny graph sees nothing else.
void fill(Engine& engine, std::size_t request, unsigned seed) {
  const MutableTensorView input = engine.input(request, 0);
  for (std::size_t i = 0; i < input.bytes.size(); ++i) {
    input.bytes[i] = static_cast<std::byte>((i * seed + i % 3 * 40) % (200 + seed % 50));
  }
}

Bytes output_bytes(const Engine& engine, std::size_t request) {
  const TensorView output = engine.output(request, 0);
  return {output.bytes.begin(), output.bytes.end()};
}

Bytes run(Engine& engine, std::size_t request, unsigned seed) {
  fill(engine, request, seed);
  EXPECT_TRUE(engine.start(request));
  EXPECT_TRUE(engine.wait(request));
  return output_bytes(engine, request);
}

TEST_F(OpenvinoEngine, TakesPicturesAndGivesFloats) {
  const auto engine = open({.batch = 2});
  EXPECT_EQ(engine->inputs(),
            (std::vector<TensorSpec>{{"images", ElementType::kU8, {2, 64, 64, 3}}}));
  EXPECT_EQ(engine->outputs(),
            (std::vector<TensorSpec>{{"output0", ElementType::kF32, {2, 6, 84}}}));
  EXPECT_EQ(engine->input(0, 0).bytes.size(), 2U * 64 * 64 * 3);
  EXPECT_EQ(engine->output(0, 0).bytes.size(), 2U * 6 * 84 * 4);
  const auto raw = open({.input = InputForm::kRaw});
  EXPECT_EQ(raw->inputs(),
            (std::vector<TensorSpec>{{"images", ElementType::kF32, {1, 3, 64, 64}}}));
}

// Also where an earlier start has kept the graph for pictures of its own size.
TEST_F(OpenvinoEngine, TakesPicturesOfAnotherSizeWhereTheGraphCan) {
  const auto own = open({.threads = 1});
  const auto other = open_openvino_engine(resized(package_, 128, 96), {.threads = 1});
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_EQ(own->inputs()[0].shape, (Shape{1, 64, 64, 3}));
  EXPECT_EQ((*other)->inputs()[0].shape, (Shape{1, 96, 128, 3}));
}

TEST_F(OpenvinoEngine, SaysHowItRuns) {
  const auto engine = open({.streams = 1, .threads = 1});
  EXPECT_THAT(engine->description(),
              ::testing::MatchesRegex("openvino 20.* cpu fp32, 1 stream x 1 thread"));
  EXPECT_EQ(engine->request_count(), 2U);
  EXPECT_EQ(open({.streams = 1, .threads = 1, .requests = 5})->request_count(), 5U);
}

std::vector<fs::path> kept_files(const ModelPackage& package) {
  std::vector<fs::path> files;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(package.folder / "compiled", none)) {
    files.push_back(entry.path());
  }
  return files;
}

TEST_F(OpenvinoEngine, StartsFromWhatAnEarlierStartCompiled) {
  const Bytes compiled = run(*open({}), 0, 7);
  const auto files = kept_files(package_);
  ASSERT_EQ(files.size(), 1U);
  // Without its graph it can't have been compiled again.
  fs::rename(package_.folder / package_.graph_file, root_ / "away");
  const auto again = open({});
  ASSERT_TRUE(again);
  EXPECT_EQ(run(*again, 0, 7), compiled);
  EXPECT_EQ(kept_files(package_), files);
  EXPECT_EQ(problem({.batch = 2}), "engine.graph_invalid") << "other options are another graph";
  EXPECT_EQ(problem({.keep_compiled = false}), "engine.graph_invalid");
}

TEST_F(OpenvinoEngine, DoesNotTrustWhatWasKeptAndChangedSince) {
  const Bytes compiled = run(*open({}), 0, 7);
  const auto file = kept_files(package_).at(0);
  const std::string whole = *read_file(file, 1U << 26U);
  for (const std::string& broken :
       {std::string(), whole.substr(0, 40), whole.substr(0, whole.size() - 1), whole + "x",
        "x" + whole, whole.substr(0, whole.size() - 200) + std::string(200, 'x')}) {
    ASSERT_TRUE(write_file_atomically(file, broken));
    EXPECT_EQ(run(*open({}), 0, 7), compiled);
    EXPECT_NE(*read_file(file, 1U << 26U), broken) << "made anew";
  }
}

TEST_F(OpenvinoEngine, KeepsFewAndNothingWhereItMayNot) {
  for (int batch = 1; batch <= 12; ++batch) EXPECT_TRUE(open({.streams = 1, .batch = batch}));
  EXPECT_EQ(kept_files(package_).size(), 8U);
  fs::remove_all(package_.folder / "compiled");
  ASSERT_TRUE(write_file_atomically(package_.folder / "compiled", "not a folder"));
  EXPECT_TRUE(open({}));
}

TEST_F(OpenvinoEngine, EachBatchItemIsAnInferenceOfItsOwn) {
  const auto one = open({});
  const auto two = open({.batch = 2});
  const Bytes first = run(*one, 0, 7);
  const Bytes second = run(*one, 0, 11);
  ASSERT_NE(first, second);
  Bytes both = first;
  both.insert(both.end(), second.begin(), second.end());

  const MutableTensorView input = two->input(0, 0);
  fill(*one, 0, 7);
  std::memcpy(input.bytes.data(), one->input(0, 0).bytes.data(), input.bytes.size() / 2);
  fill(*one, 0, 11);
  std::memcpy(input.bytes.data() + input.bytes.size() / 2, one->input(0, 0).bytes.data(),
              input.bytes.size() / 2);
  ASSERT_TRUE(two->start(0));
  ASSERT_TRUE(two->wait(0));
  const auto values = two->output(0, 0).as<float>();
  const std::span expected(reinterpret_cast<const float*>(both.data()), both.size() / 4);
  for (std::size_t i = 0; i < values.size(); ++i) ASSERT_NEAR(values[i], expected[i], 1e-5) << i;
}

TEST_F(OpenvinoEngine, GivesTheSameBytesWithManyRequestsInFlightOnManyThreads) {
  const auto engine = open({.streams = 2, .threads = 2, .requests = 6});
  std::vector<Bytes> alone;
  for (unsigned i = 0; i < 6; ++i) alone.push_back(run(*engine, 0, 3 + i));
  constexpr std::size_t kRounds = 2'000;
  std::vector<std::size_t> same(6, 0);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] {
      // Meanwhile the second stream is made. Another picture each time, or old answers would do.
      for (std::size_t round = 0; round < kRounds; ++round) {
        const std::size_t picture = (i + round) % alone.size();
        same[i] += run(*engine, i, static_cast<unsigned>(3 + picture)) == alone[picture] ? 1 : 0;
      }
    });
  }
  threads.clear();
  EXPECT_THAT(same, ::testing::Each(kRounds));
}

TEST_F(OpenvinoEngine, RunsUnderDataParallel) {
  const auto one = open({.streams = 1, .threads = 1});
  const auto parallel = DataParallel::open(2, [&](std::size_t) {
    return open_openvino_engine(package_, {.streams = 1, .threads = 1, .batch = 2});
  });
  ASSERT_TRUE(parallel) << parallel.error().message;
  constexpr std::size_t kSamples = 5;
  std::vector<Bytes> pictures;
  std::vector<Bytes> expected;
  for (unsigned i = 0; i < kSamples; ++i) {
    expected.push_back(run(*one, 0, 5 + 3 * i));
    const MutableTensorView input = one->input(0, 0);
    pictures.emplace_back(input.bytes.begin(), input.bytes.end());
  }
  std::vector<Bytes> answers(kSamples);
  const auto ran = (*parallel)->run(
      kSamples,
      [&](std::size_t sample, std::span<const MutableTensorView> into) {
        std::ranges::copy(pictures[sample], into[0].bytes.begin());
      },
      [&](std::size_t sample, std::span<const TensorView> from) {
        answers[sample].assign(from[0].bytes.begin(), from[0].bytes.end());
      });
  ASSERT_TRUE(ran) << ran.error().message;
  for (std::size_t sample = 0; sample < kSamples; ++sample) {
    ASSERT_EQ(answers[sample].size(), expected[sample].size());
    for (std::size_t at = 0; at < answers[sample].size(); at += sizeof(float)) {
      float answer = 0;
      float wanted = 0;
      std::memcpy(&answer, answers[sample].data() + at, sizeof answer);
      std::memcpy(&wanted, expected[sample].data() + at, sizeof wanted);
      ASSERT_NEAR(answer, wanted, 1e-5) << sample;
    }
  }
}

TEST_F(OpenvinoEngine, MayBeDestroyedWhileARequestRuns) {
  const auto engine = open({});
  fill(*engine, 0, 3);
  EXPECT_TRUE(engine->start(0));
}

TEST_F(OpenvinoEngine, OptionsHaveLimits) {
  package_.folder = root_ / "tiny";
  EXPECT_EQ(problem({.streams = kStreamsMax, .threads = 1, .requests = 1}), "");
  EXPECT_EQ(problem({.streams = kStreamsMax + 1}), "engine.options");
  EXPECT_EQ(problem({.streams = -1}), "engine.options");
  EXPECT_EQ(problem({.streams = 1, .threads = kThreadsMax}), "");
  EXPECT_EQ(problem({.threads = kThreadsMax + 1}), "engine.options");
  EXPECT_EQ(problem({.requests = kRequestsMax}), "");
  EXPECT_EQ(problem({.requests = kRequestsMax + 1}), "engine.options");
  EXPECT_EQ(problem({.requests = 1, .batch = kBatchMax}), "");
  EXPECT_EQ(problem({.batch = kBatchMax + 1}), "engine.options");
  EXPECT_EQ(problem({.batch = 0}), "engine.options");
}

// Which precisions a CPU has differs; an engine that opens says the one that was asked for.
TEST_F(OpenvinoEngine, NeverUsesAnotherPrecisionThanAsked) {
  for (const Precision precision :
       {Precision::kFp32, Precision::kBf16, Precision::kFp16, Precision::kFp8}) {
    const auto engine = open_openvino_engine(package_, {.precision = precision});
    if (engine) {
      EXPECT_THAT((*engine)->description(), HasSubstr(std::string(name_of(precision))));
    } else {
      EXPECT_NE(precision, Precision::kFp32);
      EXPECT_EQ(engine.error().code.name, "engine.precision");
      EXPECT_THAT(engine.error().message, HasSubstr("use fp32"));
    }
  }
}

TEST_F(OpenvinoEngine, AFixedBatchIsKept) {
  package_ = compiled({.input = {3, 3, 64, 64}, .metadata = {{"names", "['a', 'b']"}}}, "three");
  EXPECT_EQ(problem({.batch = 1}), "engine.options");
  EXPECT_EQ(open({.batch = 3})->inputs().front().shape.front(), 3);
}

TEST_F(OpenvinoEngine, RefusesAGraphThatIsNotTheManifests) {
  ModelPackage wrong = package_;
  wrong.outputs[0].shape[2] = 85;
  EXPECT_THAT(open_openvino_engine(wrong).error().message, HasSubstr("disagree"));
  wrong = package_;
  wrong.outputs[0].name = "boxes";
  EXPECT_EQ(open_openvino_engine(wrong).error().code.name, "package.inconsistent");
  wrong = package_;
  wrong.input.tensor.name = "picture";
  EXPECT_EQ(open_openvino_engine(wrong).error().code.name, "package.inconsistent");
}

TEST_F(OpenvinoEngine, AnUnreadableGraphIsAnErrorInOneLine) {
  for (const char* name : {"model.onnx", "model.xml"}) {
    package_.graph_file = name;
    for (const std::string& content :
         {std::string(), std::string("garbage"), std::string(5'000, '\x08')}) {
      ASSERT_TRUE(write_file_atomically(package_.folder / name, content));
      const auto engine = open_openvino_engine(package_);
      ASSERT_FALSE(engine);
      EXPECT_EQ(engine.error().code.name, "engine.graph_invalid");
      EXPECT_EQ(engine.error().message.find('\n'), std::string::npos);
    }
    fs::remove(package_.folder / name);
    EXPECT_FALSE(open_openvino_engine(package_));
  }
}

std::int64_t resident_kib() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word == "VmRSS:") break;
  }
  std::int64_t kib = 0;
  status >> kib;
  return kib;
}

std::ptrdiff_t entries(const char* folder) {
  return std::distance(fs::directory_iterator(folder), fs::directory_iterator());
}

TEST_F(OpenvinoEngine, OpeningAndClosingLeavesNothingBehind) {
  const auto open_and_close = [&](int times) {
    for (int i = 0; i < times; ++i) run(*open({.streams = 1}), 0, 3);
  };
  open_and_close(10);
  [[maybe_unused]] const std::int64_t memory = resident_kib();
  const std::ptrdiff_t files = entries("/proc/self/fd");
  const std::ptrdiff_t threads = entries("/proc/self/task");
  open_and_close(20);
  EXPECT_EQ(entries("/proc/self/fd"), files);
  EXPECT_LE(entries("/proc/self/task"), threads + 1);
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
  EXPECT_LT(resident_kib() - memory, 2'048);
#endif
}

TEST_F(OpenvinoEngine, GoldenIsMetByEveryFormOfInput) {
  for (const InputForm form : {InputForm::kPicture, InputForm::kRaw}) {
    for (const int batch : {1, 3}) {
      const auto engine = open({.batch = batch, .input = form});
      const auto golden = check_golden(package_, *engine);
      ASSERT_TRUE(golden) << golden.error().message;
      EXPECT_LT(golden->difference, 1e-4);
    }
  }
}

TEST_F(OpenvinoEngine, GoldenIsMissedByAWrongColourOrderScaleOrPicture) {
  const auto missed = [&](const ModelPackage& package) {
    const auto engine = open_openvino_engine(package);
    return engine && !check_golden(package, **engine) &&
           check_golden(package, **engine).error().code.name == "package.golden";
  };
  EXPECT_FALSE(missed(package_));
  ModelPackage wrong = package_;
  wrong.input.color = ColorOrder::kBgr;
  EXPECT_TRUE(missed(wrong));
  wrong = package_;
  wrong.input.scale = 1.0F / 250.0F;
  EXPECT_TRUE(missed(wrong));
  const std::string picture(64 * 64 * 3, 'x');
  ASSERT_TRUE(write_file_atomically(package_.folder / package_.golden.input_file, picture));
  EXPECT_TRUE(missed(package_));
}

TEST_F(OpenvinoEngine, BgrAndNhwcAreFoldedIntoTheGraph) {
  const std::string names = (root_ / "names").string();
  ASSERT_TRUE(write_file_atomically(names, "a\nb\n"));
  package_ = compiled({.outputs = {{84, 7}}, .gain = 0.02F}, "yolox", names);
  EXPECT_EQ(package_.input.color, ColorOrder::kBgr);
  EXPECT_LT(check_golden(package_, *open({}))->difference, 1e-4);
  package_ = compiled({.input = {kDynamic, 64, 64, 3}}, "nhwc", names);
  EXPECT_EQ(package_.input.layout, TensorLayout::kNhwc);
  EXPECT_LT(check_golden(package_, *open({}))->difference, 1e-4);
}

TEST_F(OpenvinoEngine, BenchCountsWhatRanByTheClockItIsGiven) {
  const auto engine = open({.streams = 1, .requests = 2, .batch = 2});
  std::atomic<int> ticks = 0;
  const auto bench = bench_engine(*engine, 1.0, [&] { return 0.125 * ++ticks; });
  ASSERT_TRUE(bench) << bench.error().message;
  // The clock is read once at first, then twice a request.
  EXPECT_EQ(bench->inferences, 2 * (ticks - 1) / 2);
  EXPECT_GE(bench->seconds, 1.0);
  EXPECT_LE(bench->seconds, 0.125 * ticks);
  EXPECT_DOUBLE_EQ(bench->inferences_per_second,
                   static_cast<double>(bench->inferences) / bench->seconds);
  EXPECT_GE(bench->latency_ms_min, 125);
  EXPECT_LE(bench->latency_ms_min, bench->latency_ms_p50);
  EXPECT_LE(bench->latency_ms_p50, bench->latency_ms_p99);
  EXPECT_LE(bench->latency_ms_p99, bench->latency_ms_max);
}

TEST_F(OpenvinoEngine, BenchOfOneRequestIsExact) {
  const auto engine = open({.streams = 1, .requests = 1});
  double time = 0;
  const auto bench = bench_engine(*engine, 1.0, [&] { return time += 0.125; });
  ASSERT_TRUE(bench) << bench.error().message;
  EXPECT_EQ(bench->inferences, 4);  // Two steps of the clock each.
  EXPECT_DOUBLE_EQ(bench->seconds, 1.0);
  EXPECT_DOUBLE_EQ(bench->inferences_per_second, 4);
  EXPECT_DOUBLE_EQ(bench->latency_ms_p50, 125);
  EXPECT_DOUBLE_EQ(bench->latency_ms_max, 125);
}

TEST(Golden, PictureIsTheSameEverywhere) {
  const std::vector<std::uint8_t> picture = golden_picture(64, 32);
  EXPECT_EQ(sha256_hex(std::as_bytes(std::span(picture))),
            "0c2a069d1d411b060a90582beac17c0d463d9b83d1fb79f9094fc252c51fabe0");
}

TEST(Golden, StepsKeepTheLimitAndMeetEveryRow) {
  EXPECT_EQ(golden_step({kDynamic, 2, 32'768}), 1);
  EXPECT_EQ(golden_step({1, 1, kGoldenValuesMax}), 1);
  EXPECT_EQ(golden_step({1, 1, kGoldenValuesMax + 1}), 2);
  EXPECT_EQ(golden_step({1, 84, 8400}), 11);
  EXPECT_EQ(golden_step({1, 3549, 85}), 8);
}

}  // namespace
}  // namespace tally::inference
