// The Neuron engine over a fake libnrt, which notes every call that the real one would not forgive:
// fake_nrt.hpp. Nothing here says how fast a real core is.
#include "perception/inference/neuron_engine.hpp"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstring>
#include <thread>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "perception/inference/data_parallel.hpp"
#include "perception/inference/fake_nrt.hpp"

namespace tally::inference {
namespace {
namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const fs::path kFake = fs::path(TALLY_BINARY_DIR) / "libfake_nrt.so";

FakeNrt& fake() { return loaded_fake_nrt(kFake.c_str()); }

void reset_fake() {
  void* library = ::dlopen(kFake.c_str(), RTLD_NOW | RTLD_LOCAL);
  reinterpret_cast<decltype(&fake_nrt_reset)>(::dlsym(library, "fake_nrt_reset"))();
}

class NeuronEngine : public ::testing::Test {
 protected:
  void SetUp() override {
    reset_fake();
    folder_ = fs::temp_directory_path() / ("tally_neuron_" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    package_.name = "tiny";
    package_.folder = folder_;
    package_.target = Target::kNeuron;
    package_.precision = Precision::kBf16;
    package_.graph_file = "model.neff";
    package_.input.tensor = {"input0", ElementType::kU8, {2, 32, 32, 3}};
    package_.input.layout = TensorLayout::kNhwc;
    package_.input.scale = 1;
    package_.input.width = package_.input.height = 32;
    package_.outputs = {{"output0", ElementType::kF32, {2, 6, 21}}};
    write_neff("input input0 u8 2 32 32 3\noutput output0 f32 2 6 21\n");
  }
  void TearDown() override {
    fs::remove_all(folder_);
    EXPECT_THAT(fake().mistakes, IsEmpty());
    expect_nothing_alive();
    EXPECT_FALSE(fake().running);
  }

  void write_neff(const std::string& tensors) const {
    ASSERT_TRUE(write_file_atomically(folder_ / "model.neff", "FAKE-NEFF\n" + tensors));
  }

  static void expect_nothing_alive() {
    EXPECT_EQ(fake().models, 0U);
    EXPECT_EQ(fake().tensors, 0U);
    EXPECT_EQ(fake().sets, 0U);
    EXPECT_EQ(fake().infos, 0U);
  }

  [[nodiscard]] Result<std::unique_ptr<Engine>> open(const NeuronOptions& options = {}) const {
    auto runtime = NeuronRuntime::open(kFake);
    if (!runtime) return std::unexpected(runtime.error());
    return open_neuron_engine(package_, *runtime, options);
  }

  [[nodiscard]] std::string problem(const NeuronOptions& options = {}) const {
    const auto engine = open(options);
    return engine ? "" : fmt::format("{}: {}", engine.error().code.name, engine.error().message);
  }

  fs::path folder_;
  ModelPackage package_;
};

void fill(const MutableTensorView& input, std::uint8_t value) {
  std::memset(input.bytes.data(), value, input.bytes.size());
}

float first(const Engine& engine, std::size_t request, std::size_t item = 0) {
  const TensorView output = engine.output(request, 0);
  return output.as<float>()[item * 6 * 21];
}

TEST_F(NeuronEngine, WritesExecutesAndReads) {
  const auto engine = open();
  ASSERT_TRUE(engine) << engine.error().message;
  EXPECT_EQ((*engine)->inputs()[0], (TensorSpec{"input0", ElementType::kU8, {2, 32, 32, 3}}));
  EXPECT_EQ((*engine)->outputs()[0], (TensorSpec{"output0", ElementType::kF32, {2, 6, 21}}));
  EXPECT_EQ((*engine)->request_count(), kNeuronRequests);
  EXPECT_EQ((*engine)->description(), "neuron core bf16, batch 2, 3 requests");
  fill((*engine)->input(0, 0), 7);
  (*engine)->input(0, 0).bytes[32 * 32 * 3] = std::byte{7 + 96};  // In the second item.
  ASSERT_TRUE((*engine)->start(0));
  ASSERT_TRUE((*engine)->wait(0));
  EXPECT_EQ(first(**engine, 0), 7);
  EXPECT_EQ(first(**engine, 0, 1), 7 + 96.0F / (32 * 32 * 3));
  EXPECT_EQ((*engine)->output(0, 0).as<float>()[5], 7 + 5);
}

TEST_F(NeuronEngine, ConvertsPicturesForANeffThatTakesFloats) {
  package_.input.tensor = {"input0", ElementType::kF32, {2, 3, 32, 32}};
  package_.input.layout = TensorLayout::kNchw;
  package_.input.scale = 0.5F;
  write_neff("input input0 f32 2 3 32 32\noutput output0 f32 2 6 21\n");
  {
    const auto engine = open();
    ASSERT_TRUE(engine) << engine.error().message;
    EXPECT_EQ((*engine)->inputs()[0], (TensorSpec{"input0", ElementType::kU8, {2, 32, 32, 3}}));
    fill((*engine)->input(1, 0), 8);
    ASSERT_TRUE((*engine)->start(1));
    ASSERT_TRUE((*engine)->wait(1));
    EXPECT_EQ(first(**engine, 1, 1), 4);
  }
  const auto raw = open({.input = InputForm::kRaw});
  ASSERT_TRUE(raw);
  EXPECT_EQ((*raw)->inputs()[0], package_.input.tensor);
}

TEST_F(NeuronEngine, KeepsSeveralRequestsInFlightAndTheirAnswersApart) {
  const auto engine = open({.requests = 3});
  ASSERT_TRUE(engine);
  for (int round = 0; round < 20; ++round) {
    for (std::size_t request = 0; request < 3; ++request) {
      fill((*engine)->input(request, 0), static_cast<std::uint8_t>(10 * request + 1));
      ASSERT_TRUE((*engine)->start(request));
    }
    for (const std::size_t request : {2U, 0U, 1U}) {
      ASSERT_TRUE((*engine)->wait(request));
      EXPECT_EQ(first(**engine, request), 10 * static_cast<float>(request) + 1);
    }
  }
}

TEST_F(NeuronEngine, MayBeDestroyedWhileARequestRuns) {
  const auto engine = open();
  ASSERT_TRUE(engine);
  fill((*engine)->input(0, 0), 1);
  ASSERT_TRUE((*engine)->start(0));
}

TEST_F(NeuronEngine, StartsTheRuntimeOnceForAllCoresAndClosesItAfterTheLast) {
  {
    const auto one = open({.core = 0});
    const auto two = open({.core = 1});
    ASSERT_TRUE(one && two);
    EXPECT_EQ(fake().calls["nrt_init"], 1U);
    EXPECT_EQ(fake().calls["nrt_close"], 0U);
  }
  EXPECT_EQ(fake().calls["nrt_close"], 1U);
}

TEST_F(NeuronEngine, TensorsAreFoundByNameOrAsTheOnlyOnesThatFit) {
  write_neff("input x u8 2 32 32 3\noutput y f32 2 6 21\n");
  {
    const auto engine = open();
    ASSERT_TRUE(engine) << engine.error().message;
    EXPECT_EQ((*engine)->inputs()[0].name, "x");
    fill((*engine)->input(0, 0), 3);
    ASSERT_TRUE((*engine)->start(0));
    EXPECT_TRUE((*engine)->wait(0));
  }
  for (const char* neff : {
           "input x u8 1 32 32 3\noutput y f32 2 6 21\n",                        // The batch.
           "input input0 f32 2 32 32 3\noutput y f32 2 6 21\n",                  // The type.
           "input x u8 2 32 32 3\ninput z u8 2 32 32 3\noutput y f32 2 6 21\n",  // Which?
           "input x u8 2 32 32 3\noutput y bf16 2 6 21\n",                       // Unknown type.
           "input x u8 2 32 32 3\noutput y f32 2 6 21\noutput z f32 2 1\n",      // One more.
           "output y f32 2 6 21\n",
       }) {
    SCOPED_TRACE(neff);
    write_neff(neff);
    EXPECT_THAT(problem(), AllOf(HasSubstr("package.inconsistent"), HasSubstr(folder_.string()),
                                 HasSubstr("compile the model again")));
  }
}

TEST_F(NeuronEngine, RefusesWhatIsNotANeffOfThisPackage) {
  ASSERT_TRUE(write_file_atomically(folder_ / "model.neff", "garbage"));
  EXPECT_THAT(problem(), AllOf(HasSubstr("engine.graph_invalid"), HasSubstr("nrt_load on core 0"),
                               HasSubstr("NRT_INVALID (2)")));
  fs::remove(folder_ / "model.neff");
  EXPECT_THAT(problem(), HasSubstr("model.neff"));
  package_.target = Target::kCpu;
  EXPECT_THAT(problem(), HasSubstr("was made for cpu, not for Neuron"));
}

TEST_F(NeuronEngine, OptionsHaveLimits) {
  EXPECT_EQ(problem({.core = 1, .requests = kNeuronRequestsMax}), "");
  EXPECT_THAT(problem({.core = 2}), HasSubstr("core 2 of 2 that are visible"));
  EXPECT_THAT(problem({.requests = 0}), HasSubstr("engine.options"));
  EXPECT_THAT(problem({.requests = kNeuronRequestsMax + 1}), HasSubstr("engine.options"));
}

// Every documented status at every call: an error that names both, and nothing left behind.
TEST_F(NeuronEngine, EveryStatusOfEveryCallIsAnErrorWithItsName) {
  const std::vector<std::pair<int, std::string>> statuses{
      {1, "NRT_FAILURE"},
      {2, "NRT_INVALID"},
      {3, "NRT_INVALID_HANDLE"},
      {4, "NRT_RESOURCE"},
      {5, "NRT_TIMEOUT"},
      {6, "NRT_HW_ERROR"},
      {7, "NRT_QUEUE_FULL"},
      {9, "NRT_LOAD_NOT_ENOUGH_NC"},
      {10, "NRT_UNSUPPORTED_NEFF_VERSION"},
      {11, "NRT_FAIL_HOST_MEM_ALLOC"},
      {13, "NRT_UNINITIALIZED"},
      {14, "NRT_CLOSED"},
      {15, "NRT_QUEUE_EMPTY"},
      {101, "NRT_EXEC_UNIT_UNRECOVERABLE"},
      {1002, "NRT_EXEC_BAD_INPUT"},
      {1003, "NRT_EXEC_COMPLETED_WITH_NUM_ERR"},
      {1004, "NRT_EXEC_COMPLETED_WITH_ERR"},
      {1005, "NRT_EXEC_NC_BUSY"},
      {1006, "NRT_EXEC_OOB"},
      {1100, "NRT_COLL_PENDING"},
      {1200, "NRT_EXEC_HW_ERR_COLLECTIVES"},
      {1201, "NRT_EXEC_HW_ERR_HBM_UE"},
      {1202, "NRT_EXEC_HW_ERR_NC_UE"},
      {1203, "NRT_EXEC_HW_ERR_DMA_ABORT"},
      {1204, "NRT_EXEC_SW_NQ_OVERFLOW"},
      {1205, "NRT_EXEC_HW_ERR_REPAIRABLE_HBM_UE"},
      {1206, "NRT_NETWORK_PROXY_FAILURE"},
      {77, "status 77, which is not documented"}};
  const auto ends_with = [&](std::size_t after) -> std::string {
    fake().fail_after = after;
    const auto engine = open({.requests = 2});
    if (!engine) return engine.error().message;
    fill((*engine)->input(0, 0), 1);
    if (auto started = (*engine)->start(0); !started) return started.error().message;
    const auto done = (*engine)->wait(0);
    return done ? "" : done.error().message;
  };
  for (const char* call :
       {"nrt_init", "nrt_get_visible_vnc_count", "nrt_load", "nrt_get_model_tensor_info",
        "nrt_allocate_tensor_set", "nrt_tensor_allocate", "nrt_add_tensor_to_tensor_set",
        "nrt_tensor_write", "nrt_execute", "nrt_tensor_read"}) {
    for (const auto& [status, name] : statuses) {
      SCOPED_TRACE(fmt::format("{} {}", call, name));
      for (const std::size_t after : {0U, 3U}) {  // The first call, or one in the middle.
        reset_fake();
        fake().fail_call = call;
        fake().fail_status = status;
        const std::string error = ends_with(after);
        if (after == 0) EXPECT_THAT(error, AllOf(HasSubstr(call), HasSubstr(name)));
        EXPECT_THAT(fake().mistakes, IsEmpty());
        expect_nothing_alive();
        EXPECT_EQ(fake().running, false);
      }
    }
  }
  // Who frees can't be told; what is used goes on.
  for (const char* call : {"nrt_unload", "nrt_free_model_tensor_info"}) {
    reset_fake();
    fake().fail_call = call;
    fake().fail_status = 1;
    EXPECT_EQ(ends_with(0), "");
  }
}

TEST_F(NeuronEngine, AFailedRequestMayBeTriedAgain) {
  const auto engine = open();
  ASSERT_TRUE(engine);
  fake().fail_call = "nrt_execute";
  fake().fail_status = 1005;
  fill((*engine)->input(0, 0), 5);
  ASSERT_TRUE((*engine)->start(0));
  const auto done = (*engine)->wait(0);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code.name, "engine.execution");
  EXPECT_THAT(done.error().message, HasSubstr("the core is in use by another model or process"));
  fake().fail_call = "";
  ASSERT_TRUE((*engine)->start(0));
  ASSERT_TRUE((*engine)->wait(0));
  EXPECT_EQ(first(**engine, 0), 5);
}

TEST_F(NeuronEngine, SaysWhatToInstallWhereTheLibraryIsMissing) {
  const auto missing = NeuronRuntime::open(folder_ / "libnrt.so.1");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code.name, "engine.unavailable");
  EXPECT_THAT(missing.error().message,
              AllOf(HasSubstr("libnrt.so.1"), HasSubstr("aws-neuronx-runtime-lib")));
  const auto other = NeuronRuntime::open("libdl.so.2");
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message, HasSubstr("has no nrt_init; it is too old or no libnrt"));
  fake().cores = 0;
  EXPECT_THAT(NeuronRuntime::open(kFake).error().message,
              HasSubstr("no NeuronCore is visible; see NEURON_RT_VISIBLE_CORES"));
}

TEST_F(NeuronEngine, IsFoundWithoutTakingTheCores) {
  const auto found = find_neuron(kFake);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->visible_cores, 2U);
  EXPECT_EQ(fake().calls["nrt_init"], 0U);
  EXPECT_FALSE(find_neuron(folder_ / "libnrt.so.1"));
}

// DataParallel over all visible cores.
class NeuronParallel : public NeuronEngine {
 protected:
  [[nodiscard]] std::unique_ptr<DataParallel> open_all(
      const DataParallelOptions& options = {}) const {
    auto runtime = NeuronRuntime::open(kFake);
    EXPECT_TRUE(runtime) << (runtime ? "" : runtime.error().message);
    if (!runtime) return nullptr;
    auto parallel = DataParallel::open(
        (*runtime)->visible_cores(),
        [&](std::size_t core) { return open_neuron_engine(package_, *runtime, {.core = core}); },
        options);
    EXPECT_TRUE(parallel) << (parallel ? "" : parallel.error().message);
    return parallel ? std::move(*parallel) : nullptr;
  }

  static Result<std::vector<float>> run(DataParallel& parallel, std::size_t samples) {
    std::vector<float> answers(samples);
    auto ran = parallel.run(
        samples,
        [](std::size_t sample, std::span<const MutableTensorView> into) {
          fill(into[0], static_cast<std::uint8_t>(sample + 1));
        },
        [&](std::size_t sample, std::span<const TensorView> from) {
          answers[sample] = from[0].as<float>()[0];
        });
    if (!ran) return std::unexpected(ran.error());
    return answers;
  }
};

TEST_F(NeuronParallel, ScattersChunksOverTheCoresPadsAndGathersInOrder) {
  fake().cores = 2;
  const auto parallel = open_all();
  ASSERT_TRUE(parallel);
  EXPECT_EQ(parallel->workers(), 4U);
  EXPECT_EQ(run(*parallel, 7).value(), (std::vector<float>{1, 2, 3, 4, 5, 6, 7}));
  // 7 on 2 cores: chunks of 3, 3 and 1; with a batch of 2: two, two and one piece.
  EXPECT_EQ(fake().executed, (std::map<int, std::size_t>{{0, 3}, {1, 2}}));
  EXPECT_THAT(fake().inputs, ::testing::UnorderedElementsAre(ElementsAre(1, 2), ElementsAre(3, 0),
                                                             ElementsAre(4, 5), ElementsAre(6, 0),
                                                             ElementsAre(7, 0)));
}

TEST_F(NeuronParallel, UsesTheCoresThatAreNamed) {
  fake().cores = 4;
  const auto parallel = open_all({.devices = {1, 3}});
  ASSERT_TRUE(run(*parallel, 8));
  EXPECT_EQ(fake().executed, (std::map<int, std::size_t>{{1, 2}, {3, 2}}));
}

TEST_F(NeuronParallel, ACoreThatIsLostIsTakenOutWhateverItsStatus) {
  for (const char* call : {"nrt_tensor_write", "nrt_execute", "nrt_tensor_read"}) {
    for (const int status : {5, 7, 101, 1005, 1202}) {
      SCOPED_TRACE(fmt::format("{} {}", call, status));
      reset_fake();
      fake().cores = 3;
      fake().fail_call = call;
      fake().fail_core = 1;
      fake().fail_status = status;
      const auto parallel = open_all();
      EXPECT_EQ(run(*parallel, 9).value(), (std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
      EXPECT_THAT(parallel->devices(), ElementsAre(0, 2));
    }
  }
}

TEST_F(NeuronParallel, AnErrorNamesSampleCoreCallAndStatus) {
  const auto parallel = open_all();
  fake().fail_call = "nrt_execute";
  fake().fail_status = 1003;
  const auto answers = run(*parallel, 1);
  ASSERT_FALSE(answers);
  EXPECT_THAT(answers.error().message,
              ::testing::MatchesRegex("sample 0 of 1: device [01]: nrt_execute on core [01]: "
                                      "NRT_EXEC_COMPLETED_WITH_NUM_ERR \\(1003\\): .*"));
}

}  // namespace
}  // namespace tally::inference
