#include "perception/cart/layout.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tally::cart {
namespace {

constexpr std::string_view kGood = R"(version = 1
[[product]]
id = "water"
classes = ["bottle", "vase"]
[[camera]]
id = "cam0"
zone = [0, 0.1, 1.0, 0.9]
)";

std::string code_for(std::string_view text) {
  const auto layout = parse_layout(text, "l.toml");
  return layout ? "" : std::string(layout.error().code.name);
}

std::string message_for(std::string_view text) {
  return parse_layout(text, "l.toml").error().message;
}

TEST(Layout, IsReadWhole) {
  const Layout layout = parse_layout(kGood, "l.toml").value();
  ASSERT_EQ(layout.products.size(), 1U);
  EXPECT_EQ(layout.products[0].id, "water");
  EXPECT_EQ(layout.products[0].classes, (std::vector<std::string>{"bottle", "vase"}));
  ASSERT_EQ(layout.cameras.size(), 1U);
  EXPECT_EQ(layout.cameras[0].zone, (vision::Box{0, 0.1F, 1, 0.9F}));
  EXPECT_FALSE(layout.cameras[0].calibration);
  EXPECT_FALSE(layout.calibrated());
  EXPECT_EQ(layout.sha256.size(), 64U);
}

TEST(Layout, SaysWhereAndWhatIsWrong) {
  EXPECT_EQ(code_for("version = 1\nzones = 3\n"), "layout.syntax");
  EXPECT_EQ(message_for("version = 1\nzones = 3\n"),
            "l.toml:2:1: unknown key \"zones\"; known here: version, product, camera, cabinet, "
            "shelf, facing, view");
  EXPECT_EQ(code_for("version = "), "layout.syntax");
  EXPECT_EQ(code_for("version = 1 \u00e9"), "layout.syntax");
  EXPECT_EQ(code_for(""), "layout.version");
  EXPECT_EQ(code_for("version = 2"), "layout.version");
  EXPECT_EQ(code_for("version = 1\nproduct = 3"), "layout.syntax");
  EXPECT_EQ(code_for("version = 1\n[[product]]\nid = \"\"\nclasses = [\"a\"]"), "layout.value");
  EXPECT_EQ(code_for("version = 1\n[[product]]\nid = \"a\"\nclasses = []"), "layout.syntax");
  EXPECT_EQ(code_for("version = 1\n[[product]]\nid = \"a\"\nclasses = [1]"), "layout.syntax");
  EXPECT_EQ(code_for("version = 1\n[[product]]\nid = \"a\"\nclass = [\"a\"]"), "layout.syntax");
  const std::string camera = "version = 1\n[[camera]]\nid = \"c\"\nzone = ";
  EXPECT_EQ(code_for("version = 1\n[[camera]]\nid = \"c\"\n"), "layout.syntax");
  EXPECT_EQ(code_for(camera + "[0, 0, 1]"), "layout.syntax");
  EXPECT_EQ(code_for(camera + "[0, 0, 1, 2]"), "layout.value");
  EXPECT_EQ(code_for(camera + "[0.5, 0, 0.5, 1]"), "layout.value");
  EXPECT_EQ(code_for(camera + "[0, 0, nan, 1]"), "layout.value");
  EXPECT_EQ(code_for(camera + "[0, 0, 1, 1]\n[[camera]]\nid = \"c\"\nzone = [0, 0, 1, 1]"),
            "layout.value");
}

TEST(Layout, HoldsItsLimits) {
  std::string text = "version = 1\n";
  for (std::size_t i = 0; i < kLayoutCamerasMax; ++i) {
    text += "[[camera]]\nid = \"" + std::to_string(i) + "\"\nzone = [0, 0, 1, 1]\n";
  }
  EXPECT_EQ(code_for(text), "");
  EXPECT_EQ(code_for(text + "[[camera]]\nid = \"x\"\nzone = [0, 0, 1, 1]\n"), "layout.value");
}

TEST(Layout, AMissingFileIsTold) {
  EXPECT_EQ(load_layout("/nonexistent/l.toml").error().code.kind, ErrorKind::kNotFound);
}

TEST(ClassRoles, WithoutProductsEveryClassThatCanBeGoodsIsOne) {
  const auto roles = class_roles({}, {"hand", "can", "item"}).value();
  EXPECT_EQ(roles[0].kind, ClassRole::Kind::kActor);
  EXPECT_EQ(roles[1].product, "can");
  EXPECT_EQ(roles[2].product, "item");
}

TEST(ClassRoles, ALayoutNamesWhatCountsAndTheRestIsIgnored) {
  const Layout layout = parse_layout(kGood, "l.toml").value();
  const auto roles = class_roles(layout, {"person", "bottle", "cup", "vase"}).value();
  EXPECT_EQ(roles[0].kind, ClassRole::Kind::kActor);
  EXPECT_EQ(roles[1].product, "water");
  EXPECT_EQ(roles[2].kind, ClassRole::Kind::kIgnored);
  EXPECT_EQ(roles[3].product, "water");
  EXPECT_EQ(class_roles(layout, {"person", "cup"}).error().code.name, "layout.class");
}

TEST(ClassRoles, ProductsThatNameNoClassesLeaveTheClassesToThemselves) {
  Layout layout;
  layout.products = {{"water", {}}};
  EXPECT_EQ(class_roles(layout, {"hand", "item"}).value()[1].product, "item");
  layout.products.push_back({"cola", {"can"}});
  EXPECT_EQ(class_roles(layout, {"item", "can"}).value()[0].kind, ClassRole::Kind::kIgnored);
}

TEST(ClassRoles, OneClassCannotBeTwoProducts) {
  Layout layout;
  layout.products = {{"a", {"can"}}, {"b", {"can"}}};
  EXPECT_EQ(class_roles(layout, {"can"}).error().code.name, "layout.class");
  layout.products = {{"a", {"person"}}};
  EXPECT_EQ(class_roles(layout, {"can", "person"}).error().code.name, "layout.class");
}

}  // namespace
}  // namespace tally::cart
