#include <fmt/format.h>

#include <algorithm>

#include "perception/cart/goods.hpp"
#include "perception/cart/layout.hpp"

namespace tally::cart {
namespace {

constexpr std::string_view kHeldItem = "item_in_hand";  // What is in a hand is no stock.

}  // namespace

Result<std::vector<ClassRole>> class_roles(const Layout& layout,
                                           const std::vector<std::string>& class_names) {
  using Kind = ClassRole::Kind;
  std::vector<ClassRole> roles(class_names.size());
  const bool coco = is_coco(class_names);
  const bool named = std::ranges::any_of(
      layout.products, [](const LayoutProduct& product) { return !product.classes.empty(); });
  for (std::size_t i = 0; i < class_names.size(); ++i) {
    const std::string& name = class_names[i];
    if (is_actor(name)) {
      roles[i].kind = Kind::kActor;
    } else if (!named && name != kHeldItem && (!coco || is_coco_goods(name))) {
      roles[i] = {Kind::kProduct, name};
    }
  }
  for (const LayoutProduct& product : layout.products) {
    for (const std::string& name : product.classes) {
      const auto found = std::find(class_names.begin(), class_names.end(), name);
      if (found == class_names.end()) {
        return fail(LayoutError::kClass,
                    fmt::format("the layout's product \"{}\" names class \"{}\", which the model "
                                "does not have; its classes are in its model.toml",
                                product.id, name));
      }
      if (is_actor(name)) {
        return fail(
            LayoutError::kClass,
            fmt::format("the layout's product \"{}\" names class \"{}\", which is who takes, "
                        "never what is taken",
                        product.id, name));
      }
      ClassRole& role = roles[static_cast<std::size_t>(found - class_names.begin())];
      if (role.kind == Kind::kProduct && role.product != product.id) {
        return fail(LayoutError::kClass,
                    fmt::format("the layout gives class \"{}\" to both \"{}\" and \"{}\"", name,
                                role.product, product.id));
      }
      role = {Kind::kProduct, product.id};
    }
  }
  return roles;
}

}  // namespace tally::cart
