// What the program does where no model is needed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/digest.hpp"
#include "cli/testing_program.hpp"
#include "perception/inference/manifest.hpp"

namespace tally::cli {
namespace {

using testing::Ended;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::StartsWith;
using testing::Workplace;

// The one way an error looks: nothing on standard output, one line on standard error.
void expect_error(const Ended& ended, int exit_code, const std::string& words) {
  EXPECT_EQ(ended.exit_code, exit_code);
  EXPECT_THAT(ended.out, IsEmpty());
  EXPECT_THAT(ended.err, MatchesRegex("tally: error\\[[a-z_.]+\\]: [^\n]+\n"));
  EXPECT_THAT(ended.err, HasSubstr(words));
}

TEST(CommandLine, HelpAndVersionGoToStandardOutput) {
  const Workplace here;
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--help"}, {"process", "--help"}, {"bench", "pipeline", "-h"}}) {
    const Ended ended = here.tally(words);
    EXPECT_EQ(ended.exit_code, 0);
    EXPECT_THAT(ended.out, HasSubstr("Example"));
    EXPECT_THAT(ended.err, IsEmpty());
  }
  EXPECT_THAT(here.tally({"--version"}).out, MatchesRegex("tally [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(CommandLine, WrongCallsAreUsageErrorsWithASuggestion) {
  const Workplace here;
  expect_error(here.tally({"proces"}), 2, "did you mean 'process'?");
  expect_error(here.tally({"process", "a.mp4", "--jsn"}), 2, "did you mean '--json'?");
  expect_error(here.tally({}), 2, "a command is required");
  expect_error(here.tally({"process", "a.mp4", "--model", "m", "--score", "7"}), 2, "--score");
}

TEST(CommandLine, WhatIsNotThereIsNotFoundAndNothingIsWritten) {
  const Workplace here;
  expect_error(here.tally({"process", "no.mp4", "--model", "m"}), 3, "no.mp4");
  expect_error(here.tally({"detect", "no.jpg", "--model", "m", "--draw", "seen"}), 3, "no.jpg");
  expect_error(here.tally({"compile", "no.onnx", "-o", "package"}), 3, "no.onnx");
  here.write("a.mp4", "x");
  expect_error(here.tally({"process", "a.mp4", "--model", "no_model"}), 3, "no_model");
  expect_error(here.tally({"process", "a.mp4", "--model", "m", "--layout", "no.toml"}), 3,
               "no.toml");
  expect_error(here.tally({"bench", "engine", "no_model"}), 3, "no_model");
  expect_error(here.tally({"bench", "pipeline", "no.mp4", "--model", "m"}), 3, "no.mp4");
  EXPECT_THAT(here.entries(), ::testing::ElementsAre("a.mp4"));
}

TEST(CommandLine, AGraphInPlaceOfAPackageIsToldHowToBecomeOne) {
  const Workplace here;
  here.write("a.mp4", "x");
  here.write("yolo.onnx", "x");
  expect_error(here.tally({"process", "a.mp4", "--model", "yolo.onnx"}), 2,
               "tally compile yolo.onnx -o yolo");
}

TEST(CommandLine, LayoutsThatCantBeReadAreToldWithTheirPlace) {
  const Workplace here;
  here.write("a.mp4", "x");
  here.write("bad.toml", "version = 1\nzones = 3\n");
  const Ended unknown_key =
      here.tally({"process", "a.mp4", "--model", "m", "--layout", "bad.toml"});
  expect_error(unknown_key, 1, "bad.toml");
  EXPECT_THAT(unknown_key.err, HasSubstr("2"));
  here.write("worse.toml", "version = = \n");
  expect_error(here.tally({"process", "a.mp4", "--model", "m", "--layout", "worse.toml"}), 1,
               "worse.toml");
}

TEST(CommandLine, APackageThatIsBrokenIsRefused) {
  const Workplace here;
  here.write("a.mp4", "x");
  here.write("package/model.toml", "this is not TOML");
  expect_error(here.tally({"process", "a.mp4", "--model", "package"}), 1, "model.toml");
  here.write("empty/readme", "");
  expect_error(here.tally({"process", "a.mp4", "--model", "empty"}), 3, "model.toml");
}

TEST(CommandLine, AFileInTheWayOfTheResultsIsRefusedAndKept) {
  const Workplace here;
  here.write("a.mp4", "x");
  here.write("results", "mine");
  expect_error(here.tally({"process", "a.mp4", "--model", "m", "-o", "results"}), 1, "in the way");
  EXPECT_EQ(here.read("results"), "mine");
}

TEST(CommandLine, NamesCantWriteToTheTerminal) {
  const Workplace here;
  expect_error(here.tally({"process", "a\x1b]0;owned\x07\n.mp4", "--model", "m"}), 3,
               "a?]0;owned?");
}

// Nothing in these sessions can be processed: each is a failure by itself.
TEST(CommandLine, EvalListsSessionsThatFailAndGatesEndIt) {
  const Workplace here;
  for (const std::string name : {"set/one/", "set/two/"}) {
    here.write(name + "session.toml",
               "version = 1\n[[video]]\ncamera = \"cam0\"\nfile = \"a.mp4\"\n");
    here.write(name + "a.mp4", "no video");
    here.write(name + "truth.json",
               R"({"schema": "tally.truth.v1", "products": [], "events": [], "cart": []})");
  }
  const Ended ended = here.tally({"eval", "set", "--model", "no_model", "--out", "results"});
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("2 sessions, all cameras, 2 without a cart"));
  EXPECT_THAT(ended.out, HasSubstr("Report: results/eval.html"));
  EXPECT_THAT(here.read("results/eval.json"), HasSubstr("\"outcome\": \"failed\""));
  EXPECT_THAT(here.read("results/eval.html"), HasSubstr("error["));
  const Ended gated = here.tally({"eval", "set", "--model", "no_model", "--out", "results",
                                  "--json", "--require", "exact=0.5,wrong=0"});
  EXPECT_EQ(gated.exit_code, 1);
  EXPECT_THAT(gated.out, StartsWith("{\n  \"schema\": \"tally.eval.v1\""));
  EXPECT_EQ(gated.err,
            "tally: error[cli.gate]: exact is 0.0000, required is at least 0.5\n"
            "tally: error[cli.gate]: 1 of 2 gates missed\n");
  EXPECT_THAT(here.entries(), ::testing::ElementsAre("results", "set"));
}

TEST(CommandLine, EvalNeedsSessions) {
  const Workplace here;
  here.write("set/readme", "x");
  expect_error(here.tally({"eval", "set"}), 3, "holds no session");
  expect_error(here.tally({"eval", "nowhere"}), 3, "no such folder");
  expect_error(here.tally({"eval", "set", "--require", "exakt=1"}), 2, "there are exact");
}

TEST(CommandLine, DoctorSaysOfEachPartWhetherItWorks) {
  const Workplace here;
  const Ended ended = here.tally({"doctor"});
  EXPECT_EQ(ended.exit_code, 0) << ended.out;
  for (const char* part : {"processor", "memory", "engine", "decoder", "sandbox", "models"}) {
    EXPECT_THAT(ended.out, HasSubstr(part));
  }
  EXPECT_THAT(ended.out, HasSubstr("tally-decoder decodes in its sandbox"));
  EXPECT_THAT(here.entries(), IsEmpty());
  EXPECT_THAT(here.tally({"doctor", "--json"}).out,
              StartsWith("{\n  \"schema\": \"tally.doctor.v1\""));
}

// The variable is for the program that is started, not for this one.
class LibnrtGiven {
 public:
  explicit LibnrtGiven(const std::string& path) { ::setenv("TALLY_LIBNRT", path.c_str(), 1); }
  ~LibnrtGiven() { ::unsetenv("TALLY_LIBNRT"); }
};

TEST(CommandLine, DoctorTellsWhetherNeuronIsHere) {
  const Workplace here;
  {
    const LibnrtGiven missing("no_libnrt.so.1");
    const Ended ended = here.tally({"doctor"});
    EXPECT_EQ(ended.exit_code, 0);
    EXPECT_THAT(ended.out, HasSubstr("neuron     not here; only packages with target"));
    EXPECT_THAT(ended.out, HasSubstr("aws-neuronx-runtime-lib"));
  }
  const LibnrtGiven fake(TALLY_BINARY_DIR "/libfake_nrt.so");
  EXPECT_THAT(here.tally({"doctor"}).out, HasSubstr("libfake_nrt.so, 2 cores visible"));
}

// A tiny package for Neuron; a NEFF that the fake libnrt reads.
void write_neuron_package(const Workplace& here) {
  using inference::ModelPackage;
  ModelPackage package;
  package.name = "tiny";
  package.source = "a test";
  package.licence = "Apache-2.0";
  package.target = inference::Target::kNeuron;
  package.precision = inference::Precision::kBf16;
  package.input.tensor = {"input0", inference::ElementType::kU8, {2, 32, 32, 3}};
  package.input.layout = inference::TensorLayout::kNhwc;
  package.input.scale = 1;
  package.outputs = {{"output0", inference::ElementType::kF32, {2, 6, 21}}};
  package.class_names = {"bottle", "can"};
  package.graph_file = "model.neff";
  package.golden = {"in.bin", {"out.bin"}, {4}, 0.001F};
  const auto add = [&](const std::string& name, const std::string& content) {
    here.write("package/" + name, content);
    package.files.push_back({name, sha256_hex(content)});
  };
  add("model.neff", "FAKE-NEFF\ninput input0 u8 2 32 32 3\noutput output0 f32 2 6 21\n");
  add("in.bin", std::string(32 * 32 * 3, 'p'));
  add("out.bin", std::string(32 * 4, 'o'));
  here.write("package/model.toml", inference::manifest_text(package));
}

TEST(CommandLine, APackageForNeuronRunsThereAndElsewhereSaysWhatIsMissing) {
  const Workplace here;
  write_neuron_package(here);
  const std::vector<std::string> bench{"bench", "engine", "package", "--seconds", "0.1"};
  {
    const LibnrtGiven missing("no_libnrt.so.1");
    expect_error(here.tally(bench), 5, "aws-neuronx-runtime-lib");
  }
  const LibnrtGiven fake(TALLY_BINARY_DIR "/libfake_nrt.so");
  const Ended ended = here.tally(bench);
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("2 x neuron core bf16, batch 2, 3 requests"));
}

}  // namespace
}  // namespace tally::cli
