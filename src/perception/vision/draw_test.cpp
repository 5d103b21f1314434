#include "perception/vision/draw.hpp"

#include <gtest/gtest.h>
#include <turbojpeg.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "perception/vision/test_frames.hpp"

namespace tally::vision {
namespace {

Picture grey(int width, int height) {
  return {{width, height},
          std::vector<std::uint8_t>(static_cast<std::size_t>(width * height) * 3, 90)};
}

Color pixel(const Picture& picture, int x, int y) {
  const auto i = static_cast<std::size_t>(y * picture.size.width + x) * 3;
  return {picture.rgb[i], picture.rgb[i + 1], picture.rgb[i + 2]};
}

TEST(Draw, ABoxIsALineAroundItsInside) {
  Picture picture = grey(100, 80);
  const Color red{255, 0, 0};
  draw_box(picture, {10, 20, 60, 70}, red);
  EXPECT_EQ(pixel(picture, 10, 20), red);
  EXPECT_EQ(pixel(picture, 59, 69), red);
  EXPECT_EQ(pixel(picture, 35, 21), red);
  EXPECT_EQ(pixel(picture, 35, 45), (Color{90, 90, 90}));
  EXPECT_EQ(pixel(picture, 9, 20), (Color{90, 90, 90}));
  EXPECT_EQ(pixel(picture, 60, 69), (Color{90, 90, 90}));
}

TEST(Draw, ALabelStandsAboveItsPointOrBelowWhereThereIsNoRoom) {
  const Color blue{0, 0, 200};
  Picture picture = grey(100, 80);
  draw_label(picture, {10, 40}, "I", blue);
  EXPECT_EQ(pixel(picture, 10, 39), blue);
  EXPECT_EQ(pixel(picture, 13, 33), (Color{255, 255, 255}));  // The stem of the I.
  EXPECT_EQ(pixel(picture, 12, 35), blue);
  EXPECT_EQ(pixel(picture, 10, 40), (Color{90, 90, 90}));
  draw_label(picture, {10, 3}, "I", blue);
  EXPECT_EQ(pixel(picture, 10, 3), blue);
}

TEST(Draw, NothingIsDrawnOutsideThePictureWhateverTheBox) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<std::string> names{"bottle",
                                       "Gr\xC3\xBC\xC3\x9F"
                                       "e & mehr"};
  Picture picture = grey(40, 30);
  const std::vector<Detection> detections{{{-1e9F, -1e9F, 1e9F, 1e9F}, 0, 0.5F},
                                          {{kNan, 3, kNan, INFINITY}, 1, 0.5F},
                                          {{39, 29, 40, 30}, 77, 1},
                                          {{20, 20, 10, 10}, -3, 0}};
  draw_detections(picture, detections, names);
  EXPECT_EQ(picture.rgb.size(), 40U * 30U * 3U);
}

TEST(Draw, AMaskTintsItsPixelsOnly) {
  Picture picture = grey(4, 3);
  const Mask mask{.picture = {4, 3}, .counts = {4, 1, 7}};  // Column 1, row 1.
  draw_mask(picture, mask, {255, 0, 0});
  EXPECT_EQ(pixel(picture, 1, 1), (Color{172, 45, 45}));
  EXPECT_EQ(pixel(picture, 1, 0), (Color{90, 90, 90}));
  draw_mask(picture, {.picture = {9, 9}, .counts = {0, 81}}, {0, 0, 0});
  EXPECT_EQ(pixel(picture, 0, 0), (Color{90, 90, 90}));
}

TEST(Draw, JpegReadsBackAsTheSamePicture) {
  const media::Frame frame = testing::make_frame(
      media::PixelFormat::kRgb24, 48, 32, [](int, int x, int y) { return 60 + x / 2 + 2 * y; });
  const Picture picture = to_picture(frame);
  const Result<std::string> jpeg = encode_jpeg(picture, 95);
  ASSERT_TRUE(jpeg) << jpeg.error().message;
  const std::unique_ptr<void, int (*)(tjhandle)> reader(tjInitDecompress(), tjDestroy);
  Picture back = grey(48, 32);
  ASSERT_EQ(tjDecompress2(reader.get(), reinterpret_cast<const unsigned char*>(jpeg->data()),
                          jpeg->size(), back.rgb.data(), 48, 0, 32, TJPF_RGB, 0),
            0);
  for (std::size_t i = 0; i < back.rgb.size(); ++i) {
    ASSERT_NEAR(back.rgb[i], picture.rgb[i], 12) << i;
  }
}

TEST(Draw, JpegRefusesWhatIsNotAPicture) {
  EXPECT_FALSE(encode_jpeg({}));
  Picture torn = grey(10, 10);
  torn.rgb.pop_back();
  EXPECT_FALSE(encode_jpeg(torn));
  EXPECT_FALSE(encode_jpeg(grey(10, 10), 0));
  EXPECT_FALSE(encode_jpeg(grey(kJpegSideMax + 1, 1)));
  EXPECT_TRUE(encode_jpeg(grey(kJpegSideMax, 1)));
}

}  // namespace
}  // namespace tally::vision
