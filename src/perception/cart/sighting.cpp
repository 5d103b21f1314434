#include "perception/cart/sighting.hpp"

#include <algorithm>
#include <cstddef>

#include "base/assert.hpp"

namespace tally::cart {
namespace {

// Two goods boxes that overlap more are one thing.
constexpr float kSameThingIou = 0.6F;

}  // namespace

Look read_look(const std::vector<vision::Detection>& detections,
               const std::vector<int>& product_of_class, std::size_t product_count) {
  std::vector<const vision::Detection*> order;
  Look look;
  for (const vision::Detection& detection : detections) {
    const auto class_id = static_cast<std::size_t>(detection.class_id);
    TALLY_ASSERT(class_id < product_of_class.size());
    if (product_of_class[class_id] == kActorClass) look.actors.push_back(detection.box);
    if (product_of_class[class_id] >= 0 && detection.box.area() > 0) order.push_back(&detection);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto* a, const auto* b) { return a->score > b->score; });
  for (const vision::Detection* detection : order) {
    const auto product =
        static_cast<std::size_t>(product_of_class[static_cast<std::size_t>(detection->class_id)]);
    const auto same = std::find_if(look.goods.begin(), look.goods.end(), [&](const Sighting& s) {
      return vision::iou(s.box, detection->box) > kSameThingIou;
    });
    if (same != look.goods.end()) {
      same->votes[product] += detection->score;
      continue;
    }
    Sighting sighting{detection->box, detection->score, Votes(product_count, 0.0F)};
    sighting.votes[product] = detection->score;
    look.goods.push_back(std::move(sighting));
  }
  return look;
}

float cover_of(const vision::Box& box, const std::vector<vision::Box>& actors) {
  float covered = 0;
  for (const vision::Box& actor : actors) {
    covered = std::max(covered, vision::intersection(box, actor).area());
  }
  return box.area() > 0 ? covered / box.area() : 0;
}

float overlap_of_smaller(const vision::Box& a, const vision::Box& b) {
  const float smaller = std::min(a.area(), b.area());
  return smaller > 0 ? vision::intersection(a, b).area() / smaller : 0;
}

}  // namespace tally::cart
