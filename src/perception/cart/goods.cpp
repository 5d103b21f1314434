#include "perception/cart/goods.hpp"

#include <algorithm>
#include <array>

namespace tally::cart {
namespace {

constexpr std::array<std::string_view, 2> kActors{"person", "hand"};

constexpr std::array<std::string_view, 17> kCocoGoods{
    "bottle",   "wine glass", "cup",      "bowl",   "banana",    "apple",
    "sandwich", "orange",     "broccoli", "carrot", "hot dog",   "pizza",
    "donut",    "cake",       "vase",     "book",   "teddy bear"};

}  // namespace

bool is_actor(std::string_view class_name) {
  return std::find(kActors.begin(), kActors.end(), class_name) != kActors.end();
}

bool is_coco(const std::vector<std::string>& class_names) {
  return class_names.size() == 80 && class_names.front() == "person" &&
         class_names[39] == "bottle" && class_names.back() == "toothbrush";
}

bool is_coco_goods(std::string_view class_name) {
  return std::find(kCocoGoods.begin(), kCocoGoods.end(), class_name) != kCocoGoods.end();
}

}  // namespace tally::cart
