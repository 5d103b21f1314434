// A stage for tests of the stock model: textured items on a textured shelf, a hand, and a detector
// with faults. Everything is computed from the script and a seed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "perception/cart/look_schedule.hpp"
#include "perception/cart/stock.hpp"

namespace tally::cart::testing {

inline constexpr int kStageWidth = 320;
inline constexpr int kStageHeight = 180;

struct Prop {  // A thing on the stage: a goods item or a hand.
  float x = 0;
  float y = 0;
  float width = 30;
  float height = 60;
  int pattern = 1;
  int class_id = 0;  // What the detector calls it.
  float fade = 0;    // 0: as it is, 1: gone into the shelf. The detector loses it half way.
};

struct Moment {
  std::vector<Prop> items;
  std::vector<Prop> hands;  // In front of items.
  float shift = 0;          // Of the whole view: a camera that moves.
  bool flat_shelf = false;  // Without any texture, as in the dark.
};

struct DetectorFaults {
  double miss = 0;         // Probability that an item in plain view is not reported.
  double small_miss = 0;   // The same of small looks.
  double ghost = 0;        // Probability of a box somewhere on the shelf where nothing is.
  double other_class = 0;  // Probability that a bottle is called a vase.
  bool sees_hands = true;
};

// Plays moments given by `moment_at(t)` at `fps` for `seconds` and returns what the model makes of
// them.
template <typename MomentAt>
StockOutcome play(double seconds, double fps, const DetectorFaults& faults, Savings savings,
                  std::uint32_t seed, MomentAt moment_at);

// Class ids: 0 bottle, 1 vase, 2 person.
inline std::vector<ClassRole> stage_roles() {
  return {{ClassRole::Kind::kProduct, "bottle"},
          {ClassRole::Kind::kProduct, "vase"},
          {ClassRole::Kind::kActor, ""}};
}

inline vision::Box box_of(const Prop& prop) {
  return {prop.x, prop.y, prop.x + prop.width, prop.y + prop.height};
}

// A pattern's grey level at a point of its own: stripes and dots, different for each pattern.
inline std::uint8_t texture(int pattern, int x, int y) {
  const auto u = static_cast<std::uint32_t>(x / 3);
  const auto v = static_cast<std::uint32_t>(y / 3);
  const auto kind = static_cast<std::uint32_t>(pattern);
  const std::uint32_t h = u * 73856093U ^ v * 19349663U ^ kind * 83492791U;
  return static_cast<std::uint8_t>(60 + (h * 2654435761U >> 24U) % 130);
}

inline void paint(vision::LumaImage& image, const Prop& prop, float shift) {
  const int left = static_cast<int>(prop.x + shift);
  const int top = static_cast<int>(prop.y);
  for (int y = std::max(0, top); y < std::min(kStageHeight, top + static_cast<int>(prop.height));
       ++y) {
    for (int x = std::max(0, left); x < std::min(kStageWidth, left + static_cast<int>(prop.width));
         ++x) {
      std::uint8_t& pixel = image.pixels[static_cast<std::size_t>(y * kStageWidth + x)];
      const auto level = static_cast<float>(texture(prop.pattern, x - left, y - top));
      pixel = static_cast<std::uint8_t>(level + prop.fade * (static_cast<float>(pixel) - level));
    }
  }
}

inline vision::LumaImage render(const Moment& moment, std::mt19937& noise) {
  vision::LumaImage image{kStageWidth, kStageHeight, {}};
  image.pixels.resize(static_cast<std::size_t>(kStageWidth * kStageHeight));
  if (moment.flat_shelf) {
    std::ranges::fill(image.pixels, std::uint8_t{16});
  } else {
    paint(image, {.x = -100, .y = 0, .width = 520, .height = 180, .pattern = 0}, moment.shift);
  }
  for (const Prop& item : moment.items) paint(image, item, moment.shift);
  for (const Prop& hand : moment.hands) paint(image, hand, moment.shift);
  for (std::uint8_t& pixel : image.pixels) {
    if (moment.flat_shelf) break;  // Nor noise: crushed blacks.
    pixel = static_cast<std::uint8_t>(pixel + noise() % 3);
  }
  return image;
}

// What a detector says: an item more than two thirds hidden, or out of the picture, is not seen.
inline std::vector<vision::Detection> detect(const Moment& moment, const DetectorFaults& faults,
                                             std::mt19937& random) {
  std::uniform_real_distribution<double> chance(0, 1);
  std::vector<vision::Detection> found;
  const vision::Box view{0, 0, kStageWidth, kStageHeight};
  for (const Prop& item : moment.items) {
    vision::Box box = box_of(item);
    box.left += moment.shift;
    box.right += moment.shift;
    float visible = vision::intersection(box, view).area() / box.area();
    for (const Prop& hand : moment.hands) {
      visible -= vision::intersection(box, box_of(hand)).area() / box.area();
    }
    const bool missed = chance(random) < faults.miss;
    const int class_id = chance(random) < faults.other_class ? 1 : item.class_id;
    if (visible > 0.34F && !missed && item.fade < 0.5F) {
      found.push_back({vision::intersection(box, view), class_id, 0.8F});
    }
  }
  if (chance(random) < faults.ghost) {
    const auto x = static_cast<float>(random() % 250);
    found.push_back({{x, 60, x + 30, 120}, 0, 0.3F});
  }
  for (const Prop& hand : moment.hands) {
    if (faults.sees_hands) found.push_back({box_of(hand), 2, 0.7F});
  }
  return found;
}

template <typename MomentAt>
StockOutcome play(double seconds, double fps, const DetectorFaults& faults, Savings savings,
                  std::uint32_t seed, MomentAt moment_at) {
  std::mt19937 noise(seed);
  std::mt19937 random(seed + 1);
  StockModel stock(stage_roles(), std::nullopt);
  vision::MotionGate gate;
  LookSchedule schedule(savings);
  for (int frame = 0; frame < static_cast<int>(seconds * fps); ++frame) {
    const double t = frame / fps;
    const Moment moment = moment_at(t);
    const vision::LumaImage image = render(moment, noise);
    const vision::MotionField& motion = gate.push(from_seconds(t), image);
    const LookKind look = schedule.look_at(from_seconds(t), motion.activity);
    const bool small = look == LookKind::kSmall;
    DetectorFaults now = faults;
    if (small) now.miss = faults.small_miss;
    std::vector<vision::Detection> found;
    if (look != LookKind::kNone) found = detect(moment, now, random);
    stock.observe(
        {from_seconds(t), &image, &motion, look != LookKind::kNone ? &found : nullptr, small});
  }
  return stock.finish();
}

}  // namespace tally::cart::testing
