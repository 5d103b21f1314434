#include "perception/cart/background.hpp"

#include <algorithm>
#include <cstddef>

namespace tally::cart {

void Background::follow(SessionTime time, const vision::LumaImage& picture,
                        const vision::MotionField& motion) {
  if (image_.empty()) {
    image_ = picture;
    columns_ = motion.columns;
    moved_.assign(motion.moving.size(), time - kBackgroundTime);
    return;
  }
  for (int row = 0; row < motion.rows; ++row) {
    const int top = row * vision::kCellSide;
    // The last row and column of cells take the pixels that are left over.
    const int bottom = row + 1 == motion.rows ? picture.height : top + vision::kCellSide;
    for (int column = 0; column < motion.columns; ++column) {
      const auto cell = static_cast<std::size_t>(row * motion.columns + column);
      if (motion.moving[cell] != 0 || motion.view_unsettled) moved_[cell] = time;
      if (time - moved_[cell] < kBackgroundTime) continue;
      const int left = column * vision::kCellSide;
      const int right = column + 1 == motion.columns ? picture.width : left + vision::kCellSide;
      for (int y = top; y < bottom; ++y) {
        const std::size_t start = static_cast<std::size_t>(y) * picture.width;
        std::copy(picture.pixels.begin() + static_cast<std::ptrdiff_t>(start + left),
                  picture.pixels.begin() + static_cast<std::ptrdiff_t>(start + right),
                  image_.pixels.begin() + static_cast<std::ptrdiff_t>(start + left));
      }
    }
  }
}

bool Background::moved_since(const vision::Box& box, SessionTime time) const {
  for (std::size_t cell = 0; cell < moved_.size(); ++cell) {
    const auto column = static_cast<float>(static_cast<int>(cell) % columns_ * vision::kCellSide);
    const auto row = static_cast<float>(static_cast<int>(cell) / columns_ * vision::kCellSide);
    const vision::Box place{column, row, column + vision::kCellSide, row + vision::kCellSide};
    if (moved_[cell] >= time && vision::intersection(place, box).area() > 0) return true;
  }
  return false;
}

std::shared_ptr<const vision::LumaImage> Background::snapshot() const {
  return std::make_shared<const vision::LumaImage>(image_);
}

}  // namespace tally::cart
