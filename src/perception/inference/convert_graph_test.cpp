// Packages of changed graphs, and of those that are held to something before they are put in place.
#include "perception/inference/convert_graph.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temporary_folder.hpp"
#include "perception/inference/openvino_engine.hpp"
#include "perception/inference/tiny_graph.hpp"

namespace tally::inference {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const std::map<std::string, std::string> kTwoNames{{"names", "{0: 'bottle', 1: 'can'}"}};

TinyGraph embedder() {
  return {.outputs = {{16}}, .gain = 0.02F, .probabilities = false, .unit_length = true};
}

class ConvertGraph : public ::testing::Test {
 protected:
  CompileRequest request(const TinyGraph& graph) const {
    write_tiny_graph(graph, folder_ / "tiny.xml");
    CompileRequest ask;
    ask.graph = folder_ / "tiny.xml";
    ask.destination = folder_ / "out";
    return ask;
  }
  [[nodiscard]] Error refused(const CompileRequest& ask) const {
    const auto report = compile_onnx(ask);
    EXPECT_FALSE(report);
    EXPECT_FALSE(fs::exists(folder_ / "out"));
    return report ? Error{} : report.error();
  }
  TemporaryFolder folder_;
};

TEST_F(ConvertGraph, WithoutAWishTheGraphIsPackagedAsItIs) {
  const CompileRequest ask = request({.metadata = kTwoNames});
  EXPECT_EQ(convert_graph(ask, folder_.path()).value(), ask.graph);
  const auto report = compile_onnx(ask);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->package.precision, Precision::kFp32);
  EXPECT_FALSE(report->package.verified);
}

TEST_F(ConvertGraph, WeightsInFp16TakeHalfTheRoomAndKeepTheNames) {
  CompileRequest ask = request({.metadata = kTwoNames});
  const auto fp32_bytes = fs::file_size(folder_ / "tiny.bin");
  ask.precision = Precision::kFp16;
  const auto report = compile_onnx(ask);
  ASSERT_TRUE(report) << report.error().message;
  const auto package = load_package(folder_ / "out");
  ASSERT_TRUE(package) << package.error().message;
  EXPECT_EQ(package->precision, Precision::kFp16);
  EXPECT_EQ(package->class_names, (std::vector<std::string>{"bottle", "can"}));
  EXPECT_LT(fs::file_size(folder_ / "out" / "model.bin"), fp32_bytes * 6 / 10);
  const auto engine = open_openvino_engine(*package, {.streams = 1, .keep_compiled = false});
  ASSERT_TRUE(engine) << engine.error().message;
  EXPECT_THAT((*engine)->description(), HasSubstr("fp32"));  // What is counted in.
}

TEST_F(ConvertGraph, AnotherSizeIsGivenToAGraphThatAllowsIt) {
  CompileRequest ask = request(embedder());
  ask.size = {.width = 96, .height = 32};
  const auto report = compile_onnx(ask);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->package.input.width, 96);
  EXPECT_EQ(report->package.input.height, 32);
}

// Its candidates are those of 64x64, whatever the picture's size.
TEST_F(ConvertGraph, AGraphMadeForOneSizeIsRefusedAtAnother) {
  CompileRequest ask = request({.metadata = kTwoNames});
  ask.size = {.width = 96, .height = 64};
  EXPECT_EQ(refused(ask).code.name, "compile.unknown_head");
  ask.size = {.width = 100, .height = 64};
  EXPECT_THAT(refused(ask).message, HasSubstr("multiples of 32"));
}

TEST_F(ConvertGraph, TheBatchIsFixedOrOpened) {
  CompileRequest ask = request({.metadata = kTwoNames});
  ask.batch = 3;
  auto report = compile_onnx(ask);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->package.input.tensor.shape[0], 3);
  EXPECT_EQ(report->package.outputs[0].shape[0], 3);
  ask = request({.input = {1, 3, 64, 64}, .metadata = kTwoNames});
  ask.overwrite = true;
  ask.batch = kDynamic;
  report = compile_onnx(ask);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->package.input.tensor.shape[0], kDynamic);
  ask.batch = kBatchMax + 1;
  EXPECT_EQ(compile_onnx(ask).error().code.kind, ErrorKind::kUsage);
  ask.batch = 0;
  EXPECT_EQ(compile_onnx(ask).error().code.kind, ErrorKind::kUsage);
}

TEST_F(ConvertGraph, APrecisionIsNotPromisedWhereItIsNot) {
  CompileRequest ask = request({.metadata = kTwoNames});
  ask.precision = Precision::kInt8;
  EXPECT_THAT(refused(ask).message, HasSubstr("is not quantised"));
  ask.precision = Precision::kFp8;
  EXPECT_EQ(refused(ask).code.kind, ErrorKind::kUsage);
}

// Which precisions a CPU has differs.
TEST_F(ConvertGraph, Bf16IsRecordedWhereTheCpuHasItAndElseRefused) {
  CompileRequest ask = request({.metadata = kTwoNames});
  ask.precision = Precision::kBf16;
  if (!check_bf16()) {
    const Error error = refused(ask);
    EXPECT_EQ(error.code.name, "engine.precision");
    EXPECT_THAT(error.message, HasSubstr("compile on the kind of machine"));
    return;
  }
  const auto report = compile_onnx(ask);
  ASSERT_TRUE(report) << report.error().message;
  const auto engine = open_openvino_engine(report->package, {.keep_compiled = false});
  ASSERT_TRUE(engine) << engine.error().message;
  EXPECT_THAT((*engine)->description(), HasSubstr("bf16"));
}

TEST_F(ConvertGraph, WhatVerifyingGivesIsRecorded) {
  CompileRequest ask = request({.metadata = kTwoNames});
  fs::path seen;
  ask.verify = [&](const ModelPackage& package) -> Result<Verified> {
    seen = package.folder;
    EXPECT_TRUE(load_package(package.folder));
    return Verified{.against = std::string(64, 'a'), .pictures = 7, .agreement = 0.5F};
  };
  const auto report = compile_onnx(ask);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_NE(seen, folder_ / "out");
  const auto package = load_package(folder_ / "out");
  ASSERT_TRUE(package) << package.error().message;
  EXPECT_EQ(package->verified.value().pictures, 7);
  EXPECT_EQ(package->sha256, report->package.sha256);
}

TEST_F(ConvertGraph, WhatVerifyingRefusesIsNotWritten) {
  CompileRequest ask = request({.metadata = kTwoNames});
  ask.verify = [](const ModelPackage&) -> Result<Verified> {
    return fail(CompileError::kUsage, "worse than allowed");
  };
  EXPECT_EQ(refused(ask).message, "worse than allowed");
}

}  // namespace
}  // namespace tally::inference
