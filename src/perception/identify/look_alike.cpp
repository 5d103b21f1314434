#include "perception/identify/look_alike.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

namespace tally::identify {
namespace {

// All photos of a product lie within `radius` (an angle) of `center`: products too far apart for a
// pair of photos to be alike are told by two angles, without looking at every pair.
struct Cap {
  vision::Embedding center;
  double radius = 0;
};

constexpr double kPi = 3.14159265358979323846;
constexpr double kAngleSlack = 1e-3;  // More than the rounding of floats.

double angle(std::span<const float> a, std::span<const float> b) {
  return std::acos(static_cast<double>(vision::similarity(a, b)));
}

Cap cap_of(const GalleryProduct& product) {
  Cap cap;
  cap.center.assign(product.photos.front().embedding.size(), 0);
  for (const GalleryPhoto& photo : product.photos) {
    for (std::size_t i = 0; i < cap.center.size(); ++i) cap.center[i] += photo.embedding[i];
  }
  double squares = 0;
  for (const float value : cap.center)
    squares += static_cast<double>(value) * static_cast<double>(value);
  const auto length = static_cast<float>(std::sqrt(squares));
  if (!(length > 0)) return {std::move(cap.center), kPi};  // Photos that cancel out.
  for (float& value : cap.center) value /= length;
  for (const GalleryPhoto& photo : product.photos) {
    cap.radius = std::max(cap.radius, angle(cap.center, photo.embedding));
  }
  return cap;
}

LookAlike compare(const GalleryProduct& a, const GalleryProduct& b) {
  LookAlike pair{.product = a.id, .other = b.id, .likeness = -1};
  for (const GalleryPhoto& one : a.photos) {
    for (const GalleryPhoto& two : b.photos) {
      const float likeness = vision::similarity(one.embedding, two.embedding);
      pair.likeness = std::max(pair.likeness, likeness);
      if (one.sha256 == two.sha256 || likeness >= kSamePicture) pair.same_picture = true;
    }
  }
  return pair;
}

}  // namespace

float look_alike_threshold(const IdentifyModel& model) {
  const double odds = std::log((1 - kConfusionMax) / kConfusionMax);
  return static_cast<float>(model.same - odds / model.concentration);
}

std::vector<LookAlike> find_look_alikes(const Gallery& gallery, std::span<const std::string> among,
                                        float threshold) {
  const std::set<std::string_view> asked(among.begin(), among.end());
  const auto is_asked = [&](const GalleryProduct& product) {
    return asked.empty() || asked.contains(product.id);
  };
  std::vector<Cap> caps;
  for (const GalleryProduct& product : gallery.products) caps.push_back(cap_of(product));
  const double reach =
      std::acos(std::clamp(static_cast<double>(threshold), -1.0, 1.0)) + kAngleSlack;
  std::vector<LookAlike> found;
  for (std::size_t i = 0; i < caps.size(); ++i) {
    for (std::size_t j = i + 1; j < caps.size(); ++j) {
      const GalleryProduct& a = gallery.products[i];
      const GalleryProduct& b = gallery.products[j];
      if (!is_asked(a) && !is_asked(b)) continue;
      const double apart = angle(caps[i].center, caps[j].center) - caps[i].radius - caps[j].radius;
      if (apart > reach) continue;
      LookAlike pair = compare(a, b);
      if (pair.likeness >= threshold || pair.same_picture) found.push_back(std::move(pair));
    }
  }
  std::ranges::stable_sort(found, std::ranges::greater{}, &LookAlike::likeness);
  return found;
}

}  // namespace tally::identify
