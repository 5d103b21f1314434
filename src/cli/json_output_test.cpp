#include "cli/json_output.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.hpp"
#include "cli/doctor_checks.hpp"

namespace tally::cli {
namespace {

using ::testing::HasSubstr;

TEST(JsonOutput, DetectionsHaveFixedKeysAndRoundedNumbers) {
  DetectedPicture picture{
      .file = "a.jpg", .frame = 0, .time_ms = 0, .size = {4, 2}, .detections = {}};
  picture.detections.push_back({.detection = {{1.004F, 0, 3, 2}, 1, 0.91004F}, .mask = {}});
  picture.detections.push_back(
      {.detection = {{0, 0, 1, 1}, 7, 0.5F}, .mask = {.picture = {4, 2}, .counts = {0, 1, 7}}});
  EXPECT_EQ(detections_json({picture}, {"cat", "dog"}),
            "{\"schema\": \"tally.detections.v1\", \"images\": [\n"
            R"({"file":"a.jpg","frame":0,"time_ms":0,"width":4,"height":2,"detections":[)"
            R"({"class":"dog","class_id":1,"score":0.91,"box":[1.0,0.0,3.0,2.0]},)"
            R"({"class":"7","class_id":7,"score":0.5,"box":[0.0,0.0,1.0,1.0],)"
            R"("mask":{"size":[2,4],"counts":[0,1,7]}}]})"
            "\n]}\n");
  EXPECT_EQ(detections_json({}, {}), "{\"schema\": \"tally.detections.v1\", \"images\": [\n]}\n");
}

TEST(JsonOutput, AListedVideoIsOneLineWhateverItsName) {
  const std::string failed =
      list_line("a\n\"b\xff", fail(FileError::kNotFound, "no\nsuch").error());
  EXPECT_EQ(failed,
            "{\"video\":\"a\\n\\\"b\xEF\xBF\xBD\","
            "\"error\":{\"code\":\"file.not_found\",\"message\":\"no\\nsuch\"}}\n");
  EXPECT_THAT(list_line("a", Cart{}), ::testing::StartsWith(R"({"video":"a","cart":{"schema":)"));
}

TEST(JsonOutput, DoctorIsNotOkWhereSomethingEssentialFails) {
  const Check fine{.name = "a", .grade = Check::Grade::kWarn, .found = "f", .mend = "m"};
  const Check bad{.name = "b", .grade = Check::Grade::kFail, .found = "f", .mend = "m"};
  EXPECT_THAT(doctor_json({fine}), HasSubstr("\"ok\": true"));
  EXPECT_THAT(doctor_json({fine, bad}), HasSubstr("\"ok\": false"));
}

TEST(JsonOutput, ThePipelineComparesWithTheReferenceOnlyIfItRan) {
  PipelineBench bench;
  bench.run.frames_per_second = 100;
  EXPECT_THAT(pipeline_bench_json(bench), ::testing::Not(HasSubstr("reference")));
  bench.reference = PipelineRun{};
  bench.reference->frames_per_second = 25;
  EXPECT_THAT(pipeline_bench_json(bench), HasSubstr("\"speedup\": 4.0"));
  EXPECT_THAT(pipeline_bench_json(bench), HasSubstr("\"carts_agree\": true"));
  bench.differences = {"line a is missing"};
  EXPECT_THAT(pipeline_bench_json(bench), HasSubstr("\"carts_agree\": false"));
}

TEST(DoctorChecks, AProcessorWithoutAvx2IsAWarning) {
  const std::string text = "processor\t: 0\nmodel name\t: Some CPU\nflags\t\t: sse avx2 avx512f\n";
  const Check fine = check_processor(text, 2);
  EXPECT_EQ(fine.grade, Check::Grade::kOk);
  EXPECT_EQ(fine.found, "Some CPU, 2 cores usable, avx2, avx512f");
  const Check old = check_processor("model name: Old\nflags: sse avx\n", 1);
  EXPECT_EQ(old.grade, Check::Grade::kWarn);
  EXPECT_EQ(old.found, "Old, 1 core usable");
  EXPECT_EQ(check_processor("", 1).grade, Check::Grade::kOk) << "nothing known, nothing claimed";
}

TEST(DoctorChecks, TheControlGroupsLimitCountsAsMemory) {
  const std::string text = "MemTotal:       8388608 kB\nMemAvailable:   4194304 kB\n";
  EXPECT_EQ(check_memory(text, 0).found, "4.0 GiB free of 8.0");
  EXPECT_EQ(check_memory(text, 0).grade, Check::Grade::kOk);
  EXPECT_EQ(check_memory(text, 512 << 20).grade, Check::Grade::kWarn);
  EXPECT_EQ(check_memory(text, INT64_MAX - 4095).grade, Check::Grade::kOk);
}

}  // namespace
}  // namespace tally::cli
