#include "device/shelf.hpp"

#include <algorithm>

namespace tally::device {
namespace {

template <typename Thing>
std::optional<std::size_t> find_id(const std::vector<Thing>& things, std::string_view id) {
  const auto found = std::ranges::find(things, id, &Thing::id);
  if (found == things.end()) return std::nullopt;
  return static_cast<std::size_t>(found - things.begin());
}

}  // namespace

std::optional<std::size_t> find_product(const Shelf& shelf, std::string_view id) {
  return find_id(shelf.products, id);
}

std::optional<std::size_t> find_facing(const Shelf& shelf, std::string_view id) {
  return find_id(shelf.facings, id);
}

}  // namespace tally::device
