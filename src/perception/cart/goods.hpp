// Which classes of a general-purpose detector can stand in a cooler. Internal to class_roles.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tally::cart {

// "person" and "hand": who takes, never what is taken.
[[nodiscard]] bool is_actor(std::string_view class_name);

// Whether the list is that of COCO (Lin et al., 2014), 80 classes, most of which are no goods.
[[nodiscard]] bool is_coco(const std::vector<std::string>& class_names);

// COCO's classes of things that are sold, eaten or drunk from, and fit a hand.
[[nodiscard]] bool is_coco_goods(std::string_view class_name);

}  // namespace tally::cart
