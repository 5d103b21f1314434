// What a server needs to be told before it starts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <barrier>
#include <fstream>
#include <thread>

#include "base/temporary_folder.hpp"
#include "server/serve/parts.hpp"
#include "server/serve/secrets.hpp"
#include "server/serve/serve.hpp"

namespace tally::serve {
namespace {

using ::testing::HasSubstr;

class Start : public ::testing::Test {
 protected:
  ServeOptions options() {
    ServeOptions options{.config = {}, .log = [](auto...) {}};
    options.config.data = folder_.path();
    options.config.http.port = 0;
    options.config.roles = {config::ServerRole::kApi};
    return options;
  }
  static std::string outcome(ServeOptions options) {
    const auto server = Serve::start(std::move(options), server::real_world());
    return server ? "started" : server.error().message;
  }

  TemporaryFolder folder_;
};

TEST_F(Start, AnApiWithoutMailIsRefusedAndToldWhatToWrite) {
  EXPECT_THAT(outcome(options()), HasSubstr("kind = \"smtp\""));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));  // Nothing was made.
}

TEST_F(Start, MailThatWasAskedForIsEnough) {
  ServeOptions given = options();
  given.mail = [](const mail::Letter&) {};
  EXPECT_EQ(outcome(std::move(given)), "started");
  ServeOptions printed = options();
  printed.config.mail.kind = config::MailKind::kPrint;
  EXPECT_EQ(outcome(std::move(printed)), "started");
}

TEST_F(Start, ADemoNeedsNoMail) {
  ServeOptions demo = options();
  demo.demo = true;
  EXPECT_EQ(outcome(std::move(demo)), "started");
}

TEST_F(Start, OnlyAServerOfItsOwnMachineTellsMetricsToAnybody) {
  EXPECT_TRUE(is_local({.address = "127.0.0.1"}));
  EXPECT_TRUE(is_local({.address = "::1"}));
  EXPECT_FALSE(is_local({.address = "127.0.0.1", .behind_proxy = true}));
  EXPECT_FALSE(is_local({.address = "0.0.0.0"}));
  EXPECT_FALSE(is_local({.address = "192.0.2.1"}));
}

TEST_F(Start, MoneyIsRealUnlessItIsSaidToBeATest) {
  config::Config config;
  EXPECT_EQ(is_live(config).value(), false);
  config.payments.provider = config::PaymentProvider::kStripe;
  EXPECT_FALSE(is_live(config));  // Nobody knows without a key.
  config.payments.secret.file = folder_ / "stripe";
  for (const auto& [key, live] :
       {std::pair("sk_test_1", false), std::pair("rk_test_1", false), std::pair("sk_live_1", true),
        std::pair("rk_live_1", true), std::pair("another", true)}) {
    std::ofstream(config.payments.secret.file) << key;
    EXPECT_EQ(is_live(config).value(), live) << key;
  }
}

TEST_F(Start, AllWhoStartAtOnceKeepOneSecretThatItsOwnerAloneReads) {
  config::Config config;
  config.data = folder_.path();
  std::vector<std::string> secrets(16);
  {
    std::barrier ready(std::ssize(secrets));
    std::vector<std::jthread> roles;
    for (std::string& secret : secrets) {
      roles.emplace_back([&] {
        ready.arrive_and_wait();
        secret = server_secret(config, server::real_world()).value_or("");
      });
    }
  }
  EXPECT_EQ(secrets[0].size(), 52U);  // 32 bytes in base 32.
  EXPECT_THAT(secrets, ::testing::Each(secrets[0]));
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    files.push_back(entry.path().filename());
    EXPECT_EQ(entry.status().permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  EXPECT_THAT(files, ::testing::ElementsAre("server.secret"));
}

TEST_F(Start, WhoeverSignsNobodyInNeedsNoMail) {
  ServeOptions workers = options();
  workers.config.roles = {config::ServerRole::kWorker};
  EXPECT_EQ(outcome(std::move(workers)), "started");
}

}  // namespace
}  // namespace tally::serve
