#include "perception/identify/view_image.hpp"

#include <algorithm>
#include <cmath>

#include "perception/vision/shrink.hpp"

namespace tally::identify {
namespace {

float grey_of(const Rgb& color) { return (color[0] + 2 * color[1] + color[2]) / 4; }

void set_grey(ViewImage& image) {
  image.grey.resize(image.pixels.size());
  std::ranges::transform(image.pixels, image.grey.begin(), grey_of);
}

// Four neighbours of a point and the weights of the right and of the lower ones.
struct Between {
  std::size_t upper_left, upper_right, lower_left, lower_right;
  float right, lower;
};

Between around(const ViewImage& image, vision::Point at) {
  const float x = std::clamp(at.x - 0.5F, 0.0F, static_cast<float>(image.size.width - 1));
  const float y = std::clamp(at.y - 0.5F, 0.0F, static_cast<float>(image.size.height - 1));
  const int left = static_cast<int>(x);
  const int top = static_cast<int>(y);
  const int right = std::min(left + 1, image.size.width - 1);
  const int bottom = std::min(top + 1, image.size.height - 1);
  return {image.index(left, top),     image.index(right, top),      image.index(left, bottom),
          image.index(right, bottom), x - static_cast<float>(left), y - static_cast<float>(top)};
}

float mix(float a, float b, float c, float d, const Between& place) {
  const float upper = a + (b - a) * place.right;
  const float lower = c + (d - c) * place.right;
  return upper + (lower - upper) * place.lower;
}

}  // namespace

ViewImage make_view_image(const media::Frame& frame) {
  const int longer = std::max(frame.width, frame.height);
  const int wanted = std::max(1, (longer + kViewSideMax - 1) / kViewSideMax);
  const int n = std::min({wanted, frame.width, frame.height});
  const media::Frame small = vision::shrink(frame, {0, 0, frame.width, frame.height}, n);
  ViewImage image;
  image.size = {small.width, small.height};
  image.pixels.reserve(static_cast<std::size_t>(small.width) *
                       static_cast<std::size_t>(small.height));
  for (int y = 0; y < small.height; ++y) {
    const std::uint8_t* row =
        small.planes[0].data + static_cast<std::size_t>(y) * small.planes[0].stride_bytes;
    for (int x = 0; x < small.width; ++x, row += 3) {
      image.pixels.push_back(
          {static_cast<float>(row[0]), static_cast<float>(row[1]), static_cast<float>(row[2])});
    }
  }
  set_grey(image);
  return image;
}

Rgb color_at(const ViewImage& image, vision::Point at) {
  const Between place = around(image, at);
  Rgb color{};
  for (std::size_t i = 0; i < color.size(); ++i) {
    color[i] = mix(image.pixels[place.upper_left][i], image.pixels[place.upper_right][i],
                   image.pixels[place.lower_left][i], image.pixels[place.lower_right][i], place);
  }
  return color;
}

float grey_at(const ViewImage& image, vision::Point at) {
  const Between place = around(image, at);
  return mix(image.grey[place.upper_left], image.grey[place.upper_right],
             image.grey[place.lower_left], image.grey[place.lower_right], place);
}

ViewImage warped(const ViewImage& image, const Affine& to, vision::Size size) {
  ViewImage result;
  result.size = size;
  result.pixels.reserve(static_cast<std::size_t>(size.width) *
                        static_cast<std::size_t>(size.height));
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const vision::Point centre{static_cast<float>(x) + 0.5F, static_cast<float>(y) + 0.5F};
      result.pixels.push_back(color_at(image, to(centre)));
    }
  }
  set_grey(result);
  return result;
}

ViewImage halved(const ViewImage& image) {
  const vision::Size size{std::max(1, image.size.width / 2), std::max(1, image.size.height / 2)};
  // The middle of a square of four is where bilinear weights are a quarter each.
  return warped(image, {.a = 2, .b = 0, .c = 0, .d = 0, .e = 2, .f = 0}, size);
}

}  // namespace tally::identify
