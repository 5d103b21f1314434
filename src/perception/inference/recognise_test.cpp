#include "perception/inference/recognise.hpp"

#include <gmock/gmock.h>

#include "perception/inference/head_shape.hpp"
#include "perception/inference/manifest.hpp"

namespace tally::inference {
namespace {

using ::testing::HasSubstr;

GraphFacts graph(Shape input, std::vector<Shape> outputs) {
  GraphFacts facts;
  facts.inputs.push_back({"images", ElementType::kF32, std::move(input)});
  for (Shape& shape : outputs) {
    facts.outputs.push_back(
        {"output" + std::to_string(facts.outputs.size()), ElementType::kF32, std::move(shape)});
  }
  return facts;
}

struct Known {
  const char* what;
  GraphFacts facts;
  HeadFamily head;
  int classes;
};

class KnownHeads : public ::testing::TestWithParam<Known> {};

TEST_P(KnownHeads, AreRecognisedByTheirShapes) {
  const auto head = recognise_head(GetParam().facts, "model.onnx");
  ASSERT_TRUE(head) << head.error().message;
  EXPECT_EQ(head->head, GetParam().head);
  EXPECT_EQ(head->classes, GetParam().classes);
}

INSTANTIATE_TEST_SUITE_P(
    , KnownHeads,
    ::testing::Values(
        Known{"yolov8", graph({1, 3, 640, 640}, {{1, 84, 8400}}), HeadFamily::kYolov8, 80},
        Known{"yolov8_batch", graph({-1, 3, 640, 640}, {{-1, 84, 8400}}), HeadFamily::kYolov8, 80},
        Known{"yolov8_one_class", graph({1, 3, 640, 640}, {{1, 5, 8400}}), HeadFamily::kYolov8, 1},
        Known{"yolov8_wide", graph({1, 3, 384, 640}, {{1, 6, 5040}}), HeadFamily::kYolov8, 2},
        Known{"yolov8_p6", graph({1, 3, 640, 640}, {{1, 84, 8500}}), HeadFamily::kYolov8, 80},
        Known{"yolov8_nhwc", graph({1, 640, 640, 3}, {{1, 84, 8400}}), HeadFamily::kYolov8, 80},
        Known{"yolov8_seg", graph({1, 3, 320, 320}, {{1, 116, 2100}, {1, 32, 80, 80}}),
              HeadFamily::kYolov8Seg, 80},
        Known{"yolov8_seg_prototypes_first",
              graph({1, 3, 320, 320}, {{1, 32, 80, 80}, {1, 116, 2100}}), HeadFamily::kYolov8Seg,
              80},
        Known{"yolov5", graph({1, 3, 640, 640}, {{1, 25200, 85}}), HeadFamily::kYolov5, 80},
        Known{"yolov5_one_class", graph({1, 3, 640, 640}, {{1, 25200, 6}}), HeadFamily::kYolov5, 1},
        Known{"yolox", graph({1, 3, 640, 640}, {{1, 8400, 85}}), HeadFamily::kYolox, 80},
        Known{"yolox_nano", graph({1, 3, 416, 416}, {{1, 3549, 85}}), HeadFamily::kYolox, 80},
        Known{"end_to_end", graph({1, 3, 640, 640}, {{1, 300, 6}}), HeadFamily::kEndToEnd, 0},
        Known{"embedder", graph({1, 3, 96, 96}, {{1, 128}}), HeadFamily::kNone, 0},
        Known{"embedder_batch", graph({-1, 3, 96, 96}, {{-1, 128}}), HeadFamily::kNone, 0}),
    [](const auto& info) { return std::string(info.param.what); });

GraphFacts with_task(GraphFacts facts, std::string task) {
  facts.metadata["task"] = std::move(task);
  return facts;
}

struct Unknown {
  const char* what;
  GraphFacts facts;
  const char* words;
};

class UnknownHeads : public ::testing::TestWithParam<Unknown> {};

TEST_P(UnknownHeads, AreRefusedWithWhatWasSeen) {
  const auto head = recognise_head(GetParam().facts, "model.onnx");
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().code.name, "compile.unknown_head");
  EXPECT_THAT(head.error().message, HasSubstr(GetParam().words));
  EXPECT_THAT(head.error().message, HasSubstr("Seen: input"));
}

GraphFacts with_input_type(GraphFacts facts, ElementType type) {
  facts.inputs.front().type = type;
  return facts;
}

INSTANTIATE_TEST_SUITE_P(
    , UnknownHeads,
    ::testing::Values(
        Unknown{"palm", graph({1, 192, 192, 3}, {{1, 2016, 18}, {1, 2016, 1}}),
                "output0 f32 [1,2016,18], output1 f32 [1,2016,1]"},
        Unknown{"square", graph({1, 3, 224, 224}, {{1, 1000, 7}}), "yolov8 [B,4+C,1029]"},
        Unknown{"two_vectors", graph({1, 3, 96, 96}, {{1, 128}, {1, 64}}), "none [B,D]"},
        Unknown{"one_value", graph({1, 3, 96, 96}, {{1, 1}}), "fit none"},
        Unknown{"classifier", with_task(graph({1, 3, 224, 224}, {{1, 1000}}), "classify"),
                "task 'classify', its outputs look like one vector"},
        Unknown{"pose", with_task(graph({1, 3, 640, 640}, {{1, 56, 8400}}), "pose"), "task 'pose'"},
        Unknown{"no_classes", graph({1, 3, 640, 640}, {{1, 4, 8400}}), "fit none"},
        Unknown{"too_many_end_to_end",
                graph({1, 3, 640, 640}, {{1, kEndToEndCandidatesMax + 1, 6}}), "fit none"},
        Unknown{"open_size", graph({-1, 3, -1, -1}, {{-1, 84, -1}}), "fixed picture size"},
        Unknown{"open_outputs", graph({-1, 3, 640, 640}, {{-1, 84, -1}}), "open dimensions"},
        Unknown{"batch_lost", graph({-1, 3, 640, 640}, {{1, 84, 8400}}), "batch"},
        Unknown{"scalar_output", graph({1, 3, 640, 640}, {{}}), "batch"},
        Unknown{"no_input", GraphFacts{}, "0 inputs"},
        Unknown{"grey", graph({1, 1, 640, 640}, {{1, 84, 8400}}), "not a picture"},
        Unknown{"bytes",
                with_input_type(graph({1, 3, 640, 640}, {{1, 84, 8400}}), ElementType::kU8),
                "not of floats"},
        Unknown{"odd_size", graph({1, 3, 100, 100}, {{1, 84, 8400}}), "multiples of 32"},
        Unknown{"above_side_max", graph({1, 3, kPictureSideMax + 32, 32}, {{1, 84, 8400}}),
                "multiples of 32"},
        Unknown{"too_many_classes", graph({1, 3, 640, 640}, {{1, 5 + kClassesMax, 8400}}),
                "fit none"}),
    [](const auto& info) { return std::string(info.param.what); });

TEST(Recognise, TheLimitsThemselvesAreAllowed) {
  EXPECT_TRUE(recognise_head(graph({1, 3, 640, 640}, {{1, kEndToEndCandidatesMax, 6}}), ""));
  EXPECT_TRUE(recognise_head(graph({1, 3, 640, 640}, {{1, 4 + kClassesMax, 8400}}), ""));
  EXPECT_TRUE(recognise_head(graph({1, 3, kPictureSideMin, kPictureSideMax}, {{1, 300, 6}}), ""));
}

TEST(Recognise, FamiliesDifferInHowPicturesArePrepared) {
  const auto ultralytics = recognise_head(graph({1, 3, 640, 640}, {{1, 84, 8400}}), "")->input;
  EXPECT_EQ(ultralytics.color, ColorOrder::kRgb);
  EXPECT_EQ(ultralytics.placement, LetterboxPlacement::kCenter);
  EXPECT_FLOAT_EQ(ultralytics.scale, 1.0F / 255.0F);
  const auto yolox = recognise_head(graph({1, 3, 384, 416}, {{1, 3276, 85}}), "")->input;
  EXPECT_EQ(yolox.color, ColorOrder::kBgr);
  EXPECT_EQ(yolox.placement, LetterboxPlacement::kTopLeft);
  EXPECT_EQ(yolox.scale, 1.0F);
  EXPECT_EQ(yolox.width, 416);
  EXPECT_EQ(yolox.height, 384);
  const auto embedder = recognise_head(graph({1, 3, 96, 96}, {{1, 128}}), "")->input;
  EXPECT_EQ(embedder.color, ColorOrder::kRgb);
  EXPECT_EQ(embedder.placement, LetterboxPlacement::kCenter);
  EXPECT_EQ(embedder.scale, 1.0F);
}

TEST(Recognise, TheTaskThatIsAskedForMustFit) {
  const GraphFacts vector = graph({1, 3, 96, 96}, {{1, 128}});
  const auto told = recognise_head(vector, "", Task::kEmbed);
  ASSERT_TRUE(told);
  EXPECT_TRUE(told->task_told);
  EXPECT_FALSE(recognise_head(vector, "")->task_told);
  EXPECT_TRUE(recognise_head(with_task(vector, "embed"), "")->task_told);
  const auto other = recognise_head(vector, "", Task::kDetect);
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().message, HasSubstr("task 'detect' was asked for"));
}

}  // namespace
}  // namespace tally::inference
