// What `tally models` says of packages, seen from outside; the packages are made by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/digest.hpp"
#include "cli/testing_program.hpp"
#include "perception/inference/manifest.hpp"

namespace tally::cli {
namespace {

using inference::ModelPackage;
using testing::Ended;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Workplace;
using Json = nlohmann::json;

ModelPackage tiny(const std::string& name) {
  ModelPackage package;
  package.name = name;
  package.source = "a test";
  package.licence = "MIT";
  package.input.tensor = {"images", inference::ElementType::kF32, {1, 3, 32, 64}};
  package.input.width = 64;
  package.input.height = 32;
  package.outputs = {{"output0", inference::ElementType::kF32, {1, 6, 42}}};
  package.class_names = {"bottle", "can"};
  package.graph_file = "model.xml";
  package.golden = {"in.bin", {"out.bin"}, {4}, 0.001F};
  return package;
}

void write_package(const Workplace& here, const std::string& folder, ModelPackage package) {
  const auto add = [&](const std::string& name, const std::string& content) {
    here.write(folder + "/" + name, content);
    package.files.push_back({name, sha256_hex(content)});
  };
  add("model.xml", std::string(1'500'000, 'x'));
  add("model.bin", std::string(500'000, 'w'));
  add("in.bin", std::string(std::size_t{64} * 32 * 3, 'p'));
  add("out.bin", std::string(std::size_t{63} * 4, 'o'));
  here.write(folder + "/model.toml", inference::manifest_text(package));
}

class ModelsCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    write_package(here_, "models/first", tiny("first-model"));
    ModelPackage second = tiny("second-model");
    second.precision = inference::Precision::kInt8;
    second.verified = inference::Verified{.against = std::string(64, 'c'),
                                          .pictures = 12,
                                          .agreement = 0.975F,
                                          .iou = 0.96F,
                                          .score_difference = 0.0125F,
                                          .ap50 = 0.81F,
                                          .ap50_fp32 = 0.82F};
    write_package(here_, "models/second", second);
  }
  Workplace here_;
};

TEST_F(ModelsCommand, ListsThoseInAFolderByName) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"models"}, {"models", "models"}}) {
    const Ended ended = here_.tally(words);
    EXPECT_EQ(ended.exit_code, 0) << ended.err;
    const std::size_t first = ended.out.find("models/first");
    const std::size_t second = ended.out.find("models/second");
    ASSERT_NE(first, std::string::npos);
    ASSERT_NE(second, std::string::npos);
    EXPECT_LT(first, second);
    EXPECT_THAT(ended.out.substr(first, second - first), HasSubstr("fp32"));
    EXPECT_THAT(ended.out.substr(second), HasSubstr("int8"));
    EXPECT_THAT(ended.out.substr(second), HasSubstr("2.0 MB"));
    EXPECT_THAT(ended.out.substr(second), HasSubstr("agreement 0.975 on 12 pictures"));
  }
}

TEST_F(ModelsCommand, ShowsOneInFull) {
  const Ended ended = here_.tally({"models", "models/second"});
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  for (const char* words : {"second-model", "MIT", "64x32", "2: bottle, can", "int8",
                            "AP50 0.810 of 0.820; 12 pictures"}) {
    EXPECT_THAT(ended.out, HasSubstr(words));
  }
  EXPECT_THAT(here_.tally({"models", "models/first"}).out, HasSubstr("does not say"));
}

TEST_F(ModelsCommand, AsJsonAllIsThere) {
  const Json json = Json::parse(here_.tally({"models", "--json"}).out);
  EXPECT_EQ(json["schema"], "tally.models.v1");
  ASSERT_EQ(json["packages"].size(), 2);
  EXPECT_EQ(json["packages"][0]["verified"], nullptr);
  EXPECT_EQ(json["packages"][1]["graph_bytes"], 2'000'000);
  EXPECT_EQ(json["packages"][1]["verified"]["pictures"], 12);
  EXPECT_THAT(json["broken"], IsEmpty());
}

TEST_F(ModelsCommand, ABrokenOneIsToldAndTheOthersAreListed) {
  here_.write("models/first/model.bin", "another");
  const Ended ended = here_.tally({"models"});
  EXPECT_EQ(ended.exit_code, 1);
  EXPECT_THAT(ended.out, HasSubstr("models/second"));
  EXPECT_THAT(ended.out, Not(HasSubstr("models/first")));
  EXPECT_THAT(ended.err, HasSubstr("error[package.digest]: models/first/model.bin"));
  EXPECT_THAT(ended.err, HasSubstr("1 of 2 model packages are broken"));
  const Ended listed = here_.tally({"models", "--json"});
  EXPECT_EQ(Json::parse(listed.out)["broken"][0]["error"], "package.digest");
  EXPECT_EQ(here_.tally({"models", "models/first"}).exit_code, 1);
}

TEST_F(ModelsCommand, WhatIsNoPackageIsNotFound) {
  EXPECT_EQ(here_.tally({"models", "nowhere"}).exit_code, 3);
  here_.write("empty/readme", "");
  const Ended empty = here_.tally({"models", "empty"});
  EXPECT_EQ(empty.exit_code, 3);
  EXPECT_THAT(empty.err, HasSubstr("is no model package and holds none"));
  here_.write("yolo.onnx", "x");
  EXPECT_THAT(here_.tally({"models", "yolo.onnx"}).err, HasSubstr("tally compile yolo.onnx"));
}

}  // namespace
}  // namespace tally::cli
