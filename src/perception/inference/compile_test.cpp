#include "perception/inference/compile.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "perception/inference/golden.hpp"
#include "perception/inference/openvino_engine.hpp"
#include "perception/inference/tiny_graph.hpp"

namespace tally::inference {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;

// What a package is, byte for byte.
std::map<std::string, std::string> digests(const fs::path& folder) {
  std::map<std::string, std::string> result;
  for (const auto& entry : fs::directory_iterator(folder)) {
    result[entry.path().filename()] = sha256_hex_of_file(entry.path()).value();
  }
  return result;
}

class Compile : public ::testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / ("tally_compile_" + std::to_string(::getpid()));
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  void TearDown() override { fs::remove_all(root_); }

  CompileRequest request(const TinyGraph& graph) {
    write_tiny_graph(graph, root_ / "tiny.xml");
    CompileRequest result;
    result.graph = root_ / "tiny.xml";
    result.destination = root_ / "out";
    return result;
  }

  // The error, after checking that nothing was left at the destination.
  Error refused(const CompileRequest& request) {
    const auto entries = [&] {
      return std::distance(fs::directory_iterator(root_), fs::directory_iterator());
    };
    const std::ptrdiff_t before = entries();
    const auto report = compile_onnx(request);
    EXPECT_FALSE(report);
    EXPECT_EQ(entries(), before);
    return report ? Error{} : report.error();
  }

  fs::path root_;
};

const std::map<std::string, std::string> kTwoNames{{"names", "{0: 'bottle', 1: 'can'}"}};

TEST_F(Compile, RecordsWhatTheGraphSays) {
  const auto report = compile_onnx(request({.metadata = {{"names", "{0: 'bottle', 1: 'can'}"},
                                                         {"task", "detect"},
                                                         {"license", "MIT"},
                                                         {"description", "tiny model"},
                                                         {"author", "tester"}}}));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->names_from, "the graph's metadata");
  EXPECT_LT(report->golden_difference, 1e-4);
  const auto package = load_package(root_ / "out");
  ASSERT_TRUE(package) << package.error().message;
  EXPECT_EQ(package->name, "tiny");
  EXPECT_EQ(package->licence, "MIT");
  EXPECT_EQ(package->source, "tiny model; tester");
  EXPECT_EQ(package->head, HeadFamily::kYolov8);
  EXPECT_EQ(package->class_names, (std::vector<std::string>{"bottle", "can"}));
  EXPECT_EQ(package->sha256, report->package.sha256);
  EXPECT_EQ(report->package.folder, root_ / "out");
}

TEST_F(Compile, TheCallersWordsWin) {
  CompileRequest ask = request({.metadata = kTwoNames});
  ASSERT_TRUE(write_file_atomically(root_ / "names.txt", "cup\nplate\n"));
  ask.names = root_ / "names.txt";
  ask.name = "mine";
  ask.source = "ours";
  ask.licence = "Apache-2.0";
  const auto report = compile_onnx(ask);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->package.name, "mine");
  EXPECT_EQ(report->package.source, "ours");
  EXPECT_EQ(report->package.licence, "Apache-2.0");
  EXPECT_EQ(report->package.class_names.front(), "cup");
}

TEST_F(Compile, EveryHeadFamilyMakesAPackageThatLoads) {
  const std::vector<std::pair<HeadFamily, std::vector<Shape>>> heads{
      {HeadFamily::kYolov5, {{252, 7}}},
      {HeadFamily::kYolov8, {{6, 84}}},
      {HeadFamily::kYolov8Seg, {{10, 84}, {4, 16, 16}}},
      {HeadFamily::kEndToEnd, {{30, 6}}},
      {HeadFamily::kYolox, {{84, 7}}}};
  for (const auto& [family, outputs] : heads) {
    SCOPED_TRACE(name_of(family));
    CompileRequest ask = request({.outputs = outputs, .gain = 0.02F, .metadata = kTwoNames});
    ask.overwrite = true;
    const auto report = compile_onnx(ask);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->package.head, family);
    EXPECT_EQ(report->package.outputs.size(), outputs.size());
  }
}

TEST_F(Compile, AnEmbedderIsKnownByItsUnitLength) {
  const auto report =
      compile_onnx(request({.outputs = {{16}}, .gain = 0.02F, .unit_length = true}));
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->package.task, Task::kEmbed);
  EXPECT_EQ(report->package.head, HeadFamily::kNone);
  EXPECT_EQ(report->names_from, "");
  EXPECT_LT(report->golden_difference, 1e-4);
  EXPECT_TRUE(load_package(root_ / "out"));
}

TEST_F(Compile, AVectorThatMayBeAClassifiersMustBeCalledAnEmbedder) {
  CompileRequest ask = request({.outputs = {{16}}, .gain = 0.02F, .probabilities = false});
  EXPECT_THAT(refused(ask).message, HasSubstr("say so with --task embed"));
  ask.task = Task::kDetect;
  EXPECT_THAT(refused(ask).message, HasSubstr("task 'detect' was asked for"));
  ask.task = Task::kEmbed;
  ask.names = "coco80";
  EXPECT_THAT(refused(ask).message, HasSubstr("an embedder has no classes"));
  ask.names = "";
  const auto report = compile_onnx(ask);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->package.task, Task::kEmbed);
}

TEST_F(Compile, AnEmbedderWithoutDirectionIsRefused) {
  CompileRequest ask = request({.outputs = {{16}}, .gain = 0, .probabilities = false});
  ask.task = Task::kEmbed;
  EXPECT_THAT(refused(ask).message, HasSubstr("a vector of zeros"));
}

TEST_F(Compile, TheSameInputGivesTheSameBytes) {
  CompileRequest ask = request({.metadata = kTwoNames});
  ASSERT_TRUE(compile_onnx(ask));
  ask.destination = root_ / "again";
  ASSERT_TRUE(compile_onnx(ask));
  EXPECT_EQ(digests(root_ / "out"), digests(root_ / "again"));
  EXPECT_EQ(digests(root_ / "out").size(), 5U);
}

TEST_F(Compile, AnExistingPackageIsReplacedOnlyWhenAsked) {
  CompileRequest ask = request({.metadata = kTwoNames});
  ASSERT_TRUE(compile_onnx(ask));
  ask.name = "second";
  EXPECT_EQ(refused(ask).code.kind, ErrorKind::kConflict);
  EXPECT_EQ(load_package(root_ / "out")->name, "tiny");
  ask.overwrite = true;
  ASSERT_TRUE(compile_onnx(ask));
  EXPECT_EQ(load_package(root_ / "out")->name, "second");
}

TEST_F(Compile, NamesThatDoNotFitAreTold) {
  EXPECT_THAT(refused(request({})).message,
              HasSubstr("does not name its 2 classes; pass --names FILE"));
  EXPECT_THAT(refused(request({.outputs = {{84, 84}}})).message, HasSubstr("--names coco80"));
  const Error error = refused(request({.metadata = {{"names", "['one']"}}}));
  EXPECT_EQ(error.code.name, "compile.names");
  EXPECT_THAT(error.message, HasSubstr("head has 2 classes, but the graph's metadata names 1"));
  EXPECT_THAT(refused(request({.metadata = {{"names", "{0: bottle}"}}})).message,
              HasSubstr("quoted name is expected"));
  CompileRequest ask = request({});
  ask.names = "coco80";
  EXPECT_THAT(refused(ask).message, HasSubstr("coco80 names 80"));
  ask.names = root_ / "none.txt";
  EXPECT_EQ(refused(ask).code.kind, ErrorKind::kNotFound);
}

TEST_F(Compile, AnEndToEndHeadTakesItsCountFromTheNames) {
  const TinyGraph graph{.outputs = {{30, 6}}};
  EXPECT_THAT(refused(request(graph)).message, HasSubstr("does not name its classes"));
}

TEST_F(Compile, AHeadThatOnlyLooksKnownIsRefused) {
  const Error scores = refused(request({.probabilities = false, .metadata = kTwoNames}));
  EXPECT_EQ(scores.code.name, "compile.unknown_head");
  EXPECT_THAT(scores.message, HasSubstr("no probabilities"));
  EXPECT_THAT(refused(request({.outputs = {{85, 7}}, .metadata = kTwoNames})).message,
              HasSubstr("Seen: input images f32 [-1,3,64,64]; output output0 f32 [-1,85,7]"));
}

TEST_F(Compile, WhatIsNoGraphIsToldInOneLine) {
  CompileRequest ask;
  ask.destination = root_ / "out";
  ask.graph = root_ / "none.onnx";
  EXPECT_EQ(refused(ask).code.kind, ErrorKind::kNotFound);
  for (const std::string& content :
       {std::string(), std::string("garbage"), std::string(5'000, '\x08')}) {
    ask.graph = root_ / "bad.onnx";
    ASSERT_TRUE(write_file_atomically(ask.graph, content));
    const Error error = refused(ask);
    EXPECT_EQ(error.code.name, "compile.graph_invalid");
    EXPECT_EQ(error.message.find('\n'), std::string::npos);
  }
  ask.graph = root_ / "model.pt";
  ASSERT_TRUE(write_file_atomically(ask.graph, "x"));
  EXPECT_THAT(refused(ask).message, HasSubstr("export the model to ONNX first"));
  ask.graph = root_;
  EXPECT_EQ(refused(ask).code.name, "compile.graph_invalid");
}

TEST_F(Compile, AGraphOverTheLimitIsRefusedUnread) {
  CompileRequest ask;
  ask.graph = root_ / "big.onnx";
  ask.destination = root_ / "out";
  std::ofstream(ask.graph).put('x');
  fs::resize_file(ask.graph, kGraphBytesMax + 1);  // Sparse: takes no room.
  EXPECT_THAT(refused(ask).message, HasSubstr("1 to 2147483648 are expected"));
}

TEST_F(Compile, TextsThatCannotBeRecordedAreRefused) {
  CompileRequest ask = request({.metadata = kTwoNames});
  ask.name = "two\nlines";
  EXPECT_EQ(refused(ask).code.kind, ErrorKind::kUsage);
}

TEST_F(Compile, ADestinationThatCannotBeWrittenIsTold) {
  CompileRequest ask = request({.metadata = kTwoNames});
  ask.destination = root_ / "tiny.xml";
  EXPECT_EQ(refused(ask).code.name, "file.unwritable");
}

}  // namespace
}  // namespace tally::inference
