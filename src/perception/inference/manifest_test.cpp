#include "perception/inference/manifest.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/digest.hpp"
#include "perception/inference/head_shape.hpp"

namespace tally::inference {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

ModelPackage example() {
  ModelPackage package;
  package.name = "tiny \"quoted\" \\ é";
  package.source = "a test";
  package.licence = "Apache-2.0";
  package.head = HeadFamily::kYolov8;
  package.input.tensor = {"images", ElementType::kF32, {kDynamic, 3, 64, 96}};
  package.input.width = 96;
  package.input.height = 64;
  package.outputs = {{"output0", ElementType::kF32, {kDynamic, 6, 126}}};
  package.class_names = {"bottle", "can"};
  package.graph_file = "model.onnx";
  package.golden = {"in.bin", {"out.bin"}, {1}, 0.001F};
  for (const char* name : {"in.bin", "model.onnx", "out.bin"}) {
    package.files.push_back({name, std::string(64, 'a')});
  }
  return package;
}

TEST(Manifest, ReadsBackWhatItWrites) {
  const ModelPackage written = example();
  const std::string text = manifest_text(written);
  const auto read = parse_manifest(text, "model.toml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(manifest_text(*read), text);
  EXPECT_EQ(read->name, written.name);
  EXPECT_EQ(read->class_names, written.class_names);
  EXPECT_EQ(read->outputs, written.outputs);
  EXPECT_EQ(read->input.tensor, written.input.tensor);
  EXPECT_EQ(read->input.width, 96);
  EXPECT_EQ(read->input.height, 64);
  EXPECT_EQ(read->input.scale, 1.0F / 255.0F);
  EXPECT_EQ(read->golden.tolerance, 0.001F);
  EXPECT_EQ(read->sha256, sha256_hex(text));
}

ModelPackage embedder() {
  ModelPackage package = example();
  package.task = Task::kEmbed;
  package.head = HeadFamily::kNone;
  package.outputs = {{"output0", ElementType::kF32, {kDynamic, 128}}};
  package.class_names = {};
  return package;
}

TEST(Manifest, AnEmbedderHasNeitherClassesNorThresholds) {
  const std::string text = manifest_text(embedder());
  const auto read = parse_manifest(text, "model.toml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(manifest_text(*read), text);
  EXPECT_EQ(read->task, Task::kEmbed);
  EXPECT_EQ(read->head, HeadFamily::kNone);
  EXPECT_TRUE(read->class_names.empty());
  const auto named = parse_manifest(text + "[classes]\nnames = [\"a\"]\n", "m");
  ASSERT_FALSE(named);
  EXPECT_THAT(named.error().message, HasSubstr("unknown key 'classes'"));
}

ModelPackage neuron() {
  ModelPackage package = example();
  package.target = Target::kNeuron;
  package.precision = Precision::kBf16;
  package.input.tensor = {"input0", ElementType::kU8, {4, 64, 96, 3}};
  package.input.layout = TensorLayout::kNhwc;
  package.input.scale = 1;
  package.outputs = {{"output0", ElementType::kF32, {4, 6, 126}}};
  package.graph_file = "model.neff";
  package.files.push_back({"model.neff", std::string(64, 'b')});
  return package;
}

TEST(Manifest, SaysWhatAGraphForNeuronHasFixed) {
  const std::string text = manifest_text(neuron());
  const auto read = parse_manifest(text, "model.toml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(manifest_text(*read), text);
  EXPECT_EQ(read->target, Target::kNeuron);
  EXPECT_EQ(read->precision, Precision::kBf16);
  EXPECT_EQ(parse_manifest(manifest_text(example()), "m")->target, Target::kCpu);
}

TEST(Manifest, SaysInWhichPrecisionACpuIsToWork) {
  ModelPackage package = example();
  EXPECT_THAT(manifest_text(package), Not(HasSubstr("precision")));
  for (const Precision precision : {Precision::kFp16, Precision::kBf16, Precision::kInt8}) {
    package.precision = precision;
    const std::string text = manifest_text(package);
    const auto read = parse_manifest(text, "model.toml");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->precision, precision);
    EXPECT_EQ(manifest_text(*read), text);
  }
  package.precision = Precision::kFp8;
  const auto fp8 = parse_manifest(manifest_text(package), "m");
  ASSERT_FALSE(fp8);
  EXPECT_THAT(fp8.error().message, HasSubstr("known are fp32, bf16, fp16, int8"));
}

TEST(Manifest, SaysWhatAPackageWasVerifiedAgainst) {
  ModelPackage package = example();
  package.verified = Verified{.against = std::string(64, 'c'),
                              .pictures = 12,
                              .agreement = 0.975F,
                              .iou = 0.96F,
                              .score_difference = 0.0125F,
                              .ap50 = 0.81F,
                              .ap50_fp32 = 0.82F};
  const std::string text = manifest_text(package);
  const auto read = parse_manifest(text, "model.toml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(manifest_text(*read), text);
  EXPECT_EQ(read->verified->pictures, 12);
  EXPECT_EQ(read->verified->ap50, 0.81F);
  package = embedder();
  package.verified = Verified{.against = std::string(64, 'c'), .pictures = 3, .agreement = 0.5F};
  const auto embeds = parse_manifest(manifest_text(package), "m");
  ASSERT_TRUE(embeds) << embeds.error().message;
  EXPECT_EQ(embeds->verified->agreement, 0.5F);
  package.verified->against = "yesterday's";
  const auto unnamed = parse_manifest(manifest_text(package), "m");
  ASSERT_FALSE(unnamed);
  EXPECT_THAT(unnamed.error().message, HasSubstr("verified.against"));
  package.verified->against = std::string(64, 'c');
  package.verified->pictures = 0;
  EXPECT_FALSE(parse_manifest(manifest_text(package), "m"));
}

TEST(Manifest, AGraphForNeuronHasAFixedBatchAndPicturesAsTheyAre) {
  const auto problem = [](const ModelPackage& package) {
    const auto read = parse_manifest(manifest_text(package), "m");
    return read ? "" : read.error().message;
  };
  ModelPackage package = neuron();
  package.input.tensor.shape[0] = package.outputs[0].shape[0] = kDynamic;
  EXPECT_THAT(problem(package), HasSubstr("has a fixed batch"));
  package = neuron();
  package.input.scale = 0.5F;
  EXPECT_THAT(problem(package), HasSubstr("must be the picture as it is"));
  package.input.tensor.type = ElementType::kF32;
  EXPECT_EQ(problem(package), "");
  package.target = Target::kCpu;
  EXPECT_EQ(problem(package), "");
  package.input.tensor.type = ElementType::kU8;
  EXPECT_THAT(problem(package), HasSubstr("'input.type' is \"u8\"; known are f32, f16"));
  package = neuron();
  package.outputs[0].type = ElementType::kF16;
  EXPECT_THAT(problem(package), HasSubstr("known are f32"));
}

TEST(Manifest, TaskAndHeadMustFit) {
  ModelPackage package = embedder();
  package.head = HeadFamily::kYolov8;
  EXPECT_THAT(parse_manifest(manifest_text(package), "m").error().message,
              HasSubstr("not those of head \"yolov8\""));
  package = example();
  package.head = HeadFamily::kNone;
  package.outputs = embedder().outputs;
  EXPECT_THAT(parse_manifest(manifest_text(package), "m").error().message,
              HasSubstr("task \"detect\" does not fit head \"none\""));
  for (const std::int64_t values : {1, kEmbeddingSizeMax + 1}) {
    package = embedder();
    package.outputs[0].shape[1] = values;
    EXPECT_FALSE(parse_manifest(manifest_text(package), "m")) << values;
  }
}

struct Mistake {
  const char* what;
  const char* from;  // Replaced in the example's text …
  const char* to;    // … by this.
  const char* code;
  const char* words;
};

class Mistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(Mistakes, AreToldWithTheirPlace) {
  std::string text = manifest_text(example());
  const std::size_t at = text.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, std::string_view(GetParam().from).size(), GetParam().to);
  const auto read = parse_manifest(text, "m.toml");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code.name, GetParam().code);
  EXPECT_THAT(read.error().message, StartsWith("m.toml:"));
  EXPECT_THAT(read.error().message, HasSubstr(GetParam().words));
}

constexpr const char* kSyntax = "package.syntax";
constexpr const char* kInconsistent = "package.inconsistent";

INSTANTIATE_TEST_SUITE_P(
    , Mistakes,
    ::testing::Values(
        Mistake{"not_toml", "format = 1", "format = ", kSyntax, "m.toml:1:"},
        Mistake{"version", "format = 1", "format = 2", "package.version",
                "1:10: format 2 is not 1"},
        Mistake{"version_text", "format = 1", "format = \"1\"", kSyntax, "whole number"},
        Mistake{"version_missing", "format = 1\n", "", kSyntax, "'format' is missing"},
        Mistake{"unknown_key", "task =", "colour = 1\ntask =", kSyntax,
                "5:1: unknown key 'colour'"},
        Mistake{"unknown_input_key", "pad =", "dap = 1\npad =", kSyntax, "unknown key 'input.dap'"},
        Mistake{"unknown_table", "[classes]", "[more]\n[classes]", kSyntax, "unknown key 'more'"},
        Mistake{"missing", "licence = \"Apache-2.0\"\n", "", kSyntax, "'licence' is missing"},
        Mistake{"missing_table", "[golden]", "[gold]", kSyntax, "'golden' is missing"},
        Mistake{"not_a_table", "[thresholds]\nscore = 0.25\niou = 0.45", "", kSyntax,
                "'thresholds'"},
        Mistake{"unknown_head", "\"yolov8\"", "\"yolov99\"", kSyntax, "known are yolov5, yolov8"},
        Mistake{"text_is_number", "task = \"detect\"", "task = 5", kSyntax,
                "5:8: 'task' must be a text"},
        Mistake{"empty_text", "\"a test\"", "\"\"", kSyntax, "'source' is empty"},
        Mistake{"control_character", "\"a test\"", "\"a\\u0007\"", kSyntax, "control character"},
        Mistake{"bad_type", "type = \"f32\"", "type = \"i64\"", kSyntax, "known are f32, f16"},
        Mistake{"score", "score = 0.25", "score = 1.5", kSyntax, "it must be 0 to 1"},
        Mistake{"nan", "score = 0.25", "score = nan", kSyntax, "it must be 0 to 1"},
        Mistake{"pad", "pad = 114", "pad = 256", kSyntax, "it must be 0 to 255"},
        Mistake{"scale", "scale = 0.003921569", "scale = 0", kSyntax, "it must be"},
        Mistake{"zero_dimension", "[-1,3,64,96]", "[0,3,64,96]", kSyntax, "dimension of 0"},
        Mistake{"dynamic_width", "[-1,3,64,96]", "[1,3,64,-1]", kSyntax, "it must be 1 to"},
        Mistake{"huge", "[-1,6,126]", "[-1,268435456,2]", kSyntax, "more than 268435456 elements"},
        Mistake{"sides", "[-1,3,64,96]", "[-1,3,64,100]", kInconsistent, "multiples of 32"},
        Mistake{"channels", "[-1,3,64,96]", "[-1,4,64,96]", kInconsistent, "three channels"},
        Mistake{"layout", "\"nchw\"", "\"nhwc\"", kInconsistent, "three channels"},
        Mistake{"candidates", "[-1,6,126]", "[-1,6,127]", kInconsistent, "[B,4+C,126]"},
        Mistake{"batch", "[-1,6,126]", "[1,6,126]", kInconsistent, "has batch 1, the input -1"},
        Mistake{"class_count", "  \"can\",\n", "", kInconsistent,
                "1 class names, but the head has 2"},
        Mistake{"class_twice", "\"can\"", "\"bottle\"", kInconsistent, "both named"},
        Mistake{"task", "\"detect\"", "\"segment\"", kInconsistent, "does not fit"},
        Mistake{"digest", "\"aaaa", "\"AAAA", kSyntax, "64 lower-case"},
        Mistake{"path", "\"in.bin\" =", "\"../in.bin\" =", kSyntax, "can't name a file"},
        Mistake{"itself", "\"in.bin\" =", "\"model.toml\" =", kSyntax, "can't name a file"},
        Mistake{"unlisted", "\"in.bin\" =", "\"other.bin\" =", kInconsistent,
                "'in.bin' is used but"},
        Mistake{"steps", "output_steps = [1]", "output_steps = [1, 2]", kInconsistent,
                "one item for each"},
        Mistake{"zero_step", "output_steps = [1]", "output_steps = [0]", kSyntax, "it must be 1"}),
    [](const auto& info) { return std::string(info.param.what); });

void expect_limit(const ModelPackage& at, const ModelPackage& above, const char* words) {
  const auto good = parse_manifest(manifest_text(at), "m");
  EXPECT_TRUE(good) << good.error().message;
  const auto bad = parse_manifest(manifest_text(above), "m");
  ASSERT_FALSE(bad) << words;
  EXPECT_THAT(bad.error().message, HasSubstr(words));
}

TEST(ManifestLimits, OfTexts) {
  ModelPackage at = example();
  ModelPackage above = example();
  at.name = std::string(kNameBytesMax, 'n');
  above.name = at.name + 'n';
  expect_limit(at, above, "'name' is too long");
  above.name = at.name;
  at.source = std::string(kTextBytesMax, 's');
  above.source = at.source + 's';
  expect_limit(at, above, "'source' is too long");
}

TEST(ManifestLimits, OfClasses) {
  ModelPackage at = example();
  at.class_names.clear();
  for (std::size_t i = 0; i < kClassesMax; ++i)
    at.class_names.push_back(fmt::format("class {}", i));
  at.outputs[0].shape[1] = 4 + static_cast<std::int64_t>(kClassesMax);
  ModelPackage above = at;
  above.class_names.emplace_back("one more");
  expect_limit(at, above, "it must have 1 to 10000");
}

TEST(ManifestLimits, OfFiles) {
  ModelPackage at = example();
  while (at.files.size() < kFilesMax) {
    at.files.push_back({fmt::format("f{}", at.files.size()), std::string(64, '0')});
  }
  ModelPackage above = at;
  above.files.push_back({"one_more", std::string(64, '0')});
  expect_limit(at, above, "at most 32");
}

TEST(ManifestLimits, OfOutputsAndDimensions) {
  // More than two outputs are no head, which is told only after the limit was kept.
  ModelPackage package = example();
  package.outputs.resize(kOutputsMax, package.outputs[0]);
  EXPECT_EQ(parse_manifest(manifest_text(package), "m").error().code.name, kInconsistent);
  package.outputs.push_back(package.outputs[0]);
  EXPECT_THAT(parse_manifest(manifest_text(package), "m").error().message, HasSubstr("9 items"));
  package = example();
  package.outputs[0].shape = Shape(kDimensionsMax, 1);
  EXPECT_EQ(parse_manifest(manifest_text(package), "m").error().code.name, kInconsistent);
  package.outputs[0].shape.push_back(1);
  EXPECT_THAT(parse_manifest(manifest_text(package), "m").error().message, HasSubstr("9 items"));
}

TEST(ManifestLimits, OfTheText) {
  std::string text = manifest_text(example());
  text += std::string(kManifestBytesMax - text.size(), '\n');
  EXPECT_TRUE(parse_manifest(text, "m"));
  EXPECT_THAT(parse_manifest(text + "\n", "m").error().message, HasSubstr("larger than"));
}

TEST(Manifest, HostileTextsAreErrors) {
  for (const std::string& text :
       {std::string(), std::string(1, '\0'), std::string("\xff\xfe"), std::string(100'000, '['),
        "a = " + std::string(100'000, '['), std::string("a.b.c.d = 1"), std::string("= = =")}) {
    const auto read = parse_manifest(text, "m");
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code.name, kSyntax);
  }
}

TEST(TextProblem, KnowsUtf8) {
  EXPECT_EQ(text_problem("aé€😀", 100), "");
  for (const char* bad : {"\x80", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                          "\xF8\x88\x80\x80\x80", "\xE2\x82", "a\xC3"}) {
    EXPECT_EQ(text_problem(bad, 100), "is not UTF-8");
  }
  EXPECT_EQ(text_problem("\x7F", 100), "has a control character in it");
  EXPECT_EQ(text_problem("\xC2\x85", 100), "has a control character in it");
}

}  // namespace
}  // namespace tally::inference
