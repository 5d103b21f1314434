#include "perception/media/protocol.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>

namespace tally::media::protocol {
namespace {

template <typename T>
Result<Message> parse(const T& message) {
  return parse_message(std::as_bytes(std::span(&message, 1)), Limits{});
}

Hello hello_of(std::uint32_t width, std::uint32_t height) {
  Hello hello;
  hello.width = width;
  hello.height = height;
  hello.frame_bytes =
      layout_of(PixelFormat::kI420, static_cast<int>(width), static_cast<int>(height)).bytes;
  return hello;
}

FrameReady frame_of(std::uint32_t slot, std::int64_t index, std::int64_t time_us) {
  FrameReady frame;
  frame.slot = slot;
  frame.index = index;
  frame.time_us = time_us;
  return frame;
}

TEST(FrameLayout, PlanesAreAlignedAndInsideTheFrame) {
  for (const auto& [width, height] : {std::pair{16, 16}, {101, 67}, {4096, 2304}, {2304, 4096}}) {
    for (const PixelFormat format : {PixelFormat::kI420, PixelFormat::kRgb24}) {
      const FrameLayout layout = layout_of(format, width, height);
      std::size_t end = 0;
      for (std::size_t plane = 0; plane < static_cast<std::size_t>(layout.planes); ++plane) {
        EXPECT_EQ(layout.offset[plane], end);
        EXPECT_EQ(layout.stride[plane] % kRowAlignment, 0U);
        EXPECT_GE(layout.stride[plane], static_cast<std::size_t>(layout.width[plane]));
        end += layout.stride[plane] * static_cast<std::size_t>(layout.rows[plane]);
      }
      EXPECT_EQ(end, layout.bytes);
    }
  }
}

TEST(ParseMessage, TheSizeLimitsAreExactInBothOrientations) {
  EXPECT_TRUE(parse(hello_of(4096, 2304)));
  EXPECT_TRUE(parse(hello_of(2304, 4096)));
  EXPECT_TRUE(parse(hello_of(16, 16)));
  EXPECT_FALSE(parse(hello_of(4097, 2304)));
  EXPECT_FALSE(parse(hello_of(4096, 2305)));
  EXPECT_FALSE(parse(hello_of(2305, 2305)));
  EXPECT_FALSE(parse(hello_of(15, 16)));
}

TEST(ParseMessage, StillsMayBeLargerThanVideos) {
  const auto still_of = [](std::uint32_t width, std::uint32_t height) {
    Hello hello = hello_of(width, height);
    hello.still = 1;
    return hello;
  };
  EXPECT_TRUE(parse(still_of(8192, 6144)));
  EXPECT_TRUE(parse(still_of(6144, 8192)));
  EXPECT_FALSE(parse(still_of(8193, 6144)));
  EXPECT_FALSE(parse(still_of(8192, 6145)));
}

TEST(ProtocolState, AStillHasFewSlots) {
  ProtocolState state(8);
  Hello hello = hello_of(64, 48);
  hello.still = 1;
  ASSERT_TRUE(state.accept(hello));
  EXPECT_EQ(state.slots(), static_cast<std::size_t>(kSlotsMin));
  EXPECT_FALSE(state.accept(frame_of(kSlotsMin, 0, 0)));
}

TEST(ParseMessage, EveryFieldOfAGreetingIsChecked) {
  const std::vector<std::function<void(Hello&)>> lies{
      [](Hello& h) { h.version = 2; },
      [](Hello& h) { h.format = 2; },
      [](Hello& h) { h.matrix = 2; },
      [](Hello& h) { h.range = 2; },
      [](Hello& h) { h.still = 2; },
      [](Hello& h) { h.codec = 5; },
      [](Hello& h) { h.reserved = 1; },
      [](Hello& h) { h.rate_numerator = 30; },
      [](Hello& h) { h.rate_denominator = 1; },
      [](Hello& h) { h.rate_numerator = 2000, h.rate_denominator = 1; },
      [](Hello& h) { h.duration_us = -2; },
      [](Hello& h) { h.duration_us = 600'000'001; },
      [](Hello& h) { h.frame_bytes += 1; },
      [](Hello& h) { h.width = 0; },
      [](Hello& h) { h.height = 0xFFFF'FFFF; },
  };
  EXPECT_TRUE(parse(hello_of(64, 48)));
  for (std::size_t i = 0; i < lies.size(); ++i) {
    Hello hello = hello_of(64, 48);
    lies[i](hello);
    EXPECT_FALSE(parse(hello)) << i;
  }
}

TEST(ParseMessage, OnlyExactSizesAndTheDecodersOwnTypes) {
  const FrameReady frame = frame_of(0, 0, 0);
  const auto bytes = std::as_bytes(std::span(&frame, 1));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(parse_message(bytes.first(size), Limits{})) << size;
  }
  EXPECT_TRUE(parse(frame));
  EXPECT_FALSE(parse(Slots{}));
  EXPECT_FALSE(parse(ReleaseSlot{}));
  EXPECT_FALSE(parse(Cut{}));
}

TEST(ParseMessage, FramesEndsAndFailuresAreWithinLimits) {
  EXPECT_TRUE(parse(frame_of(63, 0, 600'000'000)));
  EXPECT_FALSE(parse(frame_of(64, 0, 0)));
  EXPECT_FALSE(parse(frame_of(0, -1, 0)));
  EXPECT_FALSE(parse(frame_of(0, 0, -1)));
  EXPECT_FALSE(parse(frame_of(0, 0, 600'000'001)));
  End end;
  EXPECT_FALSE(parse(end));
  end.frames = 1;
  EXPECT_TRUE(parse(end));
  Failed failed;
  failed.error = static_cast<std::uint32_t>(MediaError::kCorrupt);
  EXPECT_TRUE(parse(failed));
  for (const std::uint32_t error : {0U, 11U, 13U, 15U, 256U + 8U}) {
    failed.error = error;
    EXPECT_FALSE(parse(failed)) << error;
  }
}

TEST(PrintableText, HasNoControlCharactersAndNeedsNoTerminator) {
  Failed failed;
  failed.text.fill('x');
  EXPECT_EQ(printable_text(failed), std::string(kFailureTextMax, 'x'));
  failed.text = {};
  std::memcpy(failed.text.data(), "a\x1b[0m\n\xC3", 7);
  EXPECT_EQ(printable_text(failed), "a?[0m??");
}

class Conversation : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(state_.accept(hello_of(64, 48))); }
  ProtocolState state_{2};
};

TEST_F(Conversation, SlotsAreHandedOutAndBack) {
  EXPECT_TRUE(state_.accept(frame_of(0, 0, 0)));
  EXPECT_FALSE(state_.every_slot_held());
  EXPECT_TRUE(state_.accept(frame_of(1, 1, 10)));
  EXPECT_TRUE(state_.every_slot_held());
  state_.release(0);
  EXPECT_TRUE(state_.accept(frame_of(0, 2, 20)));
  End end;
  end.frames = 3;
  EXPECT_TRUE(state_.accept(end));
  EXPECT_FALSE(state_.accept(frame_of(0, 3, 30)));
}

TEST_F(Conversation, HeldAndUnknownSlotsAreRefused) {
  EXPECT_TRUE(state_.accept(frame_of(0, 0, 0)));
  EXPECT_FALSE(ProtocolState(state_).accept(frame_of(0, 1, 10)));
  EXPECT_FALSE(ProtocolState(state_).accept(frame_of(2, 1, 10)));
}

TEST_F(Conversation, IndexAndTimeOnlyGoForward) {
  EXPECT_FALSE(ProtocolState(state_).accept(frame_of(0, 1, 0)));
  EXPECT_FALSE(ProtocolState(state_).accept(frame_of(0, 0, 5)));
  EXPECT_TRUE(state_.accept(frame_of(0, 0, 0)));
  EXPECT_FALSE(ProtocolState(state_).accept(frame_of(1, 2, 10)));
  EXPECT_FALSE(ProtocolState(state_).accept(frame_of(1, 0, 10)));
  EXPECT_FALSE(ProtocolState(state_).accept(frame_of(1, 1, 0)));
}

TEST_F(Conversation, TheEndCountsTheFrames) {
  EXPECT_TRUE(state_.accept(frame_of(0, 0, 0)));
  End end;
  end.frames = 2;
  EXPECT_FALSE(state_.accept(end));
}

TEST_F(Conversation, OneGreetingAndNoClips) {
  EXPECT_FALSE(ProtocolState(state_).accept(hello_of(64, 48)));
  EXPECT_FALSE(ProtocolState(state_).accept(CutDone{}));
  EXPECT_FALSE(ProtocolState(2).accept(frame_of(0, 0, 0)));
}

TEST(ConversationOfAStill, HasOneFrame) {
  ProtocolState state(2);
  Hello hello = hello_of(64, 48);
  hello.still = 1;
  ASSERT_TRUE(state.accept(hello));
  EXPECT_TRUE(state.accept(frame_of(0, 0, 0)));
  EXPECT_FALSE(state.accept(frame_of(1, 1, 10)));
}

}  // namespace
}  // namespace tally::media::protocol
