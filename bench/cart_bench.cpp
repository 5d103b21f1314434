// What one frame costs in the steps that run for every frame: analysis picture, motion gate, stock
// model.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <vector>

#include "perception/cart/stock.hpp"
#include "perception/vision/luma.hpp"
#include "perception/vision/motion_gate.hpp"

namespace tally::cart {
namespace {

constexpr int kItems = 24;  // At rest in the view, each reported by the detector.

std::vector<std::uint8_t> noise(std::size_t bytes) {
  std::mt19937 random(1);
  std::vector<std::uint8_t> pixels(bytes);
  for (std::uint8_t& pixel : pixels) pixel = static_cast<std::uint8_t>(random());
  return pixels;
}

void analysis_picture(benchmark::State& state) {
  const auto width = static_cast<int>(state.range(0));
  const int height = width * 9 / 16;
  const auto pixels = noise(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  media::Frame frame;
  frame.width = width;
  frame.height = height;
  frame.planes[0] = {pixels.data(), static_cast<std::size_t>(width)};
  vision::LumaImage picture;
  for (auto step : state) {
    vision::make_analysis_image(frame, picture);
    benchmark::DoNotOptimize(picture.pixels.data());
  }
}
BENCHMARK(analysis_picture)->Arg(320)->Arg(640)->Arg(1280);

void motion_gate(benchmark::State& state) {
  const vision::LumaImage picture{320, 180, noise(std::size_t{320} * 180)};
  vision::MotionGate gate;
  int frame = 0;
  for (auto step : state) {
    benchmark::DoNotOptimize(gate.push(from_seconds(++frame / 30.0), picture).activity);
  }
}
BENCHMARK(motion_gate);

// With and without an answer of the detector.
void stock_model(benchmark::State& state) {
  const bool looked = state.range(0) != 0;
  const vision::LumaImage picture{320, 180, noise(std::size_t{320} * 180)};
  std::vector<vision::Detection> items;
  for (int i = 0; i < kItems; ++i) {
    const auto x = static_cast<float>(i % 8 * 40);
    const auto y = static_cast<float>(i / 8 * 60);
    items.push_back({{x, y, x + 30, y + 50}, 0, 0.9F});
  }
  StockModel stock({{ClassRole::Kind::kProduct, "can"}}, std::nullopt);
  vision::MotionGate gate;
  int frame = 0;
  for (auto step : state) {
    const SessionTime time = from_seconds(++frame / 30.0);
    state.PauseTiming();
    const vision::MotionField& motion = gate.push(time, picture);
    state.ResumeTiming();
    stock.observe({time, &picture, &motion, looked || frame < 60 ? &items : nullptr});
  }
}
BENCHMARK(stock_model)->ArgName("looked")->Arg(0)->Arg(1);

}  // namespace
}  // namespace tally::cart

BENCHMARK_MAIN();
