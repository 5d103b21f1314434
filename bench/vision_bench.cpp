// What one frame costs in vision, apart from the network: letterbox, heads, suppression, masks,
// tracking.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <vector>

#include "perception/vision/head.hpp"
#include "perception/vision/letterbox.hpp"
#include "perception/vision/mask.hpp"
#include "perception/vision/nms.hpp"
#include "perception/vision/tracker.hpp"

namespace tally::vision {
namespace {

media::Frame random_frame(media::PixelFormat format, Size size) {
  media::Frame frame;
  frame.format = format;
  frame.width = size.width;
  frame.height = size.height;
  const bool rgb = format == media::PixelFormat::kRgb24;
  const auto pixels = static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height);
  auto bytes = std::make_shared<std::vector<std::uint8_t>>(rgb ? pixels * 3 : pixels * 3 / 2);
  std::mt19937 random(1);
  for (std::uint8_t& byte : *bytes) byte = static_cast<std::uint8_t>(random());
  const auto width = static_cast<std::size_t>(size.width);
  frame.planes[0] = {bytes->data(), rgb ? 3 * width : width};
  if (!rgb) {
    frame.planes[1] = {bytes->data() + pixels, width / 2};
    frame.planes[2] = {bytes->data() + pixels * 5 / 4, width / 2};
  }
  frame.keep_alive = bytes;
  return frame;
}

inference::InputSpec input_of(int side, inference::LetterboxPlacement placement) {
  inference::InputSpec input;
  input.width = side;
  input.height = side;
  input.placement = placement;
  return input;
}

void letterbox_of(benchmark::State& state, media::PixelFormat format, Size source, int side) {
  const media::Frame frame = random_frame(format, source);
  const LetterboxPlan plan =
      plan_letterbox(source, input_of(side, inference::LetterboxPlacement::kCenter));
  std::vector<std::uint8_t> rgb(plan.bytes());
  for (auto _ : state) {
    letterbox(frame, plan, rgb);
    benchmark::DoNotOptimize(rgb.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * rgb.size()));
}
BENCHMARK_CAPTURE(letterbox_of, i420_640x360_to_640, media::PixelFormat::kI420, Size{640, 360},
                  640);
BENCHMARK_CAPTURE(letterbox_of, i420_640x360_to_416, media::PixelFormat::kI420, Size{640, 360},
                  416);
BENCHMARK_CAPTURE(letterbox_of, i420_1280x720_to_640, media::PixelFormat::kI420, Size{1280, 720},
                  640);
BENCHMARK_CAPTURE(letterbox_of, rgb_810x1080_to_640, media::PixelFormat::kRgb24, Size{810, 1080},
                  640);

// The floor under the case that is not resized: writing that many bytes.
void write_640x640(benchmark::State& state) {
  std::vector<std::uint8_t> rgb(640 * 640 * 3);
  for (auto _ : state) {
    std::ranges::fill(rgb, static_cast<std::uint8_t>(state.iterations()));
    benchmark::DoNotOptimize(rgb.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * rgb.size()));
}
BENCHMARK(write_640x640);

// Random scores of which about one in a thousand candidates reaches 0.25.
void decode_of(benchmark::State& state, inference::HeadFamily family, int side,
               inference::Shape shape) {
  const std::vector<inference::TensorSpec> specs{{"output", inference::ElementType::kF32, shape}};
  const Head head = Head::make(family, {side, side}, 80, specs).value();
  std::vector<float> values(static_cast<std::size_t>(inference::element_count(shape)));
  std::mt19937 random(1);
  for (float& value : values) {
    const auto u = static_cast<float>(random() % 100'000) / 100'000;
    value = u > 0.99999F ? 0.5F : 0.2F * u;
  }
  const std::vector<inference::TensorView> views{
      {inference::ElementType::kF32, shape, std::as_bytes(std::span(values))}};
  std::vector<Candidate> candidates;
  for (auto _ : state) {
    (void)head.decode(views, 0, 0.25F, candidates);
    benchmark::DoNotOptimize(candidates.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * values.size() * 4));
}
BENCHMARK_CAPTURE(decode_of, yolov8_640, inference::HeadFamily::kYolov8, 640,
                  inference::Shape{1, 84, 8400});
BENCHMARK_CAPTURE(decode_of, yolox_416, inference::HeadFamily::kYolox, 416,
                  inference::Shape{1, 3549, 85});

void suppress_of(benchmark::State& state) {
  std::mt19937 random(1);
  const auto below = [&](std::uint32_t limit) { return static_cast<float>(random() % limit); };
  std::vector<Candidate> candidates;
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(state.range(0)); ++i) {
    const float x = below(600);
    const float y = below(600);
    candidates.push_back({{x, y, x + 20 + below(80), y + 20 + below(80)},
                          static_cast<int>(random() % 4),
                          below(1000) / 1000,
                          i});
  }
  for (auto _ : state) benchmark::DoNotOptimize(suppress(candidates));
}
BENCHMARK(suppress_of)->Arg(50)->Arg(8400);

void mask_of(benchmark::State& state) {
  const LetterboxPlan plan =
      plan_letterbox({640, 360}, input_of(320, inference::LetterboxPlacement::kCenter));
  std::vector<float> prototypes(32 * 80 * 80);
  std::mt19937 random(1);
  for (float& value : prototypes) value = static_cast<float>(random() % 200) / 100 - 1;
  const std::vector<float> coefficients(32, 0.3F);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        make_mask({prototypes, {80, 80}}, coefficients, plan, {100, 50, 260, 330}));
  }
}
BENCHMARK(mask_of);

void track_of(benchmark::State& state) {
  Tracker tracker;
  std::mt19937 random(1);
  std::vector<Detection> detections(static_cast<std::size_t>(state.range(0)));
  SessionTime time{0};
  for (auto _ : state) {
    for (std::size_t i = 0; i < detections.size(); ++i) {
      const auto x = static_cast<float>(i % 20 * 60 + random() % 5);
      const auto y = static_cast<float>(i / 20 * 60 + random() % 5);
      detections[i] = {{x, y, x + 50, y + 50}, 0, 0.9F};
    }
    time += std::chrono::milliseconds(33);
    benchmark::DoNotOptimize(tracker.update(time, detections).data());
  }
}
BENCHMARK(track_of)->Arg(10)->Arg(100);

}  // namespace
}  // namespace tally::vision

BENCHMARK_MAIN();
