#include "commerce/catalog.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "commerce/fields.hpp"
#include "commerce/goods_for_tests.hpp"
#include "commerce/tax.hpp"

namespace tally::commerce {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace testing;  // NOLINT: the shop of the tests.

void expect_wrong(const Result<void>& result, std::string_view field,
                  std::string_view code = "commerce.invalid") {
  ASSERT_FALSE(result) << field;
  EXPECT_THAT(result.error().message, StartsWith(std::string(field) + ": "));
  EXPECT_EQ(result.error().code.name, code);
}

TEST(Fields, TextIsUtf8WithoutControlCharacters) {
  for (const std::string_view good : {"a", "wine glass", "Käse 0,5 l", "水", "\U0001F34B"}) {
    EXPECT_TRUE(check_text("name", good)) << good;
  }
  for (const std::string_view wrong :
       {"", " a", "a ", "a\nb", "a\x7F", "\xC2\x85", "\xC3", "\xC0\xAF", "\xE0\x80\xAF",
        "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\x80", "\xE6\xB0"}) {
    EXPECT_FALSE(check_text("name", wrong)) << wrong;
  }
  EXPECT_FALSE(check_text("name", std::string_view("a\0b", 3)));
}

TEST(Fields, TextEndsAtItsLimit) {
  EXPECT_TRUE(check_text("name", std::string(kNameBytesMax, 'x')));
  expect_wrong(check_text("name", std::string(kNameBytesMax + 1, 'x')), "name", "commerce.limit");
}

TEST(Fields, DigestIsSixtyFourLowerCaseDigits) {
  EXPECT_TRUE(check_sha256("photo", digest('a')));
  for (const std::string& wrong : {std::string{}, std::string(63, 'a'), std::string(65, 'a'),
                                   digest('A'), digest('g'), digest('/')}) {
    expect_wrong(check_sha256("photo", wrong), "photo");
  }
}

TEST(Catalog, SaysWhichFieldOfAPlaceIsWrong) {
  EXPECT_TRUE(check(Tenant{kTenant, "Kiosk"}));
  expect_wrong(check(Tenant{{}, "Kiosk"}), "tenant.id");
  expect_wrong(check(Tenant{kTenant, ""}), "tenant.name");

  const Site site{id<SiteId>(1), kTenant, "Lobby", ""};
  EXPECT_TRUE(check(site));
  expect_wrong(check(Site{{}, kTenant, "Lobby", ""}), "site.id");
  expect_wrong(check(Site{site.id, {}, "Lobby", ""}), "site.tenant");
  expect_wrong(check(Site{site.id, kTenant, "", ""}), "site.name");
  expect_wrong(check(Site{site.id, kTenant, "Lobby", "1\n2"}), "site.address");

  EXPECT_TRUE(check(cabinet()));
  const auto with = [](auto change) {
    Cabinet wrong = cabinet();
    change(wrong);
    return check(wrong);
  };
  expect_wrong(with([](Cabinet& c) { c.id = {}; }), "cabinet.id");
  expect_wrong(with([](Cabinet& c) { c.tenant = {}; }), "cabinet.tenant");
  expect_wrong(with([](Cabinet& c) { c.site = {}; }), "cabinet.site");
  expect_wrong(with([](Cabinet& c) { c.market = {}; }), "cabinet.market");
  expect_wrong(with([](Cabinet& c) { c.name = ""; }), "cabinet.name");
}

TEST(Catalog, SaysWhichFieldOfAProductIsWrong) {
  const auto with = [](auto change) {
    Product wrong = product(kCola, "cola", "Cola");
    change(wrong);
    return check(wrong);
  };
  EXPECT_TRUE(with([](Product& p) { p.photos = {digest('a'), digest('b')}; }));
  expect_wrong(with([](Product& p) { p.id = {}; }), "product.id");
  expect_wrong(with([](Product& p) { p.tenant = {}; }), "product.tenant");
  expect_wrong(with([](Product& p) { p.sku = " cola"; }), "product.sku");
  expect_wrong(with([](Product& p) { p.name = "Cola\t"; }), "product.name");
  expect_wrong(with([](Product& p) { p.photos = {digest('a'), "b"}; }), "product.photos[1]");
  expect_wrong(with([](Product& p) { p.photos = {digest('a'), digest('b'), digest('a')}; }),
               "product.photos[2]", "commerce.duplicate");
}

TEST(Catalog, PhotosOfAProductEndAtTheirLimit) {
  Product many = product(kCola, "cola", "Cola");
  for (std::size_t i = 0; i < kPhotosMax; ++i) many.photos.push_back(fmt::format("{:064x}", i));
  EXPECT_TRUE(check(many));
  many.photos.push_back(digest('f'));
  expect_wrong(check(many), "product.photos", "commerce.limit");
}

TEST(Catalog, SaysWhichFieldOfAMarketIsWrong) {
  const auto with = [](auto change) {
    Market wrong = market();
    change(wrong);
    return check(wrong);
  };
  EXPECT_TRUE(with([](Market&) {}));
  expect_wrong(with([](Market& m) { m.currency = {}; }), "market.currency");
  expect_wrong(with([](Market& m) { m.id = {}; }), "market.id");
  expect_wrong(with([](Market& m) { m.tenant = {}; }), "market.tenant");
  expect_wrong(with([](Market& m) { m.name = ""; }), "market.name");
  EXPECT_TRUE(with([](Market& m) { m.hold = euros(1); }));
  EXPECT_TRUE(with([](Market& m) { m.hold = euros(kHoldMinorMax); }));
  expect_wrong(with([](Market& m) { m.hold = euros(0); }), "market.hold");
  expect_wrong(with([](Market& m) { m.hold = euros(kHoldMinorMax + 1); }), "market.hold");
  expect_wrong(with([](Market& m) { m.hold = {100, currency("USD")}; }), "market.hold");
  for (const int level : {1, 2, 3, 4, 5}) {
    EXPECT_TRUE(with([&](Market& m) { m.review_level = review_level(level).value(); }));
  }
  expect_wrong(with([](Market& m) { m.review_level = static_cast<ReviewLevel>(0); }),
               "market.review_level");
  expect_wrong(with([](Market& m) { m.review_level = static_cast<ReviewLevel>(6); }),
               "market.review_level");
}

TEST(Catalog, SaysWhichPriceIsWrong) {
  const auto with = [](Price price) {
    Market wrong = market();
    wrong.prices = {{kCola, price}};
    return check(wrong);
  };
  const std::string field = "market.prices[" + kCola.text() + "]";
  EXPECT_TRUE(with({euros(0), 0}));
  EXPECT_TRUE(with({euros(kPriceMinorMax), static_cast<int>(kTaxRateMax)}));
  expect_wrong(with({euros(-1), 0}), field + ".amount");
  expect_wrong(with({euros(kPriceMinorMax + 1), 0}), field + ".amount");
  expect_wrong(with({{100, currency("USD")}, 0}), field + ".amount");
  expect_wrong(with({euros(100), -1}), field + ".tax_rate_bp");
  expect_wrong(with({euros(100), static_cast<int>(kTaxRateMax) + 1}), field + ".tax_rate_bp");
  Market nameless = market();
  nameless.prices.emplace(ProductId{}, Price{euros(1), 0});
  expect_wrong(check(nameless), "market.prices[]");
}

TEST(Catalog, PricesOfAMarketEndAtTheirLimit) {
  Market many = market();
  many.prices.clear();
  for (std::uint32_t i = 0; i < kProductsMax; ++i) {
    many.prices.emplace(id<ProductId>(i), Price{euros(100), 700});
  }
  EXPECT_TRUE(check(many));
  many.prices.emplace(id<ProductId>(kProductsMax), Price{euros(100), 700});
  expect_wrong(check(many), "market.prices", "commerce.limit");
}

TEST(Catalog, FindsAProductByItsIdAndItsSku) {
  const Products all = products();
  EXPECT_EQ(all.find(kWater)->sku, "water");
  EXPECT_EQ(all.find_sku("water")->id, kWater);
  EXPECT_EQ(all.find(id<ProductId>(99)), nullptr);
  EXPECT_EQ(all.find_sku("wate"), nullptr);
  EXPECT_EQ(find_price(market(), kCola)->amount, euros(199));
  EXPECT_EQ(find_price(market(), kUnpriced), nullptr);
}

TEST(Catalog, ProductsOfATenantHaveAnIdAndASkuOfTheirOwn) {
  const auto of = [](Product second) {
    return Products::of(kTenant, {product(kCola, "cola", "Cola"), std::move(second)});
  };
  EXPECT_TRUE(of(product(kWater, "water", "Cola")));
  const auto same_sku = of(product(kWater, "cola", "Water"));
  ASSERT_FALSE(same_sku);
  EXPECT_EQ(same_sku.error().code.name, "commerce.duplicate");
  EXPECT_THAT(same_sku.error().message, StartsWith("product.sku: \"cola\""));
  const auto same_id = of(product(kCola, "water", "Water"));
  ASSERT_FALSE(same_id);
  EXPECT_THAT(same_id.error().message, StartsWith("product.id: "));
  Product foreign = product(kWater, "water", "Water");
  foreign.tenant = id<TenantId>(2);
  EXPECT_THAT(of(foreign).error().message, StartsWith("product.tenant: "));
  EXPECT_THAT(of(product(kWater, "water", "")).error().message, HasSubstr("product.name: "));
}

TEST(Catalog, ProductsOfATenantEndAtTheirLimit) {
  std::vector<Product> many;
  for (std::uint32_t i = 0; i < kProductsMax; ++i) {
    many.push_back(product(id<ProductId>(i), fmt::format("p{}", i), "Thing"));
  }
  EXPECT_TRUE(Products::of(kTenant, many));
  many.push_back(product(id<ProductId>(kProductsMax), "one more", "Thing"));
  EXPECT_EQ(Products::of(kTenant, many).error().code.name, "commerce.limit");
}

}  // namespace
}  // namespace tally::commerce
