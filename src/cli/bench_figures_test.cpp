#include "cli/bench_figures.hpp"

#include <gmock/gmock.h>

namespace tally::cli {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string pipeline(const std::string& runs, const std::string& more = "") {
  return R"({"schema": "tally.bench.pipeline.v1", "video": "clip.mp4", "cameras": 3,
             "frames_per_second": 100, "frames_per_second_runs": )" +
         runs + R"(, "wall_seconds": 12, "frames": 1200, "model": "m", "description": "cpu")" +
         more + "}";
}

BenchFigures figures(const std::string& text) {
  auto parsed = parse_bench(text, "a.json");
  EXPECT_TRUE(parsed) << parsed.error().message;
  return parsed ? *parsed : BenchFigures{};
}

TEST(BenchFigures, AreReadFromWhatTheBenchesPrint) {
  const BenchFigures read = figures(pipeline("[90, 100, 110]"));
  EXPECT_EQ(read.subject, "clip.mp4");
  EXPECT_THAT(read.rates, ElementsAre(90, 100, 110));
  EXPECT_EQ(read.frames, 1200);
  EXPECT_EQ(read.unit(), "frames/s");
  const BenchFigures engine = figures(
      R"({"schema": "tally.bench.engine.v1", "inferences_per_second": 55.5, "model": "m"})");
  EXPECT_TRUE(engine.of_engine());
  EXPECT_THAT(engine.rates, ElementsAre(55.5));
}

TEST(BenchFigures, OtherTextIsRefusedWithTheCommandThatMakesIt) {
  for (const std::string& text :
       {std::string("{"), std::string("[]"), std::string("{}"),
        std::string(R"({"schema": "tally.cart.v1"})"), pipeline("[]"), pipeline("[0]"),
        pipeline("[\"fast\"]"), pipeline("[-1]"), pipeline("[1e999]")}) {
    const auto read = parse_bench(text, "a.json");
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code.kind, ErrorKind::kUsage);
    EXPECT_THAT(read.error().message, HasSubstr("a.json: "));
    EXPECT_THAT(read.error().message, HasSubstr("--json"));
  }
}

TEST(BenchComparisons, PairRunsInTheirOrder) {
  const auto compared =
      compare_benches(figures(pipeline("[100, 50, 10]")), figures(pipeline("[200, 25]")));
  ASSERT_TRUE(compared);
  EXPECT_THAT(compared->ratios, ElementsAre(2, 0.5));
  EXPECT_THAT(compared->geometric_mean, DoubleNear(1, 1e-12));
  EXPECT_EQ(compared->least, 0.5);
  EXPECT_EQ(compared->most, 2);
  EXPECT_THAT(compared->unlike, IsEmpty());
}

TEST(BenchComparisons, SayWhatElseDiffers) {
  BenchFigures other = figures(pipeline("[100]"));
  other.model = "another";
  other.frames = 7;
  const auto compared = compare_benches(figures(pipeline("[100]")), other);
  ASSERT_TRUE(compared);
  EXPECT_THAT(compared->unlike, ElementsAre("model: m and another", "frames: 1200 and 7"));
  BenchFigures engine = other;
  engine.subject.clear();
  EXPECT_FALSE(compare_benches(other, engine));
}

TEST(BenchComparisons, AreDrawnWithoutTrustingNames) {
  BenchFigures a = figures(pipeline("[100]"));
  a.subject = "<script>";
  const auto compared = compare_benches(a, a);
  ASSERT_TRUE(compared);
  const std::string svg = comparison_svg(a, a, *compared);
  EXPECT_THAT(svg, ::testing::StartsWith("<svg"));
  EXPECT_THAT(svg, ::testing::Not(HasSubstr("<script>")));
  EXPECT_THAT(svg, HasSubstr("B is 1.00 times as fast as A"));
  EXPECT_THAT(comparison_json(a, a, *compared), HasSubstr("\"ratio\": 1.0"));
}

// The anchor: 120 frames a second at 0.7582 an hour are 1.755 for a million frames.
TEST(BenchCosts, AreThePriceOfTheTimeThatFramesTake) {
  BenchFigures anchor = figures(pipeline("[120]"));
  anchor.rate = 120;
  EXPECT_THAT(cost_of(anchor, 0.7582).per_million, DoubleNear(1.755, 0.0005));
  EXPECT_THAT(cost_of(anchor, 3.6).per_session.value(), DoubleNear(0.012, 1e-12));
  anchor.subject.clear();
  EXPECT_EQ(cost_of(anchor, 3.6).per_session, std::nullopt) << "of an engine";
}

TEST(BenchFigures, OfManySessionsAreComparedLevelByLevelAndWithTheirKindAlone) {
  constexpr std::string_view kDensity = R"({"schema": "tally.bench.density.v1", "video": "take_one",
    "frames_per_second": 40, "frames_per_second_runs": [20, 40], "frames": 600,
    "wall_seconds": 15, "model": "m", "description": "d"})";
  const auto density = parse_bench(kDensity, "a.json");
  ASSERT_TRUE(density) << density.error().message;
  const auto same = compare_benches(*density, *density);
  ASSERT_TRUE(same) << same.error().message;
  EXPECT_EQ(same->ratios, (std::vector<double>{1, 1}));
  BenchFigures pipeline = *density;
  pipeline.schema = "tally.bench.pipeline.v1";
  EXPECT_FALSE(compare_benches(*density, pipeline));
}

}  // namespace
}  // namespace tally::cli
