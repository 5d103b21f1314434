// Compiles the public models of ../shared/data and runs them as packages.
#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "base/files.hpp"
#include "perception/inference/compile.hpp"
#include "perception/inference/golden.hpp"
#include "perception/inference/openvino_engine.hpp"

namespace tally::inference {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;

class RealModels : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(models_)) GTEST_SKIP() << "needs ../shared/data";
    root_ = fs::temp_directory_path() / ("tally_models_" + std::to_string(::getpid()));
    fs::remove_all(root_);
    fs::create_directories(root_);
  }
  void TearDown() override {
    if (!root_.empty()) fs::remove_all(root_);
  }

  Result<CompileReport> compile(const std::string& name, std::string names = "") {
    CompileRequest request;
    request.graph = models_ / name;
    request.destination = root_ / "out";
    request.names = std::move(names);
    request.overwrite = true;
    return compile_onnx(request);
  }

  fs::path models_ = TALLY_SOURCE_DIR "/../shared/data/models";
  fs::path root_;
};

TEST_F(RealModels, Yolov8nWithADynamicBatch) {
  const auto report = compile("yolov8n_640_fp32_dynbatch.onnx");
  ASSERT_TRUE(report) << report.error().message;
  const ModelPackage& package = report->package;
  EXPECT_EQ(package.head, HeadFamily::kYolov8);
  EXPECT_EQ(package.class_names.size(), 80U);
  EXPECT_EQ(package.class_names[39], "bottle");
  EXPECT_THAT(package.licence, HasSubstr("AGPL-3.0"));
  EXPECT_THAT(package.source, HasSubstr("YOLOv8n"));
  EXPECT_LE(package.golden.tolerance, 1e-3F);
  const auto engine = open_openvino_engine(package, {.batch = 2});
  ASSERT_TRUE(engine) << engine.error().message;
  const auto golden = check_golden(package, **engine);
  EXPECT_TRUE(golden) << golden.error().message;
}

TEST_F(RealModels, YoloxNanoNeedsItsNamesGiven) {
  EXPECT_THAT(compile("yolox_nano_416_fp32.onnx").error().message, HasSubstr("--names coco80"));
  const auto report = compile("yolox_nano_416_fp32.onnx", "coco80");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->package.head, HeadFamily::kYolox);
  EXPECT_EQ(report->package.input.color, ColorOrder::kBgr);
}

TEST_F(RealModels, QuantisedModelsCompile) {
  const auto report = compile("yolov8n-seg_320_int8dyn_opset20.onnx");
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->package.head, HeadFamily::kYolov8Seg);
  EXPECT_EQ(report->package.task, Task::kSegment);
  EXPECT_GT(report->package.golden.tolerance, 1e-3F);
  const auto detector = compile("yolov8n_640_int8dyn_opset17.onnx");
  ASSERT_TRUE(detector) << detector.error().message;
  EXPECT_EQ(detector->package.head, HeadFamily::kYolov8);
}

TEST_F(RealModels, APalmDetectorIsRefusedWithWhatWasSeen) {
  const auto report = compile("palm_detection_lite_192.onnx");
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code.name, "compile.unknown_head");
  EXPECT_THAT(report.error().message, HasSubstr("[1,192,192,3]"));
  EXPECT_THAT(report.error().message, HasSubstr("Identity_1 f32 [1,2016,1]"));
}

TEST_F(RealModels, AnOnnxCutShortAnywhereIsAnError) {
  const std::string whole = read_file(models_ / "yolox_nano_416_fp32.onnx", 10U << 20U).value();
  for (int percent = 0; percent < 100; percent += 5) {
    const std::string cut = whole.substr(0, whole.size() * static_cast<std::size_t>(percent) / 100);
    ASSERT_TRUE(write_file_atomically(root_ / "cut.onnx", cut));
    CompileRequest request;
    request.graph = root_ / "cut.onnx";
    request.destination = root_ / "out";
    request.names = "coco80";
    const auto report = compile_onnx(request);
    ASSERT_FALSE(report) << percent;
    EXPECT_EQ(report.error().code.name, "compile.graph_invalid") << percent;
    EXPECT_FALSE(fs::exists(root_ / "out"));
  }
}

TEST_F(RealModels, NamesOfARealDataSetAreRead) {
  const fs::path yaml = TALLY_SOURCE_DIR "/../shared/data/datasets/bottle_can/data.yaml";
  const auto report = compile("yolox_nano_416_fp32.onnx", yaml.string());
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message,
              HasSubstr("head has 80 classes, but " + yaml.string() + " names 2"));
}

}  // namespace
}  // namespace tally::inference
