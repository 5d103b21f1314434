// Stills against libjpeg-turbo, which trained detectors have seen their pictures through.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <turbojpeg.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "perception/media/media_test_support.hpp"

namespace tally::media {
namespace {
namespace fs = std::filesystem;
using testing::contents;
using testing::error_name;
using testing::Pixels;
using testing::read_whole;
using testing::TemporaryFolder;
using testing::WholeVideo;

std::string decoded_by_turbojpeg(const std::string& jpeg) {
  const std::unique_ptr<void, int (*)(tjhandle)> handle(tjInitDecompress(), &tjDestroy);
  const auto* bytes = reinterpret_cast<const unsigned char*>(jpeg.data());
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int space = 0;
  EXPECT_EQ(
      tjDecompressHeader3(handle.get(), bytes, jpeg.size(), &width, &height, &subsampling, &space),
      0);
  std::string pixels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, '\0');
  EXPECT_EQ(tjDecompress2(handle.get(), bytes, jpeg.size(),
                          reinterpret_cast<unsigned char*>(pixels.data()), width, 0, height,
                          TJPF_RGB, TJFLAG_ACCURATEDCT),
            0);
  return pixels;
}

struct Difference {
  double mean = 0;
  double beyond_two = 0;  // Share of samples that differ by more than two levels.
};

Difference difference(const std::string& one, const std::string& other) {
  EXPECT_EQ(one.size(), other.size());
  Difference result;
  for (std::size_t i = 0; i < std::min(one.size(), other.size()); ++i) {
    const int distance =
        std::abs(static_cast<std::uint8_t>(one[i]) - static_cast<std::uint8_t>(other[i]));
    result.mean += distance;
    result.beyond_two += distance > 2 ? 1 : 0;
  }
  const auto count = static_cast<double>(one.size());
  return {result.mean / count, result.beyond_two / count};
}

// `jpeg` with an Exif block that says how the camera was held.
std::string with_orientation(const std::string& jpeg, char orientation) {
  using namespace std::string_literals;
  const std::string tiff =
      "II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"s + orientation + "\0\0\0\0\0\0\0"s;
  const std::string body = "Exif\0\0"s + tiff;
  const auto length = static_cast<char>(body.size() + 2);
  return jpeg.substr(0, 2) + "\xFF\xE1\0"s + length + body + jpeg.substr(2);
}

TEST(Still, JpegOfEverySubsamplingIsNearLibjpegTurbo) {
  const TemporaryFolder folder;
  for (const char* format : {"yuvj420p", "yuvj422p", "yuvj444p"}) {
    folder.ffmpeg(std::string("-f lavfi -i testsrc2=size=322x242,gblur=sigma=1 -frames:v 1 "
                              "-pix_fmt ") +
                  format + " -q:v 2 a.jpg");
    const WholeVideo picture = read_whole(folder / "a.jpg", {}, Pixels::kKeep);
    EXPECT_EQ(error_name(picture), "");
    EXPECT_TRUE(picture.info.still);
    const auto apart = difference(picture.pixels, decoded_by_turbojpeg(contents(folder / "a.jpg")));
    EXPECT_LT(apart.mean, 0.2) << format;
    EXPECT_LT(apart.beyond_two, 0.001) << format;
  }
}

TEST(Still, RealPhotosAreNearLibjpegTurbo) {
  const fs::path images = TALLY_SOURCE_DIR "/../shared/data/images";
  if (!fs::exists(images)) GTEST_SKIP() << "needs ../shared/data";
  for (const char* name : {"bus.jpg", "zidane.jpg"}) {
    const WholeVideo picture = read_whole(images / name, {}, Pixels::kKeep);
    ASSERT_EQ(error_name(picture), "") << name;
    const auto apart = difference(picture.pixels, decoded_by_turbojpeg(contents(images / name)));
    EXPECT_LT(apart.mean, 0.2) << name;
    EXPECT_LT(apart.beyond_two, 0.001) << name;
  }
}

TEST(Still, GreyAndPalettePicturesBecomeRgb) {
  const TemporaryFolder folder;
  folder.ffmpeg("-f lavfi -i testsrc=size=64x48 -frames:v 1 -vf format=gray a.png");
  folder.ffmpeg("-i a.png -pix_fmt gray b.jpg");
  folder.ffmpeg("-f lavfi -i testsrc=size=64x48 -frames:v 1 -vf format=rgba c.png");
  folder.ffmpeg("-i a.png -f rawvideo -pix_fmt rgb24 a.raw");
  const WholeVideo grey = read_whole(folder / "a.png", {}, Pixels::kKeep);
  EXPECT_LT(difference(grey.pixels, contents(folder / "a.raw")).mean, 0.1);
  EXPECT_EQ(read_whole(folder / "b.jpg", {}, Pixels::kKeep).pixels.size(), 64U * 48 * 3);
  EXPECT_EQ(read_whole(folder / "c.png", {}, Pixels::kKeep).pixels.size(), 64U * 48 * 3);
}

TEST(Still, ExifOrientationIsApplied) {
  const TemporaryFolder folder;
  folder.ffmpeg("-f lavfi -i testsrc=size=64x32 -frames:v 1 -pix_fmt yuvj444p -q:v 2 a.jpg");
  const std::string upright = read_whole(folder / "a.jpg", {}, Pixels::kKeep).pixels;
  testing::write_contents(folder / "turned.jpg", with_orientation(contents(folder / "a.jpg"), 6));
  const WholeVideo turned = read_whole(folder / "turned.jpg", {}, Pixels::kKeep);
  ASSERT_EQ(turned.info.width, 32);
  ASSERT_EQ(turned.info.height, 64);
  // Orientation 6: turn clockwise; the left column, read upwards, becomes the top row.
  for (std::size_t x = 0; x < 32; ++x) {
    EXPECT_EQ(turned.pixels.substr(x * 3, 3), upright.substr((31 - x) * 64 * 3, 3)) << x;
  }
}

}  // namespace
}  // namespace tally::media
