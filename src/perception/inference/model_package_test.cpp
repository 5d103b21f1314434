#include "perception/inference/model_package.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "perception/inference/manifest.hpp"

namespace tally::inference {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;

// A package whose graph is never opened here.
class LoadPackage : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("tally_package_" + std::to_string(::getpid()));
    fs::remove_all(folder_);
    package_.name = "tiny";
    package_.source = "a test";
    package_.licence = "Apache-2.0";
    package_.input.tensor = {"images", ElementType::kF32, {1, 3, 32, 32}};
    package_.outputs = {{"output0", ElementType::kF32, {1, 6, 21}}};
    package_.class_names = {"bottle", "can"};
    package_.graph_file = "model.onnx";
    package_.golden = {"in.bin", {"out.bin"}, {4}, 0.001F};
    add("model.onnx", "graph");
    add("in.bin", std::string(32 * 32 * 3, 'p'));
    add("out.bin", std::string(32 * 4, 'o'));  // 126 values, every 4th kept: 32.
    write_manifest();
  }
  void TearDown() override { fs::remove_all(folder_); }

  void add(const std::string& name, const std::string& content) {
    ASSERT_TRUE(write_file_atomically(folder_ / name, content));
    std::erase_if(package_.files, [&](const PackagedFile& file) { return file.name == name; });
    package_.files.push_back({name, sha256_hex(content)});
  }
  void write_manifest() {
    ASSERT_TRUE(write_file_atomically(folder_ / kManifestFile, manifest_text(package_)));
  }
  [[nodiscard]] Error error() const { return load_package(folder_).error(); }

  fs::path folder_;
  ModelPackage package_;
};

TEST_F(LoadPackage, GivesWhatWasWritten) {
  const auto loaded = load_package(folder_);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->name, "tiny");
  EXPECT_EQ(loaded->folder, folder_);
  EXPECT_EQ(loaded->sha256, sha256_hex_of_file(folder_ / kManifestFile).value());
}

TEST_F(LoadPackage, TellsAMissingFolderFromAFolderWithoutPackage) {
  EXPECT_EQ(load_package(folder_ / "none").error().code.kind, ErrorKind::kNotFound);
  EXPECT_THAT(load_package(folder_ / "model.onnx").error().message, HasSubstr("is a file"));
  fs::remove(folder_ / kManifestFile);
  EXPECT_EQ(error().code.name, "package.not_found");
  EXPECT_THAT(error().message, HasSubstr("holds no model.toml"));
}

TEST_F(LoadPackage, NoticesEveryChangedOrMissingFile) {
  for (const char* name : {"model.onnx", "in.bin", "out.bin"}) {
    SCOPED_TRACE(name);
    const std::string content = read_file(folder_ / name, 10'000).value();
    std::string changed = content;
    changed.back() ^= 1;
    ASSERT_TRUE(write_file_atomically(folder_ / name, changed));
    EXPECT_EQ(error().code.name, "package.digest");
    EXPECT_THAT(error().message, HasSubstr(name));
    fs::remove(folder_ / name);
    EXPECT_EQ(error().code.name, "package.digest");
    ASSERT_TRUE(write_file_atomically(folder_ / name, content));
    EXPECT_TRUE(load_package(folder_));
  }
}

TEST_F(LoadPackage, GoldenFilesMustHaveTheSizeOfTheirShapes) {
  add("out.bin", std::string(31 * 4, 'o'));
  write_manifest();
  EXPECT_EQ(error().code.name, "package.inconsistent");
  EXPECT_THAT(error().message, HasSubstr("call for 128"));
  add("out.bin", std::string(32 * 4, 'o'));
  add("in.bin", "short");
  write_manifest();
  EXPECT_EQ(error().code.name, "package.inconsistent");
}

TEST_F(LoadPackage, MessagesOfTheManifestNameTheFile) {
  ASSERT_TRUE(write_file_atomically(folder_ / kManifestFile, "format = 1\nx = 2\n"));
  EXPECT_THAT(error().message, HasSubstr((folder_ / kManifestFile).string() + ":"));
}

}  // namespace
}  // namespace tally::inference
