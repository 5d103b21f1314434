#include "cli/session_shelf.hpp"

#include <gmock/gmock.h>

namespace tally::cli {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kLayout = R"(version = 1
[cabinet]
width = 0.6
height = 0.6
depth = 0.5
[[product]]
id = "can"
size = [0.06, 0.06, 0.12]
[[product]]
id = "bag"
size = [0.13, 0.05, 0.18]
[[shelf]]
id = "s1"
z = 0.02
[[facing]]
id = "s1f1"
shelf = "s1"
product = "can"
x = [-0.2, -0.12]
rows = 3
stock = 2
[[facing]]
id = "s1f2"
shelf = "s1"
product = "bag"
x = [-0.1, 0.05]
rows = 2
stock = 5
)";

Result<device::Shelf> shelf_in(std::string_view text) {
  const auto layout = cart::parse_layout(text, "a.toml");
  if (!layout) return std::unexpected(layout.error());
  return shelf_of(*layout);
}

TEST(SessionShelf, IsTheLayouts) {
  const auto read = shelf_in(kLayout);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->width, 0.6);
  EXPECT_EQ(read->boards.at(0).z, 0.02);
  EXPECT_EQ(read->products.at(1).depth, 0.05);
  ASSERT_EQ(read->facings.size(), 2U);
  EXPECT_EQ(read->facings[1].product, 1U);
  EXPECT_EQ(read->facings[1].left, -0.1);
  EXPECT_EQ(read->facings[0].stock, 2);
  EXPECT_EQ(read->facings[1].stock, 2) << "no more than stand there";
  EXPECT_TRUE(read_shelf(std::filesystem::path(TALLY_SOURCE_DIR) / "demo/take_one"));
}

TEST(SessionShelf, WithoutFacingsIsNone) {
  EXPECT_THAT(shelf_in("version = 1\n").error().message, HasSubstr("no facing"));
  EXPECT_FALSE(shelf_in("nonsense ["));
  EXPECT_FALSE(
      shelf_in("version = 1\n[[facing]]\nid = \"a\"\nshelf = \"s\"\nproduct = \"p\"\n"
               "x = [0, 0.1]\n"));
}

}  // namespace
}  // namespace tally::cli
