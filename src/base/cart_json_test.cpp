#include "base/cart_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tally {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Cart small_cart() {
  Cart cart;
  cart.inputs = {
      .videos = {{.camera = "cam0", .sha256 = "aa", .frames = 1189, .duration_ms = 39900}},
      .models = {{"detect", "yolo", "bb"}, {"embed", "looks", "cc"}},
      .layout_sha256 = ""};
  cart.events = {{.at_ms = 6600,
                  .kind = EventKind::kTake,
                  .product = "bottle",
                  .quantity = 2,
                  .confidence = 0.97004,
                  .cameras = {"cam0"},
                  .evidence = "evidence/0001.mp4",
                  .clips = {{"cam0", "evidence/0001.mp4"}}}};
  cart.lines = {{.product = "bottle", .quantity = 2, .confidence = 1.0 / 3.0, .events = {0}}};
  cart.decision = {.kind = DecisionKind::kReview, .probability = 1.0, .reasons = {"in doubt"}};
  cart.stats = {.frames_decoded = 1189,
                .frames_detected = 210,
                .wall_seconds = 1.25,
                .stage_seconds = {{"detect", 0.71234567}, {"decode", 0.4}}};
  return cart;
}

constexpr const char* kGolden = R"({
  "schema": "tally.cart.v1",
  "inputs": {
    "videos": [
      {
        "camera": "cam0",
        "sha256": "aa",
        "frames": 1189,
        "duration_ms": 39900
      }
    ],
    "model": {
      "name": "yolo",
      "sha256": "bb"
    },
    "models": [
      {
        "role": "detect",
        "name": "yolo",
        "sha256": "bb"
      },
      {
        "role": "embed",
        "name": "looks",
        "sha256": "cc"
      }
    ],
    "layout": {
      "sha256": null
    }
  },
  "events": [
    {
      "at_ms": 6600,
      "kind": "take",
      "product": "bottle",
      "quantity": 2,
      "confidence": 0.97,
      "cameras": [
        "cam0"
      ],
      "evidence": "evidence/0001.mp4",
      "clips": {
        "cam0": "evidence/0001.mp4"
      }
    }
  ],
  "lines": [
    {
      "product": "bottle",
      "quantity": 2,
      "confidence": 0.3333,
      "events": [
        0
      ]
    }
  ],
  "decision": {
    "kind": "review",
    "probability": 1.0,
    "reasons": [
      "in doubt"
    ]
  },
  "stats": {
    "frames_decoded": 1189,
    "frames_detected": 210,
    "second_look": false,
    "wall_seconds": 1.25,
    "stages": {
      "detect": {
        "seconds": 0.7123
      },
      "decode": {
        "seconds": 0.4
      }
    }
  }
}
)";

TEST(CartJson, KeysAndNumbersAreWrittenInOneWayOnly) {
  EXPECT_EQ(to_json(small_cart(), CartStatsIn::kYes), kGolden);
}

TEST(CartJson, WithoutStatsMeasurementsDoNotShow) {
  Cart slow = small_cart();
  slow.stats.wall_seconds = 99;
  slow.stats.frames_detected = 1;
  EXPECT_EQ(to_json(small_cart(), CartStatsIn::kNo), to_json(slow, CartStatsIn::kNo));
  EXPECT_THAT(to_json(slow, CartStatsIn::kNo), Not(HasSubstr("stats")));
}

TEST(CartJson, AnEmptyCartKeepsItsLists) {
  const std::string line = to_json_line(Cart{}, CartStatsIn::kNo);
  EXPECT_EQ(line,
            R"({"schema":"tally.cart.v1","inputs":{"videos":[],"model":{"name":"","sha256":""},)"
            R"("models":[],"layout":{"sha256":null}},"events":[],"lines":[],)"
            R"("decision":{"kind":"nothing","probability":0.0,"reasons":[]}})");
}

TEST(CartJson, TextThatIsNotUtf8StaysReadableJson) {
  Cart cart = small_cart();
  cart.events[0].product = "caf\xe9 \"x\"\n";
  EXPECT_THAT(to_json_line(cart, CartStatsIn::kNo), HasSubstr("caf\xEF\xBF\xBD \\\"x\\\"\\n"));
}

TEST(CartJson, AnEventWithoutClipHasNullForEvidence) {
  Cart cart = small_cart();
  cart.events[0].evidence.clear();
  cart.events[0].clips.clear();
  EXPECT_THAT(to_json_line(cart, CartStatsIn::kNo), HasSubstr(R"("evidence":null,"clips":{})"));
}

TEST(CartJson, ClipsKeepTheOrderOfTheirCameras) {
  Cart cart = small_cart();
  cart.events[0].clips = {{"cam2", "evidence/0001_cam2.mp4"}, {"cam0", "evidence/0001_cam0.mp4"}};
  EXPECT_THAT(to_json_line(cart, CartStatsIn::kNo),
              HasSubstr(R"("clips":{"cam2":"evidence/0001_cam2.mp4",)"
                        R"("cam0":"evidence/0001_cam0.mp4"})"));
}

TEST(CartJson, AVideoThatStartsLateOrEndsEarlySaysSo) {
  Cart cart = small_cart();
  cart.inputs.videos.push_back({.camera = "cam1",
                                .sha256 = "",
                                .frames = 3,
                                .duration_ms = 100,
                                .start_ms = 12,
                                .problem = "media.truncated"});
  EXPECT_THAT(to_json_line(cart, CartStatsIn::kNo),
              HasSubstr(R"({"camera":"cam1","sha256":null,"frames":3,"duration_ms":100,)"
                        R"("start_ms":12,"problem":"media.truncated"})"));
}

}  // namespace
}  // namespace tally
