#include "perception/cart/layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <initializer_list>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/toml_text.hpp"
#include "perception/cart/goods.hpp"

namespace tally::cart {
namespace {

constexpr std::int64_t kFormatVersion = 1;
constexpr std::size_t kIdBytesMax = 200;

// A layout being read: knows its name for messages.
class LayoutText {
 public:
  explicit LayoutText(std::string_view where) : where_(where) {}

  [[nodiscard]] std::unexpected<Error> wrong(LayoutError error, const toml::source_region& at,
                                             std::string_view what) const {
    return fail(error, fmt::format("{}:{}:{}: {}", where_, at.begin.line, at.begin.column, what));
  }

  Result<void> check_keys(const toml::table& table,
                          std::initializer_list<std::string_view> known) const {
    for (const auto& [key, value] : table) {
      if (std::find(known.begin(), known.end(), key.str()) == known.end()) {
        return wrong(
            LayoutError::kSyntax, key.source(),
            fmt::format("unknown key \"{}\"; known here: {}", key.str(), fmt::join(known, ", ")));
      }
    }
    return {};
  }

  Result<std::string> read_id(const toml::table& table, std::string_view key) const {
    const toml::node* node = table.get(key);
    if (node == nullptr || !node->is_string()) {
      return wrong(LayoutError::kSyntax, node != nullptr ? node->source() : table.source(),
                   fmt::format("\"{}\" must be given, as text", key));
    }
    const std::string& text = node->as_string()->get();
    if (text.empty() || text.size() > kIdBytesMax) {
      return wrong(LayoutError::kValue, node->source(),
                   fmt::format("\"{}\" must have 1 to {} bytes", key, kIdBytesMax));
    }
    return text;
  }

  // An array of tables under `key`, each read by `read_one`; absent is empty.
  template <typename Item, typename ReadOne>
  Result<std::vector<Item>> read_all(const toml::table& root, std::string_view key,
                                     std::size_t count_max, ReadOne read_one) const {
    std::vector<Item> items;
    const toml::node* node = root.get(key);
    if (node == nullptr) return items;
    if (!node->is_array()) {
      return wrong(LayoutError::kSyntax, node->source(),
                   fmt::format("write [[{}]] for each {}", key, key));
    }
    for (const toml::node& entry : *node->as_array()) {
      if (!entry.is_table()) {
        return wrong(LayoutError::kSyntax, entry.source(), fmt::format("write [[{}]]", key));
      }
      if (items.size() == count_max) {
        return wrong(LayoutError::kValue, entry.source(),
                     fmt::format("more than {} of {}", count_max, key));
      }
      Result<Item> item = read_one(*entry.as_table());
      if (!item) return std::unexpected(std::move(item.error()));
      const bool twice = std::any_of(items.begin(), items.end(),
                                     [&](const Item& other) { return other.id == item->id; });
      if (twice) {
        return wrong(LayoutError::kValue, entry.source(),
                     fmt::format("{} \"{}\" is there twice", key, item->id));
      }
      items.push_back(std::move(*item));
    }
    return items;
  }

  Result<LayoutProduct> read_product(const toml::table& table) const {
    if (auto known = check_keys(table, {"id", "classes"}); !known) {
      return std::unexpected(std::move(known.error()));
    }
    auto id = read_id(table, "id");
    if (!id) return std::unexpected(std::move(id.error()));
    LayoutProduct product{std::move(*id), {}};
    const toml::node* classes = table.get("classes");
    const toml::array* list = classes != nullptr ? classes->as_array() : nullptr;
    if (list == nullptr || list->empty() || !list->is_homogeneous<std::string>()) {
      return wrong(LayoutError::kSyntax, classes != nullptr ? classes->source() : table.source(),
                   "\"classes\" must name the detector classes of the product, as in [\"bottle\"]");
    }
    for (const toml::node& name : *list) product.classes.push_back(name.as_string()->get());
    return product;
  }

  Result<LayoutCamera> read_camera(const toml::table& table) const {
    if (auto known = check_keys(table, {"id", "zone"}); !known) {
      return std::unexpected(std::move(known.error()));
    }
    auto id = read_id(table, "id");
    if (!id) return std::unexpected(std::move(id.error()));
    const toml::node* zone = table.get("zone");
    const toml::array* sides = zone != nullptr ? zone->as_array() : nullptr;
    std::vector<double> values;
    if (sides != nullptr) {
      for (const toml::node& side : *sides) {
        if (const auto value = side.value<double>()) values.push_back(*value);
      }
    }
    const auto& at = zone != nullptr ? zone->source() : table.source();
    if (values.size() != 4 || sides->size() != 4) {
      return wrong(LayoutError::kSyntax, at,
                   "\"zone\" must be four numbers: [left, top, right, bottom]");
    }
    const bool inside = std::all_of(values.begin(), values.end(),
                                    [](double value) { return value >= 0 && value <= 1; });
    if (!inside || values[0] >= values[2] || values[1] >= values[3]) {
      return wrong(
          LayoutError::kValue, at,
          "\"zone\" must lie in the picture: shares from 0 to 1, left < right, top < bottom");
    }
    return LayoutCamera{std::move(*id),
                        {static_cast<float>(values[0]), static_cast<float>(values[1]),
                         static_cast<float>(values[2]), static_cast<float>(values[3])}};
  }

 private:
  std::string_view where_;
};

}  // namespace

ErrorCode code_of(LayoutError error) {
  switch (error) {
    case LayoutError::kUnreadable:
      return {"layout.unreadable", ErrorKind::kFailed};
    case LayoutError::kSyntax:
      return {"layout.syntax", ErrorKind::kFailed};
    case LayoutError::kVersion:
      return {"layout.version", ErrorKind::kFailed};
    case LayoutError::kValue:
      return {"layout.value", ErrorKind::kFailed};
    case LayoutError::kClass:
      return {"layout.class", ErrorKind::kFailed};
  }
  std::abort();
}

Result<Layout> parse_layout(std::string_view text, std::string_view where) {
  const LayoutText reader(where);
  const auto parsed = read_toml(text);
  if (!parsed) {
    const TomlProblem& problem = parsed.error();
    return fail(LayoutError::kSyntax, fmt::format("{}:{}:{}: not TOML: {}", where, problem.line,
                                                  problem.column, problem.what));
  }
  const toml::table& root = *parsed;
  if (auto known = reader.check_keys(root, {"version", "product", "camera"}); !known) {
    return std::unexpected(std::move(known.error()));
  }
  const toml::node* version = root.get("version");
  if (version == nullptr || !version->is_integer()) {
    return reader.wrong(LayoutError::kVersion, root.source(), "it must begin with \"version = 1\"");
  }
  if (version->as_integer()->get() != kFormatVersion) {
    return reader.wrong(LayoutError::kVersion, version->source(),
                        fmt::format("version {} is not known here; this tally reads version {}",
                                    version->as_integer()->get(), kFormatVersion));
  }
  auto products = reader.read_all<LayoutProduct>(
      root, "product", kLayoutProductsMax,
      [&](const toml::table& table) { return reader.read_product(table); });
  if (!products) return std::unexpected(std::move(products.error()));
  auto cameras = reader.read_all<LayoutCamera>(
      root, "camera", kLayoutCamerasMax,
      [&](const toml::table& table) { return reader.read_camera(table); });
  if (!cameras) return std::unexpected(std::move(cameras.error()));
  return Layout{std::move(*products), std::move(*cameras), sha256_hex(text)};
}

Result<Layout> load_layout(const std::filesystem::path& path) {
  auto text = read_file(path, kLayoutBytesMax);
  if (!text) {
    if (text.error().code.kind == ErrorKind::kNotFound) return std::unexpected(text.error());
    return fail(LayoutError::kUnreadable, std::move(text.error().message));
  }
  return parse_layout(*text, path.string());
}

Result<std::vector<ClassRole>> class_roles(const Layout& layout,
                                           const std::vector<std::string>& class_names) {
  using Kind = ClassRole::Kind;
  std::vector<ClassRole> roles(class_names.size());
  const bool coco = is_coco(class_names);
  for (std::size_t i = 0; i < class_names.size(); ++i) {
    const std::string& name = class_names[i];
    if (is_actor(name)) {
      roles[i].kind = Kind::kActor;
    } else if (layout.products.empty() && (!coco || is_coco_goods(name))) {
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
