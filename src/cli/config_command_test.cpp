// tally config, as people call it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/testing_program.hpp"

namespace tally::cli {
namespace {

using testing::Ended;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Workplace;

TEST(ConfigCommand, ChecksAFileAndTheSecretsItNames) {
  const Workplace here;
  here.write("tally.toml", "version = 1\nsecret_file = \"key\"\n");
  const Ended missing = here.tally({"config", "check", "tally.toml"});
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.out, IsEmpty());
  EXPECT_THAT(missing.err, HasSubstr("error[config.secret]: tally.toml: secret: "));
  here.write("key", "s3cret\n");
  const Ended ended = here.tally({"config", "check", "tally.toml"});
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_EQ(ended.out, "tally.toml: ok\n");
}

TEST(ConfigCommand, ShowsWhatCountsWithoutSecrets) {
  const Workplace here;
  here.write("key", "s3cret\n");
  here.write("tally.toml", "version = 1\nsecret_file = \"key\"\n[http]\nport = 9000\n");
  const Ended ended = here.tally({"config", "show", "tally.toml"});
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("secret_file = \"key\"\n"));
  EXPECT_THAT(ended.out, HasSubstr("port = 9000\n"));
  EXPECT_THAT(ended.out, HasSubstr("grace_seconds = "));
  EXPECT_THAT(ended.out, Not(HasSubstr("s3cret")));
  here.write("whole.toml", ended.out);
  EXPECT_EQ(here.tally({"config", "show", "whole.toml"}).out, ended.out);
}

TEST(ConfigCommand, MistakesAreToldWithTheirPlace) {
  const Workplace here;
  here.write("tally.toml", "version = 1\nprot = 80\n");
  for (const char* what : {"check", "show"}) {
    const Ended ended = here.tally({"config", what, "tally.toml"});
    EXPECT_EQ(ended.exit_code, 2);
    EXPECT_THAT(ended.out, IsEmpty());
    EXPECT_THAT(ended.err, HasSubstr("error[config.syntax]: tally.toml:2:1: unknown key"));
    EXPECT_EQ(here.tally({"config", what, "none.toml"}).exit_code, 3);
  }
  EXPECT_EQ(here.tally({"config"}).exit_code, 2);
  EXPECT_EQ(here.tally({"config", "check"}).exit_code, 2);
}

}  // namespace
}  // namespace tally::cli
