#include "cli/arguments.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tally::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename T>
T parsed(const std::vector<std::string>& words) {
  auto invocation = parse_arguments(words);
  EXPECT_TRUE(invocation) << (invocation ? "" : invocation.error().message);
  if (!invocation || !std::holds_alternative<T>(*invocation)) {
    ADD_FAILURE() << "another command was understood";
    return {};
  }
  return std::get<T>(*std::move(invocation));
}

std::string usage_error(const std::vector<std::string>& words) {
  auto invocation = parse_arguments(words);
  if (invocation) return "no error";
  EXPECT_EQ(invocation.error().code.kind, ErrorKind::kUsage);
  return invocation.error().message;
}

TEST(Arguments, ProcessTakesItsOptions) {
  const auto plain = parsed<ProcessArguments>({"process", "a.mp4", "--model", "m"});
  EXPECT_EQ(plain.video, "a.mp4");
  EXPECT_TRUE(plain.gate && plain.stride && plain.close_ups && plain.fit && plain.small_looks);
  EXPECT_TRUE(plain.second_look);
  EXPECT_TRUE(plain.evidence);
  EXPECT_EQ(plain.camera, "cam0");
  EXPECT_FALSE(plain.score);
  const auto full =
      parsed<ProcessArguments>({"process", "--json", "-m", "m", "--no-savings", "-o", "out",
                                "--score=0.5", "--no-evidence", "--", "-a.mp4"});
  EXPECT_EQ(full.video, "-a.mp4");
  EXPECT_EQ(full.output, "out");
  EXPECT_EQ(full.score, 0.5F);
  EXPECT_TRUE(full.json);
  EXPECT_FALSE(full.gate || full.stride || full.close_ups || full.fit || full.small_looks);
  EXPECT_FALSE(full.evidence);
  const auto closely = parsed<ProcessArguments>({"process", "a.mp4", "--no-small-looks"});
  EXPECT_TRUE(closely.gate && closely.stride && closely.fit);
  EXPECT_FALSE(closely.small_looks);
  EXPECT_FALSE(parsed<ProcessArguments>({"process", "a.mp4", "--no-second-look"}).second_look);
}

TEST(Arguments, DetectTakesManyFilesAndFrames) {
  const auto detect =
      parsed<DetectArguments>({"detect", "--frames", "3,1,2", "a.jpg", "b.mp4", "--model", "m"});
  EXPECT_THAT(detect.files, ElementsAre("a.jpg", "b.mp4"));
  EXPECT_THAT(detect.frames, ElementsAre(3, 1, 2));
}

TEST(Arguments, CompileTakesATask) {
  EXPECT_EQ(parsed<CompileArguments>({"compile", "a.onnx", "-o", "x"}).task, "");
  EXPECT_EQ(parsed<CompileArguments>({"compile", "a.onnx", "-o", "x", "--task", "embed"}).task,
            "embed");
  EXPECT_THAT(usage_error({"compile", "a.onnx", "-o", "x", "--task", "sing"}), HasSubstr("embed"));
}

TEST(Arguments, CompileTakesAPrecisionAndWhatItIsHeldTo) {
  const auto plain = parsed<CompileArguments>({"compile", "a.onnx", "-o", "x"});
  EXPECT_EQ(plain.precision, "fp32");
  EXPECT_EQ(plain.tolerance, kToleranceDefault);
  const auto full = parsed<CompileArguments>(
      {"compile", "a.onnx", "-o", "x", "--precision", "int8", "--calibrate", "p", "--verify",
       "set=item", "--tolerance", "0.05", "--size", "640x384", "--batch", "dynamic"});
  EXPECT_EQ(full.precision, "int8");
  EXPECT_EQ(full.verify, "set=item");
  EXPECT_EQ(full.tolerance, 0.05);
  EXPECT_EQ(full.size, "640x384");
  EXPECT_EQ(full.batch, "dynamic");
  EXPECT_THAT(usage_error({"compile", "a.onnx", "-o", "x", "--precision", "int4"}),
              HasSubstr("int8"));
}

TEST(Arguments, ModelsTakesFolders) {
  EXPECT_TRUE(parsed<ModelsArguments>({"models"}).folders.empty());
  EXPECT_THAT(parsed<ModelsArguments>({"models", "a", "b", "--json"}).folders,
              ElementsAre("a", "b"));
}

TEST(Arguments, BenchDensityTakesLevels) {
  EXPECT_TRUE(parsed<BenchDensityArguments>({"bench", "density", "s"}).sessions.empty());
  const auto given = parsed<BenchDensityArguments>(
      {"bench", "density", "s", "--sessions", "1,2,4", "--slots", "3"});
  EXPECT_THAT(given.sessions, ElementsAre(1, 2, 4));
  EXPECT_EQ(given.slots, 3);
  EXPECT_THAT(usage_error({"bench", "density", "s", "--sessions", "0"}), HasSubstr("--sessions"));
}

TEST(Arguments, EnrollTakesAProductWithPhotosOrAFolderOfProducts) {
  const auto one = parsed<EnrollArguments>({"enroll", "--product", "p", "a.jpg", "b.jpg"});
  EXPECT_EQ(one.product, "p");
  EXPECT_THAT(one.photos, ElementsAre("a.jpg", "b.jpg"));
  EXPECT_EQ(one.gallery, "gallery");
  EXPECT_EQ(one.model, "");
  EXPECT_TRUE(parsed<EnrollArguments>({"enroll", "--product", "p", "--add", "a.jpg"}).add);
  EXPECT_TRUE(parsed<EnrollArguments>({"enroll", "--product", "p", "--remove"}).remove);
  const auto many =
      parsed<EnrollArguments>({"enroll", "--photos", "dir", "--gallery", "g", "-m", "e", "--json"});
  EXPECT_EQ(many.photos_folder, "dir");
  EXPECT_EQ(many.gallery, "g");
  EXPECT_EQ(many.model, "e");
}

TEST(Arguments, EnrollRefusesWhatContradictsItself) {
  EXPECT_THAT(usage_error({"enroll", "a.jpg"}), HasSubstr("either --product ID or --photos DIR"));
  EXPECT_THAT(usage_error({"enroll", "--product", "p", "--photos", "d"}), HasSubstr("either"));
  EXPECT_THAT(usage_error({"enroll", "--product", "p"}), HasSubstr("PHOTO is required"));
  EXPECT_THAT(usage_error({"enroll", "--product", "p", "--remove", "a.jpg"}),
              HasSubstr("no PHOTO"));
  EXPECT_THAT(usage_error({"enroll", "--photos", "d", "a.jpg"}), HasSubstr("--product"));
  EXPECT_THAT(usage_error({"enroll", "--photos", "d", "--remove"}), HasSubstr("--product"));
  EXPECT_THAT(usage_error({"enroll", "--product", "p", "--add", "--remove"}), HasSubstr("either"));
  EXPECT_THAT(usage_error({"enrol", "--product", "p", "a.jpg"}),
              HasSubstr("did you mean 'enroll'"));
}

TEST(Arguments, AuditTakesTwoPicturesAndALayout) {
  const auto plain = parsed<AuditArguments>({"audit", "a.jpg", "b.jpg", "--layout", "l.toml"});
  EXPECT_EQ(plain.before, "a.jpg");
  EXPECT_EQ(plain.after, "b.jpg");
  EXPECT_EQ(plain.camera, "cam0");
  EXPECT_TRUE(plain.gallery.empty());
  const auto full = parsed<AuditArguments>({"audit", "a.jpg", "b.jpg", "--layout", "l.toml",
                                            "--gallery", "g", "--camera", "top", "--json"});
  EXPECT_EQ(full.gallery, "g");
  EXPECT_EQ(full.camera, "top");
  EXPECT_THAT(usage_error({"audit", "a.jpg", "--layout", "l.toml"}), HasSubstr("AFTER"));
  EXPECT_THAT(usage_error({"audit", "a.jpg", "b.jpg"}), HasSubstr("--layout"));
}

TEST(Arguments, BenchHasTwoCommandsAndTheReferenceCanBeLeftOut) {
  EXPECT_EQ(parsed<BenchEngineArguments>({"bench", "engine", "m", "--streams", "2"}).streams, 2);
  EXPECT_TRUE(parsed<BenchPipelineArguments>({"bench", "pipeline", "v", "-m", "m"}).reference);
  EXPECT_TRUE(parsed<BenchPipelineArguments>({"bench", "pipeline", "v", "-m", "m", "--reference"})
                  .reference);
  EXPECT_FALSE(
      parsed<BenchPipelineArguments>({"bench", "pipeline", "v", "-m", "m", "--no-reference"})
          .reference);
}

TEST(Arguments, EvalTakesItsOptionsAndPassesOthersOn) {
  const auto eval = parsed<EvalArguments>(
      {"eval", "set", "--cameras", "all", "--cameras", "cam0,cam1", "--out", "o", "--jobs", "3",
       "--policy-threshold", "0.9", "--reports", "none", "--", "--no-gate", "--score", "0.5"});
  EXPECT_EQ(eval.folder, "set");
  EXPECT_EQ(eval.output, "o");
  EXPECT_EQ(eval.jobs, 3);
  EXPECT_EQ(eval.policy_threshold, 0.9);
  EXPECT_EQ(eval.keep, KeepReports::kNone);
  EXPECT_THAT(eval.cameras, ElementsAre("all", "cam0,cam1"));
  EXPECT_THAT(eval.process_options, ElementsAre("--no-gate", "--score", "0.5"));
  EXPECT_THAT(usage_error({"eval", "a", "b"}), HasSubstr("follow --"));
  EXPECT_THAT(usage_error({"eval"}), HasSubstr("DIR"));
  EXPECT_THAT(usage_error({"eval", "a", "--reports", "some"}), HasSubstr("--reports"));
  EXPECT_THAT(usage_error({"eval", "a", "--policy-threshold", "nan"}), HasSubstr("from 0 to 1"));
  EXPECT_THAT(usage_error({"eval", "a", "--jobs", "257"}), HasSubstr("256"));
}

TEST(Arguments, UnknownWordsComeWithASuggestion) {
  EXPECT_EQ(usage_error({"proces", "a.mp4"}),
            "unknown command 'proces'; did you mean 'process'?; see 'tally --help'");
  EXPECT_THAT(
      usage_error({"process", "a.mp4", "--modl", "m"}),
      HasSubstr("unknown option '--modl'; did you mean '--model'?; see 'tally process --help'"));
  EXPECT_EQ(parsed<BenchCompareArguments>({"bench", "compare", "a", "b"}).b, "b");
  EXPECT_EQ(parsed<BenchCostArguments>({"bench", "cost", "a", "--per-hour", "0.5"}).per_hour, 0.5);
  EXPECT_THAT(usage_error({"bench", "cost", "a", "--per-hour", "0"}), HasSubstr("--per-hour"));
  EXPECT_THAT(usage_error({"bench", "engin", "m"}), HasSubstr("did you mean 'engine'?"));
  EXPECT_THAT(usage_error({"--verbose"}), HasSubstr("unknown option '--verbose'"));
  EXPECT_THAT(usage_error({"process", "-z", "a.mp4"}), HasSubstr("unknown option '-z'"));
}

TEST(Arguments, ProcessTakesWhatACabinetNeeds) {
  const auto plain = parsed<ProcessArguments>({"process", "session"});
  EXPECT_EQ(plain.model, "");
  EXPECT_EQ(plain.embedder, "");
  EXPECT_EQ(plain.gallery, "");
  EXPECT_DOUBLE_EQ(plain.review, 0.9);
  const auto given = parsed<ProcessArguments>(
      {"process", "session", "--embedder", "e", "--gallery", "g", "--review", "0.97"});
  EXPECT_EQ(given.embedder, "e");
  EXPECT_EQ(given.gallery, "g");
  EXPECT_DOUBLE_EQ(given.review, 0.97);
  EXPECT_THAT(usage_error({"process", "session", "--review", "97"}), HasSubstr("from 0 to 1"));
}

TEST(Arguments, WhatIsMissingIsNamed) {
  EXPECT_THAT(usage_error({}), HasSubstr("a command is required: process, detect, compile"));
  EXPECT_THAT(usage_error({"process", "--model", "m"}), HasSubstr("VIDEO is required"));
  EXPECT_THAT(usage_error({"bench"}), HasSubstr("a command is required: engine, pipeline"));
}

TEST(Arguments, ValuesOutOfRangeAreRefused) {
  for (const std::string score : {"1.01", "-0.1", "nan", "much", ""}) {
    EXPECT_THAT(usage_error({"process", "a.mp4", "-m", "m", "--score", score}),
                HasSubstr("not a number from 0 to 1"))
        << score;
  }
  EXPECT_THAT(usage_error({"process", "a.mp4", "-m", "m", "--threads", "1025"}), HasSubstr("1024"));
  EXPECT_THAT(usage_error({"detect", "a", "-m", "m", "--stride", "0"}), HasSubstr("from 1"));
  EXPECT_THAT(usage_error({"detect", "a", "-m", "m", "--frames", "1,x"}), HasSubstr("'x'"));
}

TEST(Arguments, ContradictionsAreRefused) {
  EXPECT_THAT(usage_error({"process", "a.mp4", "b.mp4", "-m", "m"}), HasSubstr("b.mp4"));
  EXPECT_THAT(usage_error({"process", "a.mp4", "--stdin-list", "-m", "m"}), HasSubstr("either"));
  EXPECT_THAT(usage_error({"process", "--stdin-list", "-o", "x", "-m", "m"}),
              HasSubstr("--output"));
}

TEST(Arguments, HelpShowsExamplesBeforeOptions) {
  const std::string text = parsed<PrintText>({"process", "--help"}).text;
  EXPECT_LT(text.find("Examples:"), text.find("Usage:"));
  EXPECT_LT(text.find("Usage:"), text.find("--layout FILE"));
  EXPECT_EQ(parsed<PrintText>({"help", "process"}).text, text);
  EXPECT_THAT(parsed<PrintText>({"--help"}).text, HasSubstr("Exit codes: 0 ok"));
  EXPECT_THAT(parsed<PrintText>({"--version"}).text, ::testing::StartsWith("tally 0."));
}

TEST(Arguments, ServeAndDemoTakeTheirs) {
  EXPECT_TRUE(parsed<ServeArguments>({"serve"}).config.empty());
  EXPECT_EQ(parsed<ServeArguments>({"serve", "-c", "tally.toml"}).config, "tally.toml");
  const auto served = parsed<ServeArguments>({"serve", "--tenant", "A", "--owner", "a@b.example"});
  EXPECT_EQ(served.tenant, "A");
  EXPECT_EQ(served.owner, "a@b.example");
  EXPECT_THAT(usage_error({"serve", "--tenant", "A"}), HasSubstr("--owner"));
  const auto demo = parsed<DemoArguments>({"demo", "demo/take_one", "--once", "--sessions", "3"});
  EXPECT_EQ(demo.session, "demo/take_one");
  EXPECT_TRUE(demo.once);
  EXPECT_EQ(demo.sessions, 3);
  EXPECT_THAT(usage_error({"demo", "--sessions", "0"}), HasSubstr("--sessions"));
  EXPECT_THAT(usage_error({"demo", "--onec"}), HasSubstr("did you mean '--once'"));
}

TEST(Arguments, DeviceRunsOrIsProvisioned) {
  const auto run = parsed<DeviceArguments>({"device", "--config", "cabinet.toml", "--virtual"});
  EXPECT_EQ(run.config, "cabinet.toml");
  EXPECT_TRUE(run.virtual_cabinet);
  const auto made = parsed<DeviceProvisionArguments>(
      {"device", "provision", "--server", "https://a.example", "--code", "C", "--config", "c"});
  EXPECT_EQ(made.server, "https://a.example");
  EXPECT_EQ(made.code, "C");
  EXPECT_EQ(parsed<DeviceKeyArguments>({"device", "rotate-key", "--config", "c"}).config, "c");
  EXPECT_THAT(usage_error({"device"}), HasSubstr("--config is required"));
  EXPECT_THAT(usage_error({"device", "provision", "--config", "c"}), HasSubstr("--code"));
  EXPECT_THAT(usage_error({"device", "provison"}), HasSubstr("did you mean 'provision'"));
}

}  // namespace
}  // namespace tally::cli
