// Audits of a real cabinet, photographed by hand in four states of its stock, and of pictures in
// which nothing changed but light, sharpness and the camera's place.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>

#include "cli/testing_program.hpp"
#include "perception/cart/layout.hpp"
#include "perception/identify/enrol.hpp"
#include "perception/vision/draw.hpp"
#include "perception/vision/shrink.hpp"

namespace tally::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::Ended;
using testing::Workplace;

const fs::path kImages = fs::path(TALLY_SOURCE_DIR) / ".." / "shared" / "data" / "images";
const std::string kLayout = TALLY_SOURCE_DIR "/tests/data/vending_cabinet.toml";

std::string state(int number) {
  return (kImages / fmt::format("intel_vending_cabinet_state{}.jpg", number)).string();
}

using Counts = std::map<std::string, int>;

class RealAudit : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(state(1))) GTEST_SKIP() << "needs ../shared/data";
  }

  [[nodiscard]] Json audit(const std::string& before, const std::string& after, int camera) const {
    const Ended ended = here_.tally({"audit", before, after, "--layout", kLayout, "--camera",
                                     fmt::format("state{}", camera), "--json"});
    EXPECT_EQ(ended.exit_code, 0) << ended.err;
    EXPECT_EQ(ended.err, "");
    return Json::parse(ended.out, nullptr, false);
  }
  // What left, less what came.
  [[nodiscard]] static Counts left(const Json& audited) {
    Counts counts;
    for (const Json& line : audited["lines"]) {
      const int net = line["left"].get<int>() - line["came"].get<int>();
      if (net != 0) counts[line["product"]] = net;
    }
    return counts;
  }

  Workplace here_;
};

// Cuts what stands where in state 1 out of it, a folder of photos for each product.
void write_photos(const Workplace& here) {
  const auto layout = cart::load_layout(kLayout).value();
  const auto photo = identify::read_photo(state(1)).value();
  const vision::Picture whole = vision::to_picture(photo);
  for (const cart::LayoutView& view : layout.views) {
    if (layout.cameras[view.camera].id != "state1") continue;
    const cart::LayoutFacing& facing = layout.facings[view.facing];
    const int left = static_cast<int>(view.box.left * static_cast<float>(photo.width));
    const int top = static_cast<int>(view.box.top * static_cast<float>(photo.height));
    vision::Picture item;
    item.size = {static_cast<int>(view.box.width() * static_cast<float>(photo.width)),
                 static_cast<int>(view.box.height() * static_cast<float>(photo.height))};
    for (int y = 0; y < item.size.height; ++y) {
      const auto row = whole.rgb.begin() + ((top + y) * whole.size.width + left) * 3;
      item.rgb.insert(item.rgb.end(), row, row + item.size.width * 3);
    }
    here.write(fmt::format("products/{}/{}.jpg", layout.products[facing.product].id, facing.id),
               vision::encode_jpeg(item).value());
  }
}

// As a cart would be audited: with the shipped embedder, products known from the first state.
TEST_F(RealAudit, WithProductsEnrolledFromTheFirstStateTheLaterOnesLackTwoEach) {
  write_photos(here_);
  const std::string embedder = TALLY_SOURCE_DIR "/models/embedder";
  const Ended enrolled = here_.tally({"enroll", "--photos", "products", "--model", embedder});
  ASSERT_EQ(enrolled.exit_code, 0) << enrolled.err;
  const std::map<int, Counts> known{{1, {{"gatorade", 1}, {"pringles", 1}}},
                                    {2, {{"ruffles", 1}, {"sprite", 1}}},
                                    {3, {{"gatorade", 1}, {"pringles", 1}}}};
  for (const auto& [number, wanted] : known) {
    const Ended ended = here_.tally({"audit", state(number), state(number + 1), "--layout", kLayout,
                                     "--camera", fmt::format("state{}", number), "--gallery",
                                     "gallery", "--model", embedder, "--json"});
    ASSERT_EQ(ended.exit_code, 0) << ended.err;
    const Json audited = Json::parse(ended.out);
    EXPECT_EQ(left(audited), wanted) << audited.dump(1);
    EXPECT_EQ(audited["left"], 2);
    EXPECT_EQ(audited["came"], 0);
  }
}

// The stock as the pictures' README has it, without what is predicted: the pictures alone decide.
TEST_F(RealAudit, FindsWhatLeftBetweenTwoStates) {
  const std::map<std::pair<int, int>, Counts> known{
      {{1, 2}, {{"gatorade", 1}, {"pringles", 1}}},
      {{2, 3}, {{"ruffles", 1}, {"sprite", 1}}},
      {{3, 4}, {{"gatorade", 1}, {"pringles", 1}}},
      {{1, 3}, {{"gatorade", 1}, {"pringles", 1}, {"ruffles", 1}, {"sprite", 1}}},
      {{2, 4}, {{"gatorade", 1}, {"pringles", 1}, {"ruffles", 1}, {"sprite", 1}}}};
  for (const auto& [pair, wanted] : known) {
    const auto [before, after] = pair;
    const Json audited = audit(state(before), state(after), before);
    EXPECT_EQ(left(audited), wanted) << before << " to " << after << ": " << audited.dump(1);
    EXPECT_EQ(audited["came"], 0) << before << " to " << after;
  }
}

TEST_F(RealAudit, FindsWhatCameWhereTheOrderIsReversed) {
  EXPECT_EQ(left(audit(state(2), state(1), 2)), (Counts{{"gatorade", -1}, {"pringles", -1}}));
  EXPECT_EQ(left(audit(state(3), state(2), 3)), (Counts{{"ruffles", -1}, {"sprite", -1}}));
}

// A smaller copy of a state, lit, blurred and shifted.
struct Change {
  const char* name;
  float light = 1;
  int blur = 0;
  int shift_x = 0;
  int shift_y = 0;
};

std::string changed(const media::Frame& frame, const Change& change) {
  vision::Picture picture = vision::to_picture(frame);
  const vision::Picture source = picture;
  const auto at = [&](int x, int y, int channel) {
    const int column = std::clamp(x, 0, source.size.width - 1);
    const int row = std::clamp(y, 0, source.size.height - 1);
    return static_cast<int>(
        source.rgb[static_cast<std::size_t>((row * source.size.width + column) * 3 + channel)]);
  };
  const int side = 2 * change.blur + 1;
  std::size_t out = 0;
  for (int y = 0; y < source.size.height; ++y) {
    for (int x = 0; x < source.size.width; ++x) {
      for (int channel = 0; channel < 3; ++channel) {
        int sum = 0;
        for (int v = -change.blur; v <= change.blur; ++v) {
          for (int u = -change.blur; u <= change.blur; ++u) {
            sum += at(x + u + change.shift_x, y + v + change.shift_y, channel);
          }
        }
        const float value =
            change.light * static_cast<float>(sum) / static_cast<float>(side * side);
        picture.rgb[out++] = static_cast<std::uint8_t>(std::clamp(value, 0.0F, 255.0F));
      }
    }
  }
  return vision::encode_jpeg(picture).value();
}

TEST_F(RealAudit, LightBlurAndShiftsTakeNothingAway) {
  const std::vector<Change> changes{{.name = "darker", .light = 0.7F},
                                    {.name = "brighter", .light = 1.25F},
                                    {.name = "blurred", .blur = 2},
                                    {.name = "shifted 1", .shift_x = 1},
                                    {.name = "shifted 2", .shift_x = -2, .shift_y = 1},
                                    {.name = "shifted 3", .shift_x = 3, .shift_y = -3}};
  for (int number = 1; number <= 4; ++number) {
    const auto photo = identify::read_photo(state(number));
    ASSERT_TRUE(photo) << photo.error().message;
    // As large as a camera's picture.
    const media::Frame frame = vision::shrink(*photo, {0, 0, photo->width, photo->height}, 3);
    here_.write("before.jpg", changed(frame, {.name = "as it is"}));
    for (const Change& change : changes) {
      here_.write("after.jpg", changed(frame, change));
      const Json audited = audit("before.jpg", "after.jpg", number);
      EXPECT_EQ(left(audited), Counts{}) << number << " " << change.name << audited.dump(1);
      EXPECT_GT(audited["confidence"], 0.9) << number << " " << change.name;
    }
  }
}

}  // namespace
}  // namespace tally::cli
