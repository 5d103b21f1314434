// Packages of tiny graphs, held to each other on drawn pictures.
#include "perception/verify/verify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "base/files.hpp"
#include "base/temporary_folder.hpp"
#include "perception/inference/compile.hpp"
#include "perception/inference/tiny_graph.hpp"
#include "perception/verify/calibration.hpp"
#include "perception/verify/error.hpp"
#include "perception/vision/draw.hpp"

namespace tally::verify {
namespace {

using inference::ModelPackage;
using inference::TinyGraph;
using ::testing::HasSubstr;

class Verify : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const int shade : {40, 90, 160, 230}) {
      vision::Picture picture{.size = {64, 48}, .rgb = {}};
      for (int i = 0; i < 64 * 48; ++i) {
        for (const int channel : {shade, 255 - shade, 128}) {
          picture.rgb.push_back(static_cast<std::uint8_t>(channel));
        }
      }
      const auto jpeg = vision::encode_jpeg(picture).value();
      ASSERT_TRUE(
          write_file_atomically(folder_ / ("photos/" + std::to_string(shade) + ".jpg"), jpeg));
      ASSERT_TRUE(
          write_file_atomically(folder_ / ("set/images/" + std::to_string(shade) + ".jpg"), jpeg));
      ASSERT_TRUE(write_file_atomically(folder_ / ("set/labels/" + std::to_string(shade) + ".txt"),
                                        "0 0.5 0.5 1 1\n"));
    }
  }

  ModelPackage compiled(const TinyGraph& graph, const std::string& name,
                        std::optional<inference::Task> task = std::nullopt) const {
    inference::write_tiny_graph(graph, folder_ / (name + ".xml"));
    inference::CompileRequest request;
    request.graph = folder_ / (name + ".xml");
    request.destination = folder_ / name;
    request.task = task;
    auto report = inference::compile_onnx(request);
    EXPECT_TRUE(report) << report.error().message;
    return report ? report->package : ModelPackage{};
  }

  ModelPackage embedder(float gain, const std::string& name) const {
    return compiled({.outputs = {{16}}, .gain = gain, .probabilities = false, .unit_length = true},
                    name);
  }

  TemporaryFolder folder_;
};

TEST_F(Verify, APackageIsItsOwnEqualAndAnotherIsNot) {
  const ModelPackage package = embedder(0.02F, "same");
  const auto set = list_pictures(folder_ / "photos").value();
  const auto same = verify_package(package, package, set, {.threads = 1});
  ASSERT_TRUE(same) << same.error().message;
  EXPECT_EQ(same->pictures, 4);
  EXPECT_NEAR(same->agreement, 1, 1e-4);
  EXPECT_NEAR(loss_of(*same), 0, 1e-4);
  EXPECT_EQ(same->against.size(), 64);
  ModelPackage other = package;
  other.input.color = inference::ColorOrder::kBgr;  // Reads the same pictures wrongly.
  const auto differs = verify_package(package, other, set, {.threads = 1});
  ASSERT_TRUE(differs) << differs.error().message;
  EXPECT_LT(differs->agreement, 0.999F);
  EXPECT_LE(differs->cosine_least, differs->agreement);
  EXPECT_GT(loss_of(*differs), 0.001);
}

TEST_F(Verify, WhatFindsNothingProvesNothing) {
  const ModelPackage package =
      compiled({.gain = -400, .metadata = {{"names", "['a', 'b']"}}}, "blind");
  ModelPackage strict = package;
  strict.thresholds.score = 1;
  const auto set = list_pictures(folder_ / "photos").value();
  const auto verified = verify_package(strict, strict, set, {.threads = 1});
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().code.name, "verify.nothing");
}

TEST_F(Verify, LabelsOfOtherClassesAreRefusedUnlessToldWhatTheyAre) {
  const ModelPackage package = compiled({.metadata = {{"names", "['a', 'b']"}}}, "tiny");
  PictureSet set = list_pictures(folder_ / "set").value();
  set.class_names = {"coke", "tea"};
  const auto other = verify_package(package, package, set, {.threads = 1});
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message, HasSubstr("--verify DIR=CLASS"));
  set.class_names.clear();
  set.pictures[0].labels[0].class_id = 2;
  const auto beyond = verify_package(package, package, set, {.threads = 1});
  ASSERT_FALSE(beyond);
  EXPECT_THAT(beyond.error().message, HasSubstr("class 2"));
}

TEST_F(Verify, PackagesForDifferentClassesAreNotCompared) {
  const ModelPackage one = compiled({.metadata = {{"names", "['a', 'b']"}}}, "one");
  ModelPackage other = one;
  other.class_names = {"b", "a"};
  const auto set = list_pictures(folder_ / "photos").value();
  EXPECT_EQ(verify_package(one, other, set, {}).error().code.name, "verify.unlike");
}

TEST_F(Verify, LossIsOfLabelsWhereThereAreAnyAndNeverBelowZero) {
  inference::Verified verified;
  verified.agreement = 0.9F;
  EXPECT_NEAR(loss_of(verified), 0.1, 1e-6);
  verified.ap50_fp32 = 0.8F;
  verified.ap50 = 0.75F;
  EXPECT_NEAR(loss_of(verified), 0.05, 1e-6);
  verified.ap50 = 0.85F;
  EXPECT_EQ(loss_of(verified), 0);
}

TEST_F(Verify, SpeedsAreMeasuredByTurns) {
  const ModelPackage package = embedder(0.02F, "fast");
  double now = 0;
  const auto speeds = compare_speeds(package, package, [&] { return now += 0.1; });
  ASSERT_TRUE(speeds) << speeds.error().message;
  EXPECT_GT(speeds->fp32_ms, 0);
  EXPECT_NEAR(speeds->fp32_ms, speeds->package_ms, 1e-6);
  EXPECT_NEAR(speeds->times, 1, 1e-6);
}

TEST_F(Verify, NetworkPicturesAreWhatTheEngineIsShown) {
  const ModelPackage package = embedder(0.02F, "shown");
  const auto set = list_pictures(folder_ / "photos").value();
  const auto count = write_network_pictures(package, set, folder_ / "pictures.u8");
  ASSERT_TRUE(count) << count.error().message;
  EXPECT_EQ(*count, 4);
  const std::string bytes = read_file(folder_ / "pictures.u8", 1U << 20U).value();
  ASSERT_EQ(bytes.size(), std::size_t{4} * 64 * 64 * 3);
  // The second by name, 230.jpg (by name, 160 is first): its middle, and the grey above it.
  const auto at = [&](std::size_t picture, std::size_t x, std::size_t y) {
    return static_cast<unsigned char>(bytes[((picture * 64 + y) * 64 + x) * 3]);
  };
  EXPECT_NEAR(at(0, 32, 32), 160, 3);
  EXPECT_NEAR(at(1, 32, 32), 230, 3);
  EXPECT_EQ(at(0, 32, 0), 114);
}

}  // namespace
}  // namespace tally::verify
