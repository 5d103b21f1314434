#include "perception/cabinet/close_up.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace tally::cabinet {
namespace {

constexpr float kReferenceWidth = 1280;
constexpr float kNear = 0.25F;       // Of a window's side, from its middle.
constexpr float kSame = 0.5F;        // Overlap from which two boxes of one class are one thing,
constexpr float kSwallowed = 0.75F;  // or share of the smaller that lies in the larger.
constexpr float kRim = 2;            // Pixels.

vision::Region window_around(const vision::Box& box, float sides, vision::Size picture) {
  const float unit = static_cast<float>(picture.width) / kReferenceWidth;
  const float wanted = std::clamp(sides * std::max(box.width(), box.height()),
                                  kCloseUpSideMin * unit, kCloseUpSideMax * unit);
  const int side =
      std::min({static_cast<int>(std::lround(wanted)) & ~1, picture.width, picture.height});
  const auto begin = [side](float middle, int whole) {
    const int first = static_cast<int>(std::lround(middle)) - side / 2;
    return std::clamp(first, 0, whole - side) & ~1;
  };
  return {begin(box.center().x, picture.width), begin(box.center().y, picture.height), side, side};
}

bool is_near_middle(const vision::Box& box, const vision::Region& window) {
  const auto side = static_cast<float>(window.width);
  const float x = static_cast<float>(window.left) + side / 2;
  const float y = static_cast<float>(window.top) + side / 2;
  return std::max(std::abs(box.center().x - x), std::abs(box.center().y - y)) <= kNear * side;
}

bool cut_by(const vision::Box& box, const vision::Region& window, vision::Size picture) {
  const auto right = static_cast<float>(window.left + window.width);
  const auto bottom = static_cast<float>(window.top + window.height);
  return (window.left > 0 && box.left < static_cast<float>(window.left) + kRim) ||
         (window.top > 0 && box.top < static_cast<float>(window.top) + kRim) ||
         (window.left + window.width < picture.width && box.right > right - kRim) ||
         (window.top + window.height < picture.height && box.bottom > bottom - kRim);
}

bool one_thing(const vision::Box& a, const vision::Box& b) {
  const float shared = vision::intersection(a, b).area();
  return vision::iou(a, b) > kSame || shared > kSwallowed * std::min(a.area(), b.area());
}

}  // namespace

std::vector<vision::Region> close_ups(std::span<const vision::Detection> found,
                                      const CabinetClasses& classes, vision::Size picture) {
  std::vector<vision::Detection> wanted;
  std::ranges::copy_if(found, std::back_inserter(wanted), [&](const vision::Detection& one) {
    return one.class_id == classes.hand || one.class_id == classes.item_in_hand;
  });
  // Hands first: a window around a hand shows what it holds, too.
  std::ranges::stable_sort(wanted, {}, [&](const vision::Detection& one) {
    return std::pair(one.class_id != classes.hand, -one.score);
  });
  std::vector<vision::Region> windows;
  for (const vision::Detection& one : wanted) {
    if (windows.size() == kCloseUpsMax) break;
    if (std::ranges::any_of(windows,
                            [&](const auto& window) { return is_near_middle(one.box, window); })) {
      continue;
    }
    const float sides = one.class_id == classes.hand ? kHandSides : kHeldSides;
    windows.push_back(window_around(one.box, sides, picture));
  }
  return windows;
}

std::vector<vision::Detection> merged(std::span<const CloseUpFinds> windows, vision::Size picture) {
  struct Found {
    vision::Detection detection;
    std::size_t window;
    bool cut;
  };
  std::vector<Found> all;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    for (const vision::Detection& one : windows[i].found) {
      all.push_back({one, i, cut_by(one.box, windows[i].window, picture)});
    }
  }
  std::ranges::stable_sort(
      all, {}, [](const Found& one) { return std::pair(one.cut, -one.detection.score); });
  std::vector<Found> kept;
  for (const Found& one : all) {
    const bool known = std::ranges::any_of(kept, [&](const Found& other) {
      return other.window != one.window && other.detection.class_id == one.detection.class_id &&
             one_thing(other.detection.box, one.detection.box);
    });
    if (!known) kept.push_back(one);
  }
  std::vector<vision::Detection> result;
  for (const Found& one : kept) result.push_back(one.detection);
  std::ranges::stable_sort(result, std::ranges::greater{}, &vision::Detection::score);
  return result;
}

}  // namespace tally::cabinet
