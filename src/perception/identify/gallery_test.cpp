#include "perception/identify/gallery.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "base/files.hpp"
#include "perception/identify/testing_gallery.hpp"

namespace tally::identify {
namespace {
namespace fs = std::filesystem;
using testing::gallery;
using ::testing::HasSubstr;
using testing::product;

class GalleryFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("tally_gallery_" + std::to_string(::getpid()));
    fs::remove_all(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  // The file of vectors; there must be one.
  [[nodiscard]] fs::path vectors() const {
    fs::path found;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      if (entry.path().extension() != ".bin") continue;
      EXPECT_TRUE(found.empty()) << "more than one";
      found = entry.path();
    }
    return found;
  }
  [[nodiscard]] Error error() const { return load_gallery(folder_).error(); }

  fs::path folder_;
};

TEST_F(GalleryFolder, GivesBackWhatWasSaved) {
  Gallery written =
      gallery({product("lime", {{0, 0, 1}}), product("cola", {{1, 0, 0}, {0, 1, 0}})});
  ASSERT_TRUE(save_gallery(written, folder_));
  const auto read = load_gallery(folder_);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->sha256, written.sha256);
  ASSERT_EQ(read->products.size(), 2U);
  EXPECT_EQ(read->products[0].id, "cola");
  EXPECT_EQ(read->products[0].photos[1].embedding, (vision::Embedding{0, 1, 0}));
  EXPECT_EQ(read->find("lime")->photos[0].sha256, written.find("lime")->photos[0].sha256);
  EXPECT_EQ(read->find("lemon"), nullptr);
}

TEST_F(GalleryFolder, SavingAgainLeavesNothingOfTheOldOne) {
  Gallery shelf = gallery({product("cola", {{1, 0, 0}})});
  ASSERT_TRUE(save_gallery(shelf, folder_));
  const fs::path before = vectors();
  ASSERT_TRUE(put_product(shelf, product("lime", {{0, 0, 1}})));
  ASSERT_TRUE(save_gallery(shelf, folder_));
  EXPECT_NE(vectors(), before);
  EXPECT_EQ(load_gallery(folder_)->products.size(), 2U);
  ASSERT_TRUE(remove_product(shelf, "cola"));
  ASSERT_TRUE(remove_product(shelf, "lime"));
  ASSERT_TRUE(save_gallery(shelf, folder_));
  EXPECT_TRUE(load_gallery(folder_)->products.empty());
}

// A save that was cut off has written vectors and no gallery.json yet.
TEST_F(GalleryFolder, AReaderSeesTheOldGalleryUntilTheNewOneIsWhole) {
  Gallery shelf = gallery({product("cola", {{1, 0, 0}})});
  ASSERT_TRUE(save_gallery(shelf, folder_));
  ASSERT_TRUE(write_file_atomically(folder_ / "embeddings-0000000000000000.bin", "half"));
  EXPECT_EQ(load_gallery(folder_)->products.size(), 1U);
  ASSERT_TRUE(save_gallery(shelf, folder_));
  EXPECT_TRUE(fs::exists(vectors()));
}

TEST_F(GalleryFolder, AChangeBySomebodyElseIsNotOverwritten) {
  Gallery mine = gallery({product("cola", {{1, 0, 0}})});
  ASSERT_TRUE(save_gallery(mine, folder_));
  Gallery theirs = load_gallery(folder_).value();
  ASSERT_TRUE(put_product(theirs, product("lime", {{0, 0, 1}})));
  ASSERT_TRUE(save_gallery(theirs, folder_));
  ASSERT_TRUE(put_product(mine, product("kiwi", {{0, 1, 0}})));
  EXPECT_EQ(save_gallery(mine, folder_).error().code.kind, ErrorKind::kConflict);
  Gallery fresh = gallery();
  EXPECT_EQ(save_gallery(fresh, folder_).error().code.kind, ErrorKind::kConflict);
  EXPECT_NE(load_gallery(folder_)->find("lime"), nullptr);
}

TEST_F(GalleryFolder, WhatIsMissingOrChangedIsTold) {
  EXPECT_EQ(error().code.name, "gallery.not_found");
  Gallery shelf = gallery({product("cola", {{1, 0, 0}})});
  ASSERT_TRUE(save_gallery(shelf, folder_));
  const fs::path file = vectors();
  std::string bytes = read_file(file, 1000).value();
  bytes.back() ^= 1;
  ASSERT_TRUE(write_file_atomically(file, bytes));
  EXPECT_EQ(error().code.name, "gallery.digest");
  ASSERT_TRUE(write_file_atomically(file, bytes + "more"));
  EXPECT_EQ(error().code.name, "gallery.digest");
  fs::remove(file);
  EXPECT_EQ(error().code.name, "gallery.digest");
  EXPECT_THAT(error().message, HasSubstr("enrol the products again"));
  ASSERT_TRUE(write_file_atomically(folder_ / kGalleryFile, "{"));
  EXPECT_EQ(error().code.name, "gallery.syntax");
}

TEST_F(GalleryFolder, APlaceThatCannotBeWrittenIsTold) {
  ASSERT_TRUE(write_file_atomically(folder_, "a file"));
  Gallery shelf = gallery({product("cola", {{1, 0, 0}})});
  EXPECT_EQ(save_gallery(shelf, folder_).error().code.name, "file.unwritable");
  EXPECT_TRUE(shelf.sha256.empty());
}

TEST(Gallery, BelongsToTheEmbedderThatMadeIt) {
  const Gallery shelf = gallery();
  EXPECT_TRUE(check_embedder(shelf, shelf.embedder, "g"));
  for (const EmbedderIdentity& other : {EmbedderIdentity{"made-up", std::string(64, 'f'), 3},
                                        EmbedderIdentity{"other", shelf.embedder.sha256, 3},
                                        EmbedderIdentity{"made-up", shelf.embedder.sha256, 4}}) {
    const auto checked = check_embedder(shelf, other, "g");
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code.name, "gallery.embedder");
    EXPECT_THAT(checked.error().message, HasSubstr("give the right --model"));
  }
}

TEST(Gallery, AProductIsReplacedByItsNamesake) {
  Gallery shelf = gallery({product("b", {{1, 0, 0}}), product("a", {{0, 1, 0}})});
  ASSERT_TRUE(put_product(shelf, product("b", {{0, 0, 1}, {0, 1, 0}})));
  ASSERT_EQ(shelf.products.size(), 2U);
  EXPECT_EQ(shelf.products[0].id, "a");
  EXPECT_EQ(shelf.find("b")->photos.size(), 2U);
}

TEST(Gallery, RefusesWhatIsNoProductAndStaysAsItIs) {
  Gallery shelf = gallery({product("a", {{0, 1, 0}})});
  const auto refused = [&](const GalleryProduct& bad) {
    const auto put = put_product(shelf, bad);
    EXPECT_EQ(shelf.products.size(), 1U);
    return put ? std::string_view() : put.error().code.name;
  };
  EXPECT_EQ(refused(product("b", {})), "gallery.value");
  EXPECT_EQ(refused(product("b", {{1, 0}})), "gallery.value");
  EXPECT_EQ(refused(product("b", {{1, 1, 0}})), "gallery.value");
  EXPECT_EQ(refused(product("b", {{std::nanf(""), 0, 0}})), "gallery.value");
  GalleryProduct nameless = product("b", {{1, 0, 0}});
  nameless.photos[0].name = "a\nb";
  EXPECT_EQ(refused(nameless), "gallery.value");
  EXPECT_EQ(refused(product("b", std::vector(kProductPhotosMax + 1, vision::Embedding{1, 0, 0}))),
            "gallery.limit");
  EXPECT_TRUE(
      put_product(shelf, product("b", std::vector(kProductPhotosMax, vision::Embedding{1, 0, 0}))));
}

TEST(Gallery, HoldsSoManyProductsAndNoMore) {
  Gallery shelf = gallery();
  const GalleryProduct one = product("one", {{1, 0, 0}});
  for (std::size_t i = 0; i < kGalleryProductsMax; ++i) {
    shelf.products.push_back({fmt::format("{:05}", i), one.photos});
  }
  EXPECT_EQ(put_product(shelf, one).error().code.name, "gallery.limit");
  EXPECT_TRUE(put_product(shelf, product("00007", {{0, 1, 0}})));
}

TEST(Gallery, RemovingWhatIsNotThereIsNotFound) {
  Gallery shelf = gallery({product("a", {{0, 1, 0}})});
  EXPECT_EQ(remove_product(shelf, "b").error().code.kind, ErrorKind::kNotFound);
  EXPECT_TRUE(remove_product(shelf, "a"));
  EXPECT_TRUE(shelf.products.empty());
}

TEST(ProductId, MustDoAsAFoldersName) {
  for (const char* good : {"p01", "Water 0,5 l", "чай", "a.b", "-x", "0"}) {
    EXPECT_EQ(id_problem(good), "") << good;
  }
  for (const char* bad : {"", "a/b", "a\\b", ".", "..", ".hidden", " a", "a ", "a\nb", "\xff"}) {
    EXPECT_NE(id_problem(bad), "") << bad;
  }
  EXPECT_EQ(id_problem(std::string(kProductIdBytesMax, 'i')), "");
  EXPECT_NE(id_problem(std::string(kProductIdBytesMax + 1, 'i')), "");
}

}  // namespace
}  // namespace tally::identify
