#include "perception/identify/gallery_text.hpp"

#include <gmock/gmock.h>

#include "perception/identify/testing_gallery.hpp"

namespace tally::identify {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

GalleryText example() {
  GalleryText text;
  text.gallery = testing::gallery(
      {testing::product("cola é", {{1, 0, 0}, {0, 1, 0}}), testing::product("lime", {{0, 0, 1}})});
  text.embeddings_sha256 = std::string(64, 'a');
  text.embeddings_file = embeddings_file_of(text.embeddings_sha256);
  return text;
}

TEST(GalleryText, ReadsBackWhatItWrites) {
  const std::string written = gallery_text(example());
  const auto read = parse_gallery(written, "gallery.json");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(gallery_text(*read), written);
  EXPECT_EQ(read->gallery.embedder, example().gallery.embedder);
  ASSERT_EQ(read->gallery.products.size(), 2U);
  EXPECT_EQ(read->gallery.products[0].id, "cola é");
  EXPECT_EQ(read->gallery.products[0].photos[1].name, "1.jpg");
}

struct Mistake {
  const char* what;
  const char* from;  // Replaced in the example's text …
  const char* to;    // … by this.
  const char* code;
  const char* words;
};

class GalleryMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(GalleryMistakes, AreToldWithTheirPlace) {
  std::string text = gallery_text(example());
  const std::size_t at = text.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, std::string_view(GetParam().from).size(), GetParam().to);
  const auto read = parse_gallery(text, "g.json");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code.name, GetParam().code);
  EXPECT_THAT(read.error().message, StartsWith("g.json: "));
  EXPECT_THAT(read.error().message, HasSubstr(GetParam().words));
}

INSTANTIATE_TEST_SUITE_P(
    , GalleryMistakes,
    ::testing::Values(
        Mistake{"not_json", "{", "", "gallery.syntax",
                "not JSON: parse error at line 2, column 11"},
        Mistake{"schema", "gallery.v1", "gallery.v2", "gallery.version",
                "enrol the products again"},
        Mistake{"schema_missing", "\"schema\"", "\"scheme\"", "gallery.syntax", "\"schema\""},
        Mistake{"unknown", "\"products\"", "\"more\": 1, \"products\"", "gallery.syntax",
                "unknown key \"more\" in the file"},
        Mistake{"unknown_photo", "\"name\": \"0.jpg\"", "\"name\": \"0.jpg\", \"x\": 0",
                "gallery.syntax", "unknown key \"x\" in products[0].photos[0]"},
        Mistake{"missing", "\"dimensions\"", "\"values\"", "gallery.syntax",
                "\"dimensions\" is missing in embedder"},
        Mistake{"type", "\"dimensions\": 3", "\"dimensions\": \"3\"", "gallery.value",
                "embedder.dimensions"},
        Mistake{"negative", "\"dimensions\": 3", "\"dimensions\": -3", "gallery.value",
                "embedder.dimensions"},
        Mistake{"large", "\"dimensions\": 3", "\"dimensions\": 4097", "gallery.value", "2 to 4096"},
        Mistake{"digest", "\"sha256\": \"eeee", "\"sha256\": \"EEEE", "gallery.value",
                "embedder.sha256"},
        Mistake{"vectors_file", "\"file\": \"embeddings", "\"file\": \"../embeddings",
                "gallery.value", "does not fit"},
        Mistake{"id_text", "\"id\": \"lime\"", "\"id\": 5", "gallery.syntax", "products[1].id"},
        Mistake{"id_slash", "\"id\": \"lime\"", "\"id\": \"l/me\"", "gallery.value", "slash"},
        Mistake{"order", "\"id\": \"lime\"", "\"id\": \"cola\"", "gallery.value", "out of order"},
        Mistake{"twice", "\"id\": \"lime\"", "\"id\": \"cola é\"", "gallery.value", "there twice"},
        Mistake{"name", "\"0.jpg\"", "\"\\u0007.jpg\"", "gallery.value", "control character"},
        Mistake{"products", "\"products\": [", "\"products\": 4, \"x\": [", "gallery.syntax",
                "unknown key"}),
    [](const auto& info) { return std::string(info.param.what); });

TEST(GalleryText, HostileTextsAreErrors) {
  for (const std::string& text :
       {std::string(), std::string(1, '\0'), std::string("\xff\xfe"), std::string(100'000, '['),
        std::string("null"), std::string("[]"), std::string("\"a\""), std::string("{}"),
        std::string(R"({"schema": 1})"), std::string(R"({"schema": {}})")}) {
    EXPECT_FALSE(parse_gallery(text, "g"));
  }
}

TEST(GalleryText, PhotosAndProductsHaveLimits) {
  GalleryText text = example();
  const GalleryPhoto photo = text.gallery.products[1].photos[0];
  text.gallery.products[1].photos.assign(kProductPhotosMax, photo);
  EXPECT_TRUE(parse_gallery(gallery_text(text), "g"));
  text.gallery.products[1].photos.push_back(photo);
  EXPECT_EQ(parse_gallery(gallery_text(text), "g").error().code.name, "gallery.limit");
  text.gallery.products[1].photos.clear();
  EXPECT_EQ(parse_gallery(gallery_text(text), "g").error().code.name, "gallery.limit");
  text.gallery.products.clear();
  for (std::size_t i = 0; i < kGalleryProductsMax; ++i) {
    text.gallery.products.push_back({fmt::format("{:05}", i), {photo}});
  }
  EXPECT_TRUE(parse_gallery(gallery_text(text), "g"));
  text.gallery.products.push_back({"99999", {photo}});
  EXPECT_EQ(parse_gallery(gallery_text(text), "g").error().code.name, "gallery.limit");
}

}  // namespace
}  // namespace tally::identify
