#include "device/shelf.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/files.hpp"
#include "base/toml_reader.hpp"
#include "device/device_error.hpp"

namespace tally::device {
namespace {

constexpr TomlReader::Range kLength{0, 10};
constexpr TomlReader::Range kPlace{-10, 10};
constexpr TomlReader::Integers kRows{1, 20};
constexpr TomlReader::Integers kStock{0, 200};

template <typename Thing>
std::optional<std::size_t> find_id(const std::vector<Thing>& things, std::string_view id) {
  const auto found = std::ranges::find(things, id, &Thing::id);
  if (found == things.end()) return std::nullopt;
  return static_cast<std::size_t>(found - things.begin());
}

// The layout's other keys are not this reader's.
class ShelfReader {
 public:
  explicit ShelfReader(std::string_view where) : toml_(where) {}

  Result<Shelf> read(std::string_view text) {
    const toml::table root = toml_.open(text, 1);
    if (const toml::table* cabinet = root.get_as<toml::table>("cabinet")) {
      shelf_.width = toml_.number(*cabinet, "width", kLength);
      shelf_.height = toml_.number(*cabinet, "height", kLength);
    }
    const auto each = [&](std::string_view key, auto read) {
      toml_.each_table(root, key, kShelfThingsMax, read);
    };
    each("product", [this](const toml::table& table) { read_product(table); });
    each("shelf", [this](const toml::table& table) {
      shelf_.boards.push_back({toml_.text(table, "id"), toml_.number(table, "z", kLength)});
    });
    each("facing", [this](const toml::table& table) { read_facing(table); });
    if (!toml_.mistake() && shelf_.facings.empty()) {
      toml_.wrong(TomlReader::Wrong::kValue, root.source(), "there is no facing on a shelf");
    }
    if (const auto& mistake = toml_.mistake()) {
      return fail(DeviceError::kConfigValue, mistake->message);
    }
    return std::move(shelf_);
  }

 private:
  void read_product(const toml::table& table) {
    const auto size = toml_.numbers(table, "size", 3, kLength, "[0.07, 0.07, 0.16]");
    if (size.size() != 3) return;
    shelf_.products.push_back({toml_.text(table, "id"), size[0], size[1], size[2]});
  }

  void read_facing(const toml::table& table) {
    const auto board = find_id(shelf_.boards, toml_.text(table, "shelf"));
    const auto product = find_id(shelf_.products, toml_.text(table, "product"));
    const auto x = toml_.numbers(table, "x", 2, kPlace, "[-0.2, -0.1]");
    if (toml_.mistake()) return;
    if (!board || !product) {
      return toml_.wrong(TomlReader::Wrong::kValue, table.source(),
                         "the facing's shelf or product is not there");
    }
    const int rows = table.contains("rows") ? number(table, "rows", kRows) : 1;
    const int stock = table.contains("stock") ? number(table, "stock", kStock) : rows;
    shelf_.facings.push_back(
        {toml_.text(table, "id"), *board, *product, x[0], x[1], rows, std::min(stock, rows)});
  }

  int number(const toml::table& table, std::string_view key, TomlReader::Integers range) {
    return static_cast<int>(toml_.integer(table, key, range));
  }

  TomlReader toml_;
  Shelf shelf_;
};

}  // namespace

std::optional<std::size_t> find_product(const Shelf& shelf, std::string_view id) {
  return find_id(shelf.products, id);
}

std::optional<std::size_t> find_facing(const Shelf& shelf, std::string_view id) {
  return find_id(shelf.facings, id);
}

Result<Shelf> parse_shelf(std::string_view text, std::string_view where) {
  return ShelfReader(where).read(text);
}

Result<Shelf> load_shelf(const std::filesystem::path& session) {
  const auto file = session / "layout.toml";
  const auto text = read_file(file, kLayoutBytesMax);
  if (!text) return std::unexpected(text.error());
  return parse_shelf(*text, file.string());
}

}  // namespace tally::device
