#include "perception/inference/open_engine.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/files.hpp"
#include "perception/inference/fake_nrt.hpp"

namespace tally::inference {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;

const std::string kFake = TALLY_BINARY_DIR "/libfake_nrt.so";

class OpenEngine : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("tally_open_" + std::to_string(::getpid()));
    package_.folder = folder_;
    package_.sha256 = "of the manifest";
    package_.target = Target::kNeuron;
    package_.precision = Precision::kFp16;
    package_.graph_file = "model.neff";
    package_.input.tensor = {"input0", ElementType::kU8, {2, 32, 32, 3}};
    package_.input.width = package_.input.height = 32;
    package_.outputs = {{"output0", ElementType::kF32, {2, 6, 21}}};
    ASSERT_TRUE(
        write_file_atomically(folder_ / "model.neff",
                              "FAKE-NEFF\ninput input0 u8 2 32 32 3\noutput output0 f32 2 6 21\n"));
  }
  void TearDown() override {
    fs::remove_all(folder_);
    ::unsetenv("TALLY_LIBNRT");
  }

  fs::path folder_;
  ModelPackage package_;
};

float run(Engine& engine, std::uint8_t value) {
  const MutableTensorView input = engine.input(0, 0);
  std::memset(input.bytes.data(), value, input.bytes.size());
  EXPECT_TRUE(engine.start(0));
  EXPECT_TRUE(engine.wait(0));
  return engine.output(0, 0).as<float>()[0];
}

TEST_F(OpenEngine, SaysWhatIsMissingWhereTheTargetCantRun) {
  ::setenv("TALLY_LIBNRT", "no_libnrt.so.1", 1);
  const auto engine = open_engine(package_);
  ASSERT_FALSE(engine);
  EXPECT_EQ(engine.error().code.name, "engine.unavailable");
  EXPECT_EQ(engine.error().code.kind, ErrorKind::kUnavailable);
  EXPECT_THAT(engine.error().message, HasSubstr(folder_.string()));
  EXPECT_THAT(engine.error().message, HasSubstr("aws-neuronx-runtime-lib"));
}

TEST_F(OpenEngine, OpensPackagesForCpusWithOpenvino) {
  package_.target = Target::kCpu;
  const auto engine = open_engine(package_, {.batch = 2});
  ASSERT_FALSE(engine);
  EXPECT_THAT(engine.error().message, HasSubstr("OpenVINO"));
}

TEST_F(OpenEngine, LoadsANeffOnceOnAllCoresForAllThatAreOpen) {
  ::setenv("TALLY_LIBNRT", kFake.c_str(), 1);
  FakeNrt& fake = loaded_fake_nrt(kFake.c_str());
  for (int round = 0; round < 2; ++round) {
    const auto one = open_engine(package_, {.threads = 3});
    const auto two = open_engine(package_);
    ASSERT_TRUE(one && two) << one.error().message;
    EXPECT_EQ((*one)->inputs()[0].shape, (Shape{1, 32, 32, 3}));
    EXPECT_EQ((*one)->description(), "2 x neuron core fp16, batch 2, 3 requests");
    EXPECT_EQ(fake.models, 2U);  // One for each core.
    EXPECT_EQ(run(**one, 7), 7);
    EXPECT_EQ(run(**two, 9), 9);
  }
  EXPECT_EQ(fake.models, 0U);
  EXPECT_EQ(fake.calls["nrt_init"], 1U);
  EXPECT_TRUE(fake.running);
  EXPECT_THAT(fake.mistakes, ::testing::IsEmpty());
}

TEST_F(OpenEngine, OnNeuronOnePictureIsTakenAtATime) {
  ::setenv("TALLY_LIBNRT", kFake.c_str(), 1);
  EXPECT_EQ(open_engine(package_, {.batch = 2}).error().code.name, "engine.options");
  EXPECT_EQ(open_engine(package_, {.input = InputForm::kRaw}).error().code.name, "engine.options");
}

}  // namespace
}  // namespace tally::inference
