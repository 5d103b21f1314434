// The tables of a layout file, read one by one. Internal to parse_layout.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/toml_reader.hpp"
#include "perception/cart/layout.hpp"

namespace tally::cart {

class LayoutReader {
 public:
  explicit LayoutReader(std::string_view where) : toml_(where) {}

  // Counts only where mistake() is empty afterwards. Without its digest.
  Layout read(std::string_view text);
  [[nodiscard]] const std::optional<TomlReader::Mistake>& mistake() const {
    return toml_.mistake();
  }

 private:
  // Each refers only to what was read before it.
  void read_cabinet(const toml::table& root);
  void read_product(const toml::table& table);
  void read_shelf(const toml::table& table);
  void read_camera(const toml::table& table);
  void read_facing(const toml::table& table);
  void read_view(const toml::table& table);

  [[nodiscard]] std::optional<vision::CameraModel> read_calibration(const toml::table& table);
  [[nodiscard]] vision::Rotation read_rotation(const toml::table& table);
  [[nodiscard]] std::optional<FacingPlace> read_place(const toml::table& table);
  // Shares of a picture.
  [[nodiscard]] vision::Box read_box(const toml::table& table, std::string_view key);
  // The id of a table among others of its kind.
  template <typename Item>
  [[nodiscard]] std::string read_id(const toml::table& table, std::string_view kind,
                                    const std::vector<Item>& others);
  // The index of what `key` names.
  template <typename Item>
  [[nodiscard]] std::size_t read_reference(const toml::table& table, std::string_view key,
                                           const std::vector<Item>& items);
  void check_fits(const toml::table& table, const LayoutFacing& facing);
  void check_room(const toml::table& table, const LayoutFacing& facing);
  void check_cabinet_is_used(const toml::table& root);
  void check_cameras(const toml::table& root);

  TomlReader toml_;
  Layout layout_;
  bool has_views_ = false;
};

}  // namespace tally::cart
