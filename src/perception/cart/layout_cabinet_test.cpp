// Layouts in metres, and layouts with views.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "perception/cart/layout.hpp"

namespace tally::cart {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kCabinet = R"(version = 1
[cabinet]
width = 0.80
height = 1.40
depth = 0.50
[[product]]
id = "p01"
size = [0.066, 0.066, 0.122]
price_minor = 250
[[product]]
id = "p02"
size = [0.1, 0.2, 0.3]
[[shelf]]
id = "s1"
z = 0.05
[[shelf]]
id = "s2"
z = 0.5
[[facing]]
id = "s1f1"
shelf = "s1"
product = "p01"
x = [-0.40, -0.30]
rows = 3
stock = 2
[[facing]]
id = "s1f2"
shelf = "s1"
product = "p02"
x = [-0.30, -0.2]
rows = 2
[[camera]]
id = "cam0"
size = [1280, 720]
focal = [900.0, 910]
centre = [640.0, 360.0]
distortion = [0.01, -0.002]
position = [0.3, -0.2, 1.5]
rotation = [[1.0,0.0,0.0],[0.0,-1.0,0.0],[0.0,0.0,-1.0]]
)";

constexpr std::string_view kViews = R"(version = 1
[[product]]
id = "p01"
[[facing]]
id = "f1"
product = "p01"
[[camera]]
id = "cam0"
[[view]]
camera = "cam0"
facing = "f1"
box = [0.1, 0.2, 0.3, 0.4]
)";

// The layout with its first `from` replaced.
std::string with(std::string_view layout, std::string_view from, std::string_view to) {
  std::string text(layout);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

Error error_of(const std::string& text) {
  const auto layout = parse_layout(text, "l.toml");
  EXPECT_FALSE(layout) << text;
  return layout ? Error{} : layout.error();
}

void expect_value_error(const std::string& text, const std::string& place,
                        const std::string& words) {
  const Error error = error_of(text);
  EXPECT_EQ(error.code.name, "layout.value") << error.message;
  EXPECT_THAT(error.message, StartsWith("l.toml:" + place + ": "));
  EXPECT_THAT(error.message, HasSubstr(words));
}

void expect_syntax_error(const std::string& text, const std::string& words) {
  const Error error = error_of(text);
  EXPECT_EQ(error.code.name, "layout.syntax") << error.message;
  EXPECT_THAT(error.message, HasSubstr(words));
}

TEST(CabinetLayout, ABoxHasASide) {
  EXPECT_TRUE(parse_layout(with(kViews, "[0.1, 0.2, 0.3, 0.4]", "[0.1, 0.2, 0.103, 0.4]"), "l"));
  EXPECT_THAT(error_of(with(kViews, "[0.1, 0.2, 0.3, 0.4]", "[0.1, 0.2, 0.101, 0.4]")).message,
              HasSubstr("at least 0.002"));
  EXPECT_THAT(error_of(with(kViews, "[0.1, 0.2, 0.3, 0.4]", "[0, 0, 1e-30, 1e-30]")).message,
              HasSubstr("at least 0.002"));
}

TEST(CabinetLayout, WhereNothingStandsIsNoCabinet) {
  const std::string_view camera = kCabinet.substr(kCabinet.find("[[camera]]"));
  expect_syntax_error(
      "version = 1\n[cabinet]\nwidth = 0.8\nheight = 1.4\ndepth = 0.5\n" + std::string(camera),
      "a [[facing]] in which it stands");
}

TEST(CabinetLayout, IsReadWhole) {
  const Layout layout = parse_layout(kCabinet, "l.toml").value();
  EXPECT_TRUE(layout.calibrated());
  EXPECT_DOUBLE_EQ(layout.cabinet->depth, 0.5);
  ASSERT_EQ(layout.products.size(), 2U);
  EXPECT_DOUBLE_EQ(layout.products[0].size->height, 0.122);
  EXPECT_EQ(layout.products[0].price_minor, 250);
  EXPECT_FALSE(layout.products[1].price_minor);
  ASSERT_EQ(layout.shelves.size(), 2U);
  EXPECT_DOUBLE_EQ(layout.shelves[1].z, 0.5);
  ASSERT_EQ(layout.facings.size(), 2U);
  const LayoutFacing& second = layout.facings[1];
  EXPECT_EQ(second.product, 1U);
  EXPECT_EQ(second.place->shelf, 0U);
  EXPECT_DOUBLE_EQ(second.place->left, -0.3);
  EXPECT_DOUBLE_EQ(second.place->right, -0.2);
  EXPECT_EQ(second.rows, 2);
  EXPECT_FALSE(second.stock);
  EXPECT_EQ(layout.facings[0].stock, 2);
  ASSERT_EQ(layout.cameras.size(), 1U);
  const vision::CameraModel& camera = layout.cameras[0].calibration.value();
  EXPECT_EQ(camera.size, (vision::Size{1280, 720}));
  EXPECT_DOUBLE_EQ(camera.focal_y, 910);
  EXPECT_DOUBLE_EQ(camera.centre_y, 360);
  EXPECT_DOUBLE_EQ(camera.k2, -0.002);
  EXPECT_EQ(camera.position, (vision::Point3{0.3, -0.2, 1.5}));
  EXPECT_EQ(camera.rotation[1], (vision::Point3{0, -1, 0}));
  EXPECT_FALSE(layout.cameras[0].zone);
}

TEST(CabinetLayout, WhatIsNotNeededMayBeLeftOut) {
  for (const std::string_view line :
       {"price_minor = 250\n", "rows = 3\n", "stock = 2\n", "distortion = [0.01, -0.002]\n"}) {
    EXPECT_TRUE(parse_layout(with(kCabinet, line, ""), "l.toml")) << line;
  }
  EXPECT_EQ(parse_layout(with(kCabinet, "rows = 3\n", ""), "l.toml")->facings[0].rows, 1);
}

TEST(CabinetLayout, WhatIsNeededIsAskedFor) {
  for (const std::string_view line :
       {"width = 0.80\n", "depth = 0.50\n", "z = 0.05\n", "shelf = \"s1\"\n", "product = \"p01\"\n",
        "x = [-0.40, -0.30]\n", "id = \"s1f1\"\n", "id = \"cam0\"\n"}) {
    expect_syntax_error(with(kCabinet, line, ""), "must be given");
  }
  expect_syntax_error(with(kCabinet, "depth", "deep"), "unknown key \"deep\"");
  expect_syntax_error(with(kCabinet, "price_minor", "price"), "unknown key \"price\"");
  expect_syntax_error(with(kCabinet, "[cabinet]", "[[cabinet]]"), "write [cabinet]");
  expect_syntax_error(with(kCabinet, "0.066, 0.122]", "0.066]"), "must be 3 numbers");
  expect_syntax_error(with(kCabinet, "[0.066", "[true"), "must be 3 numbers");
  expect_syntax_error(with(kCabinet, "[0.3, -0.2, 1.5]", "0.3"), "must be 3 numbers");
}

TEST(CabinetLayout, ACalibrationIsWholeOrAbsent) {
  for (const std::string_view line :
       {"size = [1280, 720]\n", "focal = [900.0, 910]\n", "centre = [640.0, 360.0]\n",
        "position = [0.3, -0.2, 1.5]\n",
        "rotation = [[1.0,0.0,0.0],[0.0,-1.0,0.0],[0.0,0.0,-1.0]]\n"}) {
    const std::string key(line.substr(0, line.find(' ')));
    expect_syntax_error(with(kCabinet, line, ""), "the camera's calibration lacks " + key);
  }
  expect_syntax_error(
      "version = 1\n[[camera]]\nid = \"c\"\nzone = [0, 0, 1, 1]\n"
      "distortion = [0, 0]\n",
      "the camera's calibration lacks size, focal");
  EXPECT_TRUE(parse_layout(std::string(kCabinet) + "[[camera]]\nid = \"c\"\nzone = [0, 0, 1, 1]\n",
                           "l.toml"));
}

TEST(CabinetLayout, LengthsArePositiveAndOfThisWorld) {
  expect_value_error(with(kCabinet, "width = 0.80", "width = 0"), "3:9", "0.001 to 10");
  expect_value_error(with(kCabinet, "width = 0.80", "width = nan"), "3:9", "0.001 to 10");
  expect_value_error(with(kCabinet, "[0.066", "[-0.066"), "8:8", "0.001 to 10");
  expect_value_error(with(kCabinet, "0.122]", "122]"), "8:8", "0.001 to 10");
  expect_value_error(with(kCabinet, "= 250", "= -1"), "9:15", "0 to 1000000000");
  expect_value_error(with(kCabinet, "rows = 3", "rows = 0"), "24:8", "1 to 20");
  expect_value_error(with(kCabinet, "stock = 2", "stock = 201"), "25:9", "0 to 200");
  expect_value_error(with(kCabinet, "[1280, 720]", "[1280, 5000]"), "34:8", "16 to 4096");
  expect_value_error(with(kCabinet, "[1280, 720]", "[1280, 720.5]"), "34:8", "whole pixels");
  expect_value_error(with(kCabinet, "[900.0, 910]", "[0, 910]"), "35:9", "1 to 100000");
  expect_value_error(with(kCabinet, "0.3, -0.2, 1.5", "0.3, inf, 1.5"), "38:12", "-10 to 10");
}

TEST(CabinetLayout, NamesLeadSomewhere) {
  expect_value_error(
      with(kCabinet, "product = \"p01\"", "product = \"p09\""), "22:11",
      "there is no product \"p09\"; add it as [[product]], or name one of: p01, p02");
  expect_value_error(with(kCabinet, "shelf = \"s1\"", "shelf = \"s9\""), "21:9",
                     "there is no shelf \"s9\"");
  expect_value_error(with(kCabinet, "\"p02\"", "\"p01\""), "10:1", "\"p01\" is there twice");
  expect_value_error(with(kCabinet, "\"s2\"", "\"s1\""), "16:1", "\"s1\" is there twice");
  expect_value_error(with(kCabinet, "\"s1f2\"", "\"s1f1\""), "26:1", "\"s1f1\" is there twice");
}

TEST(CabinetLayout, FacingsStandInTheCabinetSideBySide) {
  expect_value_error(with(kCabinet, "[-0.40, ", "[-0.41, "), "23:5", "reaches outside the cabinet");
  expect_value_error(with(kCabinet, "-0.2]", "0.401]"), "30:5", "reaches outside the cabinet");
  expect_value_error(with(kCabinet, "[-0.30, -0.2]", "[-0.301, -0.2]"), "30:5",
                     "facing \"s1f2\" overlaps \"s1f1\"");
  expect_value_error(with(kCabinet, "[-0.30, -0.2]", "[-0.2, -0.3]"), "30:5", "left < right");
  expect_value_error(with(kCabinet, "rows = 2", "rows = 3"), "31:8", "0.600 m deep");
  expect_value_error(with(kCabinet, "z = 0.05", "z = 1.2"), "28:9", "reach up to 1.500 m");
  expect_value_error(with(kCabinet, "z = 0.5\n", "z = 1.4\n"), "18:5", "above the cabinet");
  expect_value_error(with(kCabinet, "size = [0.066, 0.066, 0.122]\n", ""), "21:11", "needs a size");
  // Another shelf, the same x.
  EXPECT_TRUE(parse_layout(
      with(with(kCabinet, "shelf = \"s1\"\nproduct = \"p02\"", "shelf = \"s2\"\nproduct = \"p02\""),
           "[-0.30, -0.2]", "[-0.40, -0.2]"),
      "l.toml"));
}

TEST(CabinetLayout, ARotationIsOneWithinItsDigits) {
  const auto rotated = [](std::string_view rows) {
    return with(kCabinet, "[[1.0,0.0,0.0],[0.0,-1.0,0.0],[0.0,0.0,-1.0]]", rows);
  };
  const auto read = parse_layout(rotated("[[0.707,0.707,0],[0,0,-1],[-0.707,0.707,0]]"), "l.toml");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_NEAR(read->cameras[0].calibration->rotation[0].x, std::sqrt(0.5), 1e-12);
  for (const std::string_view rows :
       {"[[0.7,0.7,0],[0,0,-1],[-0.7,0.7,0]]", "[[1,0,0],[0,1,0],[0,0,-1]]",
        "[[1,0,0],[1,0,0],[0,0,1]]", "[[0,0,0],[0,0,0],[0,0,0]]"}) {
    expect_value_error(rotated(rows), "39:12", "is no rotation");
  }
  expect_value_error(rotated("[[1,0,0],[0,nan,0],[0,0,1]]"), "39:21", "\"rotation\"");
  for (const std::string_view rows : {"[1,0,0]", "[[1,0,0],[0,1,0]]", "[[1,0],[0,1],[0,0]]", "3"}) {
    expect_syntax_error(rotated(rows), "\"rotation\" must be");
  }
}

TEST(CabinetLayout, ALensThatTurnsBackInThePictureIsRefused) {
  expect_value_error(with(kCabinet, "[0.01, -0.002]", "[-0.6, 0.0]"), "37:14", "turns back");
}

TEST(ViewLayout, NeedsNoMetres) {
  const Layout layout = parse_layout(kViews, "l.toml").value();
  EXPECT_FALSE(layout.calibrated());
  EXPECT_FALSE(layout.facings[0].place);
  ASSERT_EQ(layout.views.size(), 1U);
  EXPECT_EQ(layout.views[0].box, (vision::Box{0.1F, 0.2F, 0.3F, 0.4F}));
  EXPECT_FALSE(layout.cameras[0].zone);
}

TEST(ViewLayout, NamesLeadSomewhereAndOnlyOnce) {
  expect_value_error(with(kViews, "camera = \"cam0\"", "camera = \"cam1\""), "10:10",
                     "there is no camera \"cam1\"");
  expect_value_error(with(kViews, "facing = \"f1\"", "facing = \"f2\""), "11:10",
                     "there is no facing \"f2\"");
  expect_value_error(with(kViews, "0.3, 0.4]", "0.1, 0.4]"), "12:7", "left < right");
  expect_value_error(
      std::string(kViews) +
          "[[view]]\ncamera = \"cam0\"\nfacing = \"f1\"\nbox = [0.5, 0.2, 0.7, 0.4]\n",
      "13:1", "has a view of camera \"cam0\" already");
  expect_value_error(std::string(kCabinet) +
                         "[[view]]\ncamera = \"cam0\"\nfacing = \"s1f1\"\nbox = [0, 0, 1, 1]\n",
                     "40:1", "take this [[view]] out");
  expect_syntax_error(std::string(kViews) + "[[camera]]\nid = \"cam1\"\n",
                      "camera \"cam1\" needs a zone");
}

TEST(CabinetLayout, HoldsItsLimits) {
  const auto shelves = [](std::size_t count) {
    std::string text(kCabinet);
    for (std::size_t i = 2; i < count; ++i) {
      text += "[[shelf]]\nid = \"more" + std::to_string(i) + "\"\nz = 0.1\n";
    }
    return text;
  };
  EXPECT_TRUE(parse_layout(shelves(kLayoutShelvesMax), "l.toml"));
  EXPECT_THAT(error_of(shelves(kLayoutShelvesMax + 1)).message, HasSubstr("more than 32 of shelf"));
  const auto facings = [](std::size_t count) {
    std::string text = "version = 1\n[[product]]\nid = \"p\"\nclasses = [\"p\"]\n";
    for (std::size_t i = 0; i < count; ++i) {
      text += "[[facing]]\nid = \"" + std::to_string(i) + "\"\nproduct = \"p\"\n";
    }
    return text;
  };
  EXPECT_TRUE(parse_layout(facings(kLayoutFacingsMax), "l.toml"));
  EXPECT_THAT(error_of(facings(kLayoutFacingsMax + 1)).message,
              HasSubstr("more than 500 of facing"));
}

}  // namespace
}  // namespace tally::cart
