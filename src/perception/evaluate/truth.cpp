#include "perception/evaluate/truth.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/files.hpp"
#include "perception/evaluate/json_errors.hpp"

namespace tally::evaluate {
namespace {

using Json = JsonReader::Json;

class TruthReader {
 public:
  explicit TruthReader(std::string_view where) : reader_(where, kJsonErrors) {}

  Result<Truth> read(std::string_view text) {
    const Json json = reader_.parse(text, kTruthSchema);
    if (!reader_.failed()) read_fields(json);
    if (!reader_.failed()) check_sum();
    if (reader_.failed()) return std::unexpected(*reader_.error());
    std::ranges::stable_sort(truth_.events, {}, &TruthEvent::at_ms);
    std::ranges::sort(truth_.cart, {}, &TruthLine::product);
    return std::move(truth_);
  }

 private:
  void read_fields(const Json& json) {
    truth_.seed = reader_.integer_or(json, "seed", {0, INT64_MAX}, 0);
    truth_.scenario = reader_.text_or(json, "scenario", kNameBytesMax, "unnamed");
    const std::string kind = reader_.text_or(json, "kind", kNameBytesMax, "shopping");
    if (kind != "shopping" && kind != "restock") {
      reader_.wrong_value("kind", R"(must be "shopping" or "restock")");
    }
    truth_.restock = kind == "restock";
    truth_.currency = reader_.text_or(json, "currency", kNameBytesMax, "");
    truth_.duration_ms = reader_.integer_or(json, "duration_ms", {0, kTimeMsMax}, 0);
    reader_.each_object(json, "products", kProductsMax, [&](const Json& p) { read_product(p); });
    reader_.each_object(json, "events", kEventsMax, [&](const Json& e) { read_event(e); });
    reader_.each_object(json, "cart", kProductsMax, [&](const Json& line) { read_line(line); });
  }

  void read_product(const Json& json) {
    TruthProduct product{
        .id = reader_.text(json, "id", kNameBytesMax),
        .price_minor = reader_.integer_or(json, "price_minor", {0, kPriceMinorMax}, 0),
        .family = reader_.text_or(json, "family", kNameBytesMax, "")};
    if (!ids_.insert(product.id).second) reader_.wrong_value("id", "is there twice");
    truth_.products.push_back(std::move(product));
  }

  void read_event(const Json& json) {
    TruthEvent event;
    event.at_ms = reader_.integer(json, "at_ms", {0, kTimeMsMax});
    const std::string kind = reader_.text(json, "kind", kNameBytesMax);
    if (kind != "take" && kind != "put") reader_.wrong_value("kind", R"(must be "take" or "put")");
    event.kind = kind == "put" ? EventKind::kPut : EventKind::kTake;
    event.product = known_product(json);
    event.quantity = static_cast<int>(reader_.integer(json, "quantity", {1, kItemsMax}));
    items_ += event.quantity;
    if (items_ > kItemsMax) {
      reader_.wrong_value("quantity", fmt::format("brings the items to more than {}", kItemsMax));
    }
    sums_[event.product] += event.kind == EventKind::kTake ? event.quantity : -event.quantity;
    truth_.events.push_back(std::move(event));
  }

  void read_line(const Json& json) {
    TruthLine line{
        .product = known_product(json),
        .quantity = static_cast<int>(reader_.integer(json, "quantity", {-kItemsMax, kItemsMax}))};
    if (!in_cart_.insert(line.product).second) reader_.wrong_value("product", "is there twice");
    if (line.quantity != 0) truth_.cart.push_back(std::move(line));
  }

  std::string known_product(const Json& json) {
    std::string product = reader_.text(json, "product", kNameBytesMax);
    if (!ids_.contains(product)) {
      reader_.wrong_value("product", fmt::format("\"{}\" is not among \"products\"", product));
    }
    return product;
  }

  void check_sum() {
    std::map<std::string, int> left = sums_;
    for (const TruthLine& line : truth_.cart) left[line.product] -= line.quantity;
    for (const auto& [product, difference] : left) {
      if (difference == 0) continue;
      return reader_.wrong_value(
          "cart", fmt::format("the events of \"{}\" come to {}, the cart says {}; write the truth "
                              "again",
                              product, sums_[product], sums_[product] - difference));
    }
  }

  JsonReader reader_;
  Truth truth_;
  std::set<std::string> ids_;
  std::set<std::string> in_cart_;
  std::map<std::string, int> sums_;
  int items_ = 0;
};

}  // namespace

Result<Truth> parse_truth(std::string_view text, std::string_view where) {
  return TruthReader(where).read(text);
}

Result<Truth> load_truth(const std::filesystem::path& path) {
  auto text = read_file(path, kTruthBytesMax);
  if (!text) return std::unexpected(std::move(text.error()));
  return parse_truth(*text, path.string());
}

}  // namespace tally::evaluate
