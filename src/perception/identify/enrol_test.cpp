#include "perception/identify/enrol.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "perception/inference/compile.hpp"
#include "perception/inference/tiny_graph.hpp"
#include "perception/vision/draw.hpp"

namespace tally::identify {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Enrol : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    root_ = fs::temp_directory_path() / ("tally_enrol_" + std::to_string(::getpid()));
    fs::remove_all(root_);
    fs::create_directories(root_);
    inference::write_tiny_graph(
        {.input = {1, 3, 64, 64}, .outputs = {{8}}, .gain = 0.02F, .unit_length = true},
        root_ / "tiny.xml");
    inference::CompileRequest request;
    request.graph = root_ / "tiny.xml";
    request.destination = root_ / "embedder";
    const auto compiled = inference::compile_onnx(request);
    ASSERT_TRUE(compiled) << compiled.error().message;
    auto opened = vision::Embedder::open(root_ / "embedder", {.threads = 1});
    ASSERT_TRUE(opened) << opened.error().message;
    embedder_ = std::move(*opened);
  }
  static void TearDownTestSuite() {
    embedder_.reset();
    fs::remove_all(root_);
  }
  void SetUp() override { photos_ = root_ / "photos"; }
  void TearDown() override { fs::remove_all(photos_); }

  // A photo of one colour.
  fs::path photo(const std::string& name, int width, int height, vision::Color color) const {
    vision::Picture picture{.size = {width, height}, .rgb = {}};
    for (int i = 0; i < width * height; ++i) {
      for (const std::uint8_t value : {color.red, color.green, color.blue}) {
        picture.rgb.push_back(value);
      }
    }
    write_file_atomically(photos_ / name, vision::encode_jpeg(picture).value()).value();
    return photos_ / name;
  }

  static fs::path root_;
  static std::unique_ptr<vision::Embedder> embedder_;
  fs::path photos_;
};
fs::path Enrol::root_;
std::unique_ptr<vision::Embedder> Enrol::embedder_;

TEST_F(Enrol, APhotoBecomesAVectorWithNameAndDigest) {
  const fs::path path = photo("cola/front.jpg", 200, 120, {200, 30, 40});
  const auto enrolled = enrol_photo(*embedder_, path);
  ASSERT_TRUE(enrolled) << enrolled.error().message;
  EXPECT_EQ(enrolled->name, "front.jpg");
  EXPECT_EQ(enrolled->sha256, sha256_hex_of_file(path).value());
  const auto again = enrol_photo(*embedder_, path);
  EXPECT_EQ(again->embedding, enrolled->embedding);
  Gallery gallery;
  gallery.embedder = identity_of(*embedder_);
  EXPECT_EQ(gallery.embedder.dimensions, 8U);
  EXPECT_TRUE(put_product(gallery, {"cola", {*enrolled}}));
}

TEST_F(Enrol, WhatIsNoUsablePhotoIsToldByName) {
  const auto error_of = [](const fs::path& path) {
    const auto enrolled = enrol_photo(*embedder_, path);
    EXPECT_FALSE(enrolled);
    if (!enrolled) EXPECT_THAT(enrolled.error().message, HasSubstr(path.string()));
    return enrolled ? std::string_view() : enrolled.error().code.name;
  };
  EXPECT_EQ(error_of(photos_ / "none.jpg"), "media.not_found");
  ASSERT_TRUE(write_file_atomically(photos_ / "text.jpg", "no photo"));
  EXPECT_EQ(error_of(photos_ / "text.jpg"), "media.not_video");
  EXPECT_EQ(error_of(photo("small.jpg", 200, kPhotoSideMin - 1, {1, 2, 3})), "enrol.too_small");
  EXPECT_TRUE(enrol_photo(*embedder_, photo("least.jpg", 200, kPhotoSideMin, {1, 2, 3})));
  const std::string whole = read_file(photo("cut.jpg", 200, 200, {9, 9, 9}), 1 << 20).value();
  ASSERT_TRUE(write_file_atomically(photos_ / "cut.jpg", whole.substr(0, whole.size() / 2)));
  EXPECT_EQ(error_of(photos_ / "cut.jpg"), "media.truncated");
}

TEST_F(Enrol, AFolderOfFoldersIsProductsWithPhotos) {
  for (const char* name : {"lime/2.JPG", "lime/1.jpeg", "cola/a.png", "cola/.hidden.jpg",
                           "cola/notes.txt", ".trash/x.jpg", "readme.jpg"}) {
    ASSERT_TRUE(write_file_atomically(photos_ / name, "x"));
  }
  const auto products = list_product_photos(photos_);
  ASSERT_TRUE(products) << products.error().message;
  ASSERT_EQ(products->size(), 2U);
  EXPECT_EQ(products->at(0).id, "cola");
  EXPECT_THAT(products->at(0).photos, ::testing::ElementsAre(photos_ / "cola" / "a.png"));
  EXPECT_THAT(products->at(1).photos,
              ::testing::ElementsAre(photos_ / "lime" / "1.jpeg", photos_ / "lime" / "2.JPG"));
}

TEST_F(Enrol, FoldersWithoutPhotosAreTold) {
  EXPECT_EQ(list_product_photos(photos_).error().code.name, "file.not_found");
  fs::create_directories(photos_);
  EXPECT_EQ(list_product_photos(photos_).error().code.name, "enrol.no_photos");
  ASSERT_TRUE(write_file_atomically(photos_ / "cola" / "notes.txt", "x"));
  const auto empty = list_product_photos(photos_);
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code.name, "enrol.no_photos");
  EXPECT_THAT(empty.error().message, HasSubstr("cola"));
}

TEST_F(Enrol, MorePhotosThanAreKeptAndNamesThatAreNoIdsAreTold) {
  for (std::size_t i = 0; i < kProductPhotosMax; ++i) {
    ASSERT_TRUE(write_file_atomically(photos_ / "cola" / (std::to_string(i) + ".jpg"), "x"));
  }
  EXPECT_TRUE(list_product_photos(photos_));
  ASSERT_TRUE(write_file_atomically(photos_ / "cola" / "more.jpg", "x"));
  EXPECT_EQ(list_product_photos(photos_).error().code.name, "enrol.too_many");
  fs::remove_all(photos_);
  ASSERT_TRUE(write_file_atomically(photos_ / "co\\la" / "1.jpg", "x"));
  EXPECT_EQ(list_product_photos(photos_).error().code.name, "gallery.value");
}

}  // namespace
}  // namespace tally::identify
