#include "commerce/footage.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace tally::commerce {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string hash(int number) { return fmt::format("{:064x}", number); }
Segment segment(int number) { return {hash(number), 1000 + number}; }

CameraManifest manifest(const std::string& camera, int segments) {
  CameraManifest told{camera, {}};
  for (int i = 0; i < segments; ++i) told.segments.push_back(hash(i));
  return told;
}

class FootageFlow : public ::testing::Test {
 protected:
  // The error's name, or "".
  std::string push(const FootageEvent& event) {
    auto made = step(footage, event);
    if (!made) return std::string(made.error().code.name);
    footage = std::move(made->footage);
    for (const FootageEffect& effect : made->effects) said.push_back(words(effect));
    return "";
  }
  static std::string words(const FootageEffect& effect) {
    if (const auto* append = std::get_if<AppendSegment>(&effect)) {
      return fmt::format("{} {}", append->camera, append->number);
    }
    if (const auto* end = std::get_if<EndCamera>(&effect)) return "end " + end->camera;
    if (const auto* broken = std::get_if<FootageBroken>(&effect)) return broken->reason;
    return "whole";
  }

  Footage footage = begin_footage({{"cam0", 2}, {"cam1", 14}}).value();
  std::vector<std::string> said;
};

TEST_F(FootageFlow, SegmentsAreHandedOnInTheirOrderWhateverOrderTheyComeIn) {
  push(SegmentStored{"cam0", 1, segment(1)});
  push(SegmentStored{"cam0", 3, segment(3)});
  EXPECT_THAT(said, IsEmpty());
  push(SegmentStored{"cam0", 0, segment(0)});
  EXPECT_THAT(said, ElementsAre("cam0 0", "cam0 1"));
  push(SegmentStored{"cam0", 2, segment(2)});
  EXPECT_THAT(said, ElementsAre("cam0 0", "cam0 1", "cam0 2", "cam0 3"));
}

TEST_F(FootageFlow, TwiceIsNoErrorAndOtherContentIs) {
  EXPECT_EQ(push(SegmentStored{"cam0", 0, segment(0)}), "");
  EXPECT_EQ(push(SegmentStored{"cam0", 0, segment(0)}), "");
  EXPECT_THAT(said, ElementsAre("cam0 0"));
  EXPECT_EQ(push(SegmentStored{"cam0", 0, segment(7)}), "footage.content");
}

TEST_F(FootageFlow, IsWholeWithTheManifestAndItsLastSegment) {
  push(SegmentStored{"cam0", 0, segment(0)});
  push(SegmentStored{"cam1", 0, segment(0)});
  const ManifestTold told{{manifest("cam0", 2), manifest("cam1", 1)}};
  EXPECT_EQ(push(told), "");
  ASSERT_EQ(missing(footage).size(), 1U);
  EXPECT_EQ(missing(footage)[0].number, 1);
  EXPECT_FALSE(footage.ended);
  push(SegmentStored{"cam0", 1, segment(1)});
  EXPECT_THAT(said, ElementsAre("cam0 0", "cam1 0", "cam0 1", "end cam0", "end cam1", "whole"));
  EXPECT_EQ(push(told), "");  // Told again.
  EXPECT_EQ(said.size(), 6U);
  EXPECT_EQ(push(ManifestTold{{manifest("cam0", 3)}}), "footage.manifest");
}

TEST_F(FootageFlow, WhatTheCabinetHasLostBreaksItButEndsIt) {
  CameraManifest told = manifest("cam0", 3);
  told.segments[1].clear();
  push(SegmentStored{"cam0", 0, segment(0)});
  push(SegmentStored{"cam0", 2, segment(2)});
  push(ManifestTold{{told}});
  EXPECT_TRUE(footage.ended);
  EXPECT_THAT(said, ElementsAre("cam0 0", "end cam0", "end cam1",
                                "segment 1 of camera cam0 is lost; camera cam1 recorded nothing"));
}

TEST_F(FootageFlow, ASegmentThatIsNotTheManifestsIsRefused) {
  push(ManifestTold{{manifest("cam0", 2), manifest("cam1", 2)}});
  EXPECT_EQ(push(SegmentStored{"cam0", 1, segment(7)}), "footage.content");
  EXPECT_EQ(push(SegmentStored{"cam0", 2, segment(2)}), "footage.number");
  Footage before = begin_footage({{"cam0", 2}, {"cam1", 14}}).value();
  before = step(before, SegmentStored{"cam0", 0, segment(7)})->footage;
  EXPECT_EQ(step(before, ManifestTold{{manifest("cam0", 2)}}).error().code.name, "footage.content");
  EXPECT_EQ(step(before, ManifestTold{{manifest("cam0", 0)}}).error().code.name,
            "footage.manifest");
}

TEST_F(FootageFlow, NonsenseIsRefusedAtEachLimit) {
  EXPECT_EQ(push(SegmentStored{"attic", 0, segment(0)}), "footage.camera");
  EXPECT_EQ(push(SegmentStored{"cam0", -1, segment(0)}), "footage.number");
  EXPECT_EQ(push(SegmentStored{"cam0", kSegmentsMax, segment(0)}), "footage.number");
  EXPECT_EQ(push(SegmentStored{"cam0", kSegmentsMax - 1, segment(0)}), "");
  EXPECT_EQ(push(SegmentStored{"cam0", 0, {"AB", 10}}), "footage.content");
  EXPECT_EQ(push(SegmentStored{"cam0", 0, {hash(0), 0}}), "footage.too_large");
  EXPECT_EQ(push(SegmentStored{"cam0", 0, {hash(0), kSegmentBytesMax + 1}}), "footage.too_large");
  const auto whole = static_cast<int>(kFootageBytesMax / kSegmentBytesMax);
  for (int i = 0; i < whole - 1; ++i) {
    EXPECT_EQ(push(SegmentStored{"cam1", i, {hash(i), kSegmentBytesMax}}), "");
  }
  EXPECT_EQ(push(SegmentStored{"cam1", whole, {hash(1), kSegmentBytesMax}}), "footage.too_large");
  EXPECT_EQ(push(ManifestTold{{manifest("cam0", 1), manifest("cam0", 1)}}), "footage.manifest");
  EXPECT_EQ(push(ManifestTold{{manifest("attic", 1)}}), "footage.manifest");
  EXPECT_FALSE(begin_footage({}));
  EXPECT_FALSE(begin_footage({{"cam0", 0}, {"cam0", 0}}));
  EXPECT_TRUE(begin_footage({{"cam0", -kClockOffsetMsMax}}));
  EXPECT_FALSE(begin_footage({{"cam0", kClockOffsetMsMax + 1}}));
  EXPECT_EQ(push(ManifestTold{{manifest("cam0", kSegmentsMax + 1)}}), "footage.manifest");
}

// Any order, any repeats: each segment is handed on once, in order, and the end comes once.
TEST_F(FootageFlow, RandomArrivalsEndOnce) {
  std::mt19937_64 random(8);
  for (int round = 0; round < 300; ++round) {
    footage = begin_footage({{"cam0", 2}, {"cam1", 14}}).value();
    said.clear();
    std::vector<FootageEvent> events;
    for (int i = 0; i < 12; ++i) {
      for (const char* camera : {"cam0", "cam1"}) {
        events.emplace_back(SegmentStored{camera, i, segment(i)});
        if (random() % 3 == 0) events.push_back(events.back());
      }
    }
    events.emplace_back(ManifestTold{{manifest("cam0", 12), manifest("cam1", 12)}});
    std::ranges::shuffle(events, random);
    for (const FootageEvent& event : events) ASSERT_EQ(push(event), "");
    ASSERT_EQ(said.size(), 27U);
    ASSERT_EQ(said.back(), "whole");
    int next = 0;
    for (const std::string& word : said) {
      if (word.starts_with("cam1 ")) ASSERT_EQ(word, fmt::format("cam1 {}", next++));
    }
    ASSERT_EQ(next, 12);
  }
}

}  // namespace
}  // namespace tally::commerce
