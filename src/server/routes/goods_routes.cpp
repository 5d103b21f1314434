#include "server/core/sku_book.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/support.hpp"

namespace tally::routes {
namespace {

using commerce::Market;
using commerce::Price;
using commerce::Product;
using core::Row;

constexpr std::ptrdiff_t kSoughtLettersMax = 100;

// ---- Products

json size_json(const std::optional<commerce::ProductSize>& size) {
  if (!size) return nullptr;
  return {{"width_mm", size->width}, {"depth_mm", size->depth}, {"height_mm", size->height}};
}

json product_json(const Row<Product>& row) {
  return {{"id", row.id},
          {"sku", row.value.sku},
          {"name", row.value.name},
          {"gtin", row.value.gtin.empty() ? json(nullptr) : json(row.value.gtin.text())},
          {"photos", row.value.photos},
          {"size", size_json(row.value.size)},
          {"created_at", to_string(row.created_at)},
          {"version", row.version}};
}

Result<commerce::Gtin> read_gtin(BodyReader& body) {
  if (!body.has("gtin") || body.is_null("gtin")) return commerce::Gtin();
  return commerce::Gtin::parse(body.text("gtin", 14));
}

void read_size(BodyReader& body, Product& product) {
  if (!body.has("size")) return;
  product.size.reset();
  if (body.is_null("size")) return;
  body.inside("size", [&](BodyReader& size) {
    const auto side = [&](const char* key) {
      return size.integer(key, 1, commerce::kProductSideMmMax);
    };
    product.size = {
        .width = side("width_mm"), .depth = side("depth_mm"), .height = side("height_mm")};
  });
}

Result<ApiAnswer> create_product(ApiCall& call, Services& services) {
  BodyReader body(call.body());
  Product product{
      call.world.new_id<ProductId>(), call.tenant(), body.text("sku"), body.text("name"), {}, {}};
  auto gtin = read_gtin(body);
  read_size(body, product);
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  if (!gtin) return std::unexpected(gtin.error());
  product.gtin = *std::move(gtin);
  if (auto right = check(product); !right) return std::unexpected(right.error());
  if (auto taken = core::take_sku(call.transaction(), product, call.now); !taken) {
    return std::unexpected(taken.error());
  }
  const auto row = create(call, services.board, std::move(product));
  if (!row) return std::unexpected(row.error());
  return api::answer(201, product_json(*row));
}

Result<ApiAnswer> update_product(ApiCall& call, Services& services) {
  BodyReader body(call.body());
  const auto name = body.text_if("name");
  const bool changes_gtin = body.has("gtin");
  const auto gtin = read_gtin(body);
  Product wish;
  read_size(body, wish);
  if (auto read = body.done_with_change(); !read) return std::unexpected(read.error());
  if (!gtin) return std::unexpected(gtin.error());
  auto row = need_row_in_path<Product, ProductId>(call);
  if (!row) return std::unexpected(row.error());
  if (body.has("size")) row->value.size = wish.size;
  if (name) row->value.name = *name;
  if (changes_gtin) row->value.gtin = *gtin;
  if (auto right = check(row->value); !right) return std::unexpected(right.error());
  if (auto saved = save(call, services.board, *row); !saved) return std::unexpected(saved.error());
  return api::answer(200, product_json(*row));
}

// ASCII letters alike, whatever their case; others as they are.
std::string folded(std::string_view text) {
  std::string lower(text);
  for (char& letter : lower) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return lower;
}

// A catalog has at most kProductsMax products; they are looked at one after the other.
Result<ApiAnswer> list_products(ApiCall& call) {
  const auto sought = call.query("q");
  if (!sought) return list_of<Product>(call, product_json);
  // Of UTF-8, bytes that begin a character.
  const auto letters = std::ranges::count_if(
      *sought, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; });
  if (letters < 1 || letters > kSoughtLettersMax) {
    return fail(ApiError::kParameterInvalid,
                fmt::format("q: must have 1 to {} characters", kSoughtLettersMax));
  }
  const auto wish = call.page();
  if (!wish) return std::unexpected(wish.error());
  auto rows = core::all_rows<Product>(call.transaction(), call.tenant());
  if (!rows) return std::unexpected(rows.error());
  const std::string part = folded(*sought);
  const auto matches = [&](const Row<Product>& row) {
    return folded(row.value.name).contains(part) || folded(row.value.sku).contains(part) ||
           row.value.gtin.text().contains(part);
  };
  auto from = rows->begin();
  if (wish->starting_after) {
    from = std::ranges::find(*rows, *wish->starting_after, &Row<Product>::id);
    if (from != rows->end()) ++from;
  }
  std::vector<Row<Product>> found;
  std::copy_if(from, rows->end(), std::back_inserter(found), matches);
  return page_answer(found, wish->limit, product_json);
}

void add_products(api::Api& api, Services& services) {
  api.add({.operation = "list_products", .run = list_products});
  api.add({.operation = "create_product",
           .run = [&services](ApiCall& call) { return create_product(call, services); }});
  api.add({.operation = "get_product", .run = [](ApiCall& call) -> Result<ApiAnswer> {
             const auto row = need_row_in_path<Product, ProductId>(call);
             if (!row) return std::unexpected(row.error());
             return api::answer(200, product_json(*row));
           }});
  api.add({.operation = "update_product",
           .run = [&services](ApiCall& call) { return update_product(call, services); }});
}

// ---- Markets

json price_json(const ProductId& product, const Price& price) {
  return {{"product", product.text()},
          {"amount", json_of(price.amount)},
          {"tax_rate_bp", price.tax_rate_bp}};
}

json market_json(const Row<Market>& row) {
  json prices = json::array();
  for (const auto& [product, price] : row.value.prices)
    prices.push_back(price_json(product, price));
  return {{"id", row.id},
          {"name", row.value.name},
          {"currency", row.value.currency.text()},
          {"price_includes_tax", row.value.price_includes_tax},
          {"hold", json_of(row.value.hold)},
          {"review_level", static_cast<int>(row.value.review_level)},
          {"dispute_grant_max", json_of(commerce::dispute_grant_max(row.value))},
          {"review_error_max", json_of(commerce::review_error_max(row.value))},
          {"prices", std::move(prices)},
          {"created_at", to_string(row.created_at)},
          {"version", row.version}};
}

void read_rules(BodyReader& body, Market& market) {
  if (const auto includes = body.boolean_if("price_includes_tax")) {
    market.price_includes_tax = *includes;
  }
  if (const auto level = body.integer_if("review_level", 1, 5)) {
    market.review_level = static_cast<commerce::ReviewLevel>(*level);
  }
  if (body.has("dispute_grant_max")) market.dispute_grant_max = body.money("dispute_grant_max");
  if (body.has("review_error_max")) market.review_error_max = body.money("review_error_max");
}

Result<ApiAnswer> create_market(ApiCall& call, Services& services) {
  BodyReader body(call.body());
  Market market;
  market.id = call.world.new_id<MarketId>();
  market.tenant = call.tenant();
  market.name = body.text("name");
  const auto currency = Currency::parse(body.text("currency", 3));
  if (!currency) body.wrong("currency", "must be three capital letters, as of ISO 4217");
  market.currency = currency.value_or(Currency());
  market.hold = body.money("hold");
  read_rules(body, market);
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  if (auto right = check(market); !right) return std::unexpected(right.error());
  const auto row = create(call, services.board, std::move(market));
  if (!row) return std::unexpected(row.error());
  return api::answer(201, market_json(*row));
}

Result<ApiAnswer> save_market(ApiCall& call, Services& services, Row<Market>& row,
                              const std::function<ApiAnswer()>& answer) {
  if (auto right = check(row.value); !right) return std::unexpected(right.error());
  if (auto saved = save(call, services.board, row); !saved) return std::unexpected(saved.error());
  return answer();
}

Result<ApiAnswer> update_market(ApiCall& call, Services& services) {
  BodyReader body(call.body());
  const auto name = body.text_if("name");
  std::optional<Money> hold;
  if (body.has("hold")) hold = body.money("hold");
  Market rules;
  read_rules(body, rules);
  if (auto read = body.done_with_change(); !read) return std::unexpected(read.error());
  auto row = need_row_in_path<Market, MarketId>(call);
  if (!row) return std::unexpected(row.error());
  if (name) row->value.name = *name;
  if (hold) row->value.hold = *hold;
  read_rules(body, row->value);
  return save_market(call, services, *row, [&] { return api::answer(200, market_json(*row)); });
}

Result<ApiAnswer> put_price(ApiCall& call, Services& services) {
  BodyReader body(call.body());
  Price price{body.money("amount"), static_cast<int>(body.integer("tax_rate_bp", 0, 10'000))};
  if (auto read = body.done(); !read) return std::unexpected(read.error());
  auto row = need_row_in_path<Market, MarketId>(call);
  if (!row) return std::unexpected(row.error());
  const auto product = need_row_in_path<Product, ProductId>(call, "product");
  if (!product) return std::unexpected(product.error());
  row->value.prices[product->value.id] = price;
  return save_market(call, services, *row,
                     [&] { return api::answer(200, price_json(product->value.id, price)); });
}

Result<ApiAnswer> remove_price(ApiCall& call, Services& services) {
  auto row = need_row_in_path<Market, MarketId>(call);
  if (!row) return std::unexpected(row.error());
  const auto product = call.path_id<ProductId>("product");
  if (!product) return std::unexpected(product.error());
  if (row->value.prices.erase(*product) == 0) {
    return fail(ApiError::kNotFound, "the product has no price in this market");
  }
  return save_market(call, services, *row, [] { return api::no_content(); });
}

}  // namespace

void add_goods_routes(api::Api& api, Services& services) {
  add_products(api, services);
  add_photo_routes(api, services);
  api.add({.operation = "list_markets",
           .run = [](ApiCall& call) { return list_of<Market>(call, market_json); }});
  api.add({.operation = "create_market",
           .run = [&services](ApiCall& call) { return create_market(call, services); }});
  api.add({.operation = "get_market", .run = [](ApiCall& call) -> Result<ApiAnswer> {
             const auto row = need_row_in_path<Market, MarketId>(call);
             if (!row) return std::unexpected(row.error());
             return api::answer(200, market_json(*row));
           }});
  api.add({.operation = "update_market",
           .run = [&services](ApiCall& call) { return update_market(call, services); }});
  api.add({.operation = "put_price",
           .run = [&services](ApiCall& call) { return put_price(call, services); }});
  api.add({.operation = "remove_price",
           .run = [&services](ApiCall& call) { return remove_price(call, services); }});
}

}  // namespace tally::routes
