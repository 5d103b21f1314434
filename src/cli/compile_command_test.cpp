// What `tally compile` does beyond packaging a graph as it is, seen from outside; graphs are tiny,
// pictures are drawn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "cli/testing_program.hpp"
#include "perception/inference/model_package.hpp"
#include "perception/inference/tiny_graph.hpp"
#include "perception/vision/draw.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;
using inference::TinyGraph;
using ::testing::ElementsAre;
using testing::Ended;
using ::testing::HasSubstr;
using testing::Workplace;

class CompileCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const int shade : {30, 120, 210}) {
      vision::Picture picture{.size = {64, 64}, .rgb = {}};
      for (int i = 0; i < 64 * 64; ++i) {
        for (const int channel : {shade, 255 - shade, 100}) {
          picture.rgb.push_back(static_cast<std::uint8_t>(channel));
        }
      }
      here_.write("photos/" + std::to_string(shade) + ".jpg", vision::encode_jpeg(picture).value());
    }
    embedder("graph/tiny.xml", 0.02F);
  }

  // Of another gain, it gives another direction.
  void embedder(const std::string& name, float gain) const {
    fs::create_directories((here_.path() / name).parent_path());
    inference::write_tiny_graph({.outputs = {{16}},
                                 .gain = gain,
                                 .probabilities = false,
                                 .unit_length = true,
                                 .metadata = {{"task", "embed"}}},
                                here_.path() / name);
  }

  [[nodiscard]] Ended compile(std::vector<std::string> options) const {
    std::vector<std::string> words{"compile", "graph/tiny.xml", "-o", "made"};
    words.insert(words.end(), options.begin(), options.end());
    return here_.tally(words);
  }

  void expect_refused(const Ended& ended, int exit_code, const std::string& words) const {
    EXPECT_EQ(ended.exit_code, exit_code) << ended.err;
    EXPECT_THAT(ended.err, HasSubstr(words));
    EXPECT_FALSE(fs::exists(here_.path() / "made"));
  }

  Workplace here_;
};

TEST_F(CompileCommand, VerifyingTellsSizeSpeedAndDifferenceAndRecordsIt) {
  const Ended ended = compile({"--precision", "fp16", "--verify", "photos"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  for (const char* words : {"fp32", "fp16", "cosine", "times as fast as fp32", "on 3 pictures"}) {
    EXPECT_THAT(ended.out, HasSubstr(words));
  }
  const auto package = inference::load_package(here_.path() / "made");
  ASSERT_TRUE(package) << package.error().message;
  EXPECT_EQ(package->precision, inference::Precision::kFp16);
  ASSERT_TRUE(package->verified);
  EXPECT_EQ(package->verified->pictures, 3);
  EXPECT_GT(package->verified->agreement, 0.99F);
  EXPECT_THAT(here_.tally({"models", "made"}).out, HasSubstr("cosine"));
}

TEST_F(CompileCommand, WhatIsWorseThanAllowedIsNotWritten) {
  // Against a graph that answers otherwise: of other weights.
  inference::write_tiny_graph({.outputs = {{16}},
                               .gain = -0.02F,
                               .probabilities = false,
                               .unit_length = true,
                               .metadata = {{"task", "embed"}}},
                              here_.path() / "other.xml");
  const std::vector<std::string> words{"--verify", "photos", "--against", "other.xml"};
  expect_refused(compile(words), 1, "error[verify.worse]");
  const Ended told = compile(words);
  EXPECT_THAT(told.err, HasSubstr("not written: cosine is"));
  EXPECT_THAT(told.out, HasSubstr("cosine"));  // The table says by how much.
  std::vector<std::string> lenient = words;
  lenient.insert(lenient.end(), {"--tolerance", "2"});
  EXPECT_EQ(compile(lenient).exit_code, 0);
}

TEST_F(CompileCommand, WordsThatDoNotGoTogetherAreToldBeforeAnythingIsDone) {
  expect_refused(compile({"--target", "neuron"}), 2, "python3 -m lab.neuron");
  expect_refused(compile({"--calibrate", "photos"}), 2, "--precision int8");
  expect_refused(compile({"--against", "other.xml"}), 2, "--verify");
  expect_refused(compile({"--size", "640"}), 2, "is not WxH");
  expect_refused(compile({"--batch", "many"}), 2, "neither a number nor 'dynamic'");
  expect_refused(compile({"--precision", "int8", "--verify", "photos"}), 2, "--against FILE");
  expect_refused(compile({"--verify", "nowhere"}), 3, "nowhere");
  expect_refused(compile({"--verify", "photos=bottle"}), 2, "has no class 'bottle'");
  expect_refused(compile({"--precision", "int8"}), 1, "is not quantised");
}

TEST_F(CompileCommand, ANetworkMayBeGivenAnotherSize) {
  const Ended ended = compile({"--size", "96x32", "--batch", "1"});
  ASSERT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("input 96x32"));
}

TEST_F(CompileCommand, APackageStartsWithoutCompilingAgain) {
  inference::write_tiny_graph({.metadata = {{"names", "['a', 'b']"}}}, here_.path() / "sees.xml");
  const Ended made = here_.tally({"compile", "sees.xml", "-o", "seer"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_THAT(made.err, HasSubstr("compiled for this machine: 64x64"));
  const auto kept = [&] {
    std::map<std::string, fs::file_time_type> files;
    for (const auto& entry : fs::directory_iterator(here_.path() / "seer" / "compiled")) {
      files.emplace(entry.path().filename(), entry.last_write_time());
    }
    return files;
  };
  const auto before = kept();
  ASSERT_FALSE(before.empty());
  const Ended seen = here_.tally({"detect", "photos/30.jpg", "--model", "seer"});
  ASSERT_EQ(seen.exit_code, 0) << seen.err;
  EXPECT_EQ(kept(), before);  // Nothing was made anew.
}

TEST_F(CompileCommand, APackageThatTallyOpensInNoWayIsNotToldToBeReady) {
  EXPECT_THAT(compile({}).err, HasSubstr("compiled for this machine: 64x64"));
  const Ended fixed = here_.tally({"compile", "graph/tiny.xml", "-o", "two", "--batch", "2"});
  EXPECT_EQ(fixed.exit_code, 0) << fixed.err;
  EXPECT_THAT(fixed.err, ::testing::Not(HasSubstr("compiled for this machine")));
}

}  // namespace
}  // namespace tally::cli
