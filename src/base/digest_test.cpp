#include "base/digest.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/files.hpp"

namespace tally {
namespace {

// The examples of FIPS 180-4.
TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, OfAFileEqualsThatOfItsBytes) {
  const auto path =
      std::filesystem::temp_directory_path() / ("tally_digest_" + std::to_string(::getpid()));
  const std::string content(700'000, 'x');
  ASSERT_TRUE(write_file_atomically(path, content));
  EXPECT_EQ(sha256_hex_of_file(path).value(), sha256_hex(content));
  std::filesystem::remove(path);
  EXPECT_EQ(sha256_hex_of_file(path).error().code.name, "file.not_found");
}

}  // namespace
}  // namespace tally
