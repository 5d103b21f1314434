#include "server/config/config.hpp"

#include <gmock/gmock.h>

#include <map>
#include <sstream>

#include "base/files.hpp"

namespace tally::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

Config read(const std::string& rest) {
  auto config = read_config("version = 1\n" + rest, "tally.toml");
  EXPECT_TRUE(config) << (config ? "" : config.error().message);
  return config.value_or(Config{});
}

// "code message"
std::string mistake(const std::string& rest) {
  const auto config = read_config("version = 1\n" + rest, "tally.toml");
  if (config) return "no mistake";
  return std::string(config.error().code.name) + " " + config.error().message;
}

TEST(Config, NothingButTheVersionIsAWholeFile) {
  const Config config = read("");
  EXPECT_EQ(config.data, "data");
  EXPECT_EQ(config.store.engine, StoreEngine::kSqlite);
  EXPECT_EQ(config.store.file, "data/store.db");
  EXPECT_EQ(config.http.address, "127.0.0.1");
  EXPECT_EQ(config.public_url, "http://127.0.0.1:8080");
  EXPECT_EQ(config.roles.size(), 4U);
  EXPECT_EQ(config.payments.provider, PaymentProvider::kSandbox);
  EXPECT_FALSE(config.payments.secret.given() || config.server_secret.given());
  EXPECT_EQ(config.session.grace, commerce::SessionPolicy{}.grace);
  EXPECT_EQ(config.mail.kind, MailKind::kNone);
  EXPECT_EQ(config.retention.raw_video, std::chrono::hours(72));
  EXPECT_EQ(config.log_level, LogLevel::kInfo);
}

constexpr const char* kWhole = R"(
data = "/var/lib/tally"
public_url = "https://shop.example.com/"
roles = ["gateway", "worker"]
secret_env = "TALLY_SECRET"
[http]
address = "::1"
port = 443
[store]
engine = "postgres"
connection_file = "connection.txt"
threads = 8
[retention]
raw_video_hours = 48
evidence_days = 30
export_hours = 12
[payments]
provider = "stripe"
secret_file = "stripe \"key\""
url = "http://localhost:12111"
webhook_secret_env = "STRIPE_WEBHOOK"
[mail]
kind = "smtp"
host = "smtp.example.com"
port = 465
security = "tls"
from = "tally <receipts@example.com>"
user = "tally"
password_file = "mail.txt"
[session]
grace_seconds = 1.5
footage_wait_hours = 24
[pipeline]
detector = "models/d"
embedder = "models/e"
slots = 3
threads = 2
[log]
level = "debug"
format = "json"
)";

TEST(Config, EveryKeyIsTaken) {
  const Config config = read(kWhole);
  EXPECT_EQ(config.data, "/var/lib/tally");
  EXPECT_EQ(config.public_url, "https://shop.example.com");
  EXPECT_THAT(config.roles, ElementsAre(ServerRole::kGateway, ServerRole::kWorker));
  EXPECT_EQ(config.server_secret.environment, "TALLY_SECRET");
  EXPECT_EQ(config.http.address, "::1");
  EXPECT_EQ(config.http.port, 443);
  EXPECT_EQ(config.store.engine, StoreEngine::kPostgres);
  EXPECT_EQ(config.store.connection_secret.file, "connection.txt");
  EXPECT_EQ(config.store.threads, 8);
  EXPECT_EQ(config.retention.raw_video, std::chrono::hours(48));
  EXPECT_EQ(config.retention.evidence, std::chrono::days(30));
  EXPECT_EQ(config.retention.exported, std::chrono::hours(12));
  EXPECT_EQ(config.payments.provider, PaymentProvider::kStripe);
  EXPECT_EQ(config.payments.secret.file, "stripe \"key\"");
  EXPECT_EQ(config.payments.url, "http://localhost:12111");
  EXPECT_EQ(config.session.grace, Duration(1'500));
  EXPECT_EQ(config.session.footage_wait, std::chrono::hours(24));
  EXPECT_EQ(config.pipeline.detector, "models/d");
  EXPECT_EQ(config.pipeline.embedder, "models/e");
  EXPECT_EQ(config.pipeline.slots, 3);
  EXPECT_EQ(config.pipeline.threads, 2);
  EXPECT_EQ(config.log_level, LogLevel::kDebug);
  EXPECT_EQ(config.log_format, LogFormat::kJson);
  EXPECT_EQ(config.payments.webhook_secret.environment, "STRIPE_WEBHOOK");
  EXPECT_EQ(config.mail.kind, MailKind::kSmtp);
  EXPECT_EQ(config.mail.smtp.host, "smtp.example.com");
  EXPECT_EQ(config.mail.smtp.port, 465);
  EXPECT_EQ(config.mail.smtp.security, mail::SmtpSecurity::kTls);
  EXPECT_EQ(config.mail.smtp.sender, "tally <receipts@example.com>");
  EXPECT_EQ(config.mail.smtp.user, "tally");
  EXPECT_EQ(config.mail.password.file, "mail.txt");
}

TEST(Config, WhatIsShownIsReadAgain) {
  for (const std::string text : {"", "[mail]\nkind = \"print\"", kWhole}) {
    const std::string shown = show(read(text));
    const auto again = read_config(shown, "shown");
    ASSERT_TRUE(again) << again.error().message << "\n" << shown;
    EXPECT_EQ(show(*again), shown);
  }
  EXPECT_THAT(show(read(kWhole)), HasSubstr("grace_seconds = 1.5\n"));
}

TEST(Config, UnknownKeysAreToldWithTheirPlace) {
  EXPECT_THAT(mistake("prot = 1"),
              StartsWith("config.syntax tally.toml:2:1: unknown key \"prot\""));
  for (const char* table :
       {"http", "store", "retention", "payments", "mail", "session", "pipeline", "log"}) {
    EXPECT_THAT(mistake("[" + std::string(table) + "]\n  x = 1"),
                StartsWith("config.syntax tally.toml:3:3: unknown key \"x\""));
    EXPECT_THAT(mistake(std::string(table) + " = 1"), StartsWith("config.syntax tally.toml:2:"));
  }
  EXPECT_THAT(mistake("[payments]\nsecret = \"sk_test\""), HasSubstr("secret_file, secret_env"));
}

TEST(Config, OtherVersionsAndTextsAreRefused) {
  EXPECT_EQ(read_config("", "x").error().code.name, "config.version");
  EXPECT_EQ(read_config("version = 2", "x").error().code.name, "config.version");
  EXPECT_EQ(read_config("version = = 1", "x").error().code.name, "config.syntax");
  std::string long_text = "version = 1\n";
  long_text.resize(kConfigBytesMax, '#');
  EXPECT_TRUE(read_config(long_text, "x"));
  EXPECT_EQ(read_config(long_text + "#", "x").error().code.name, "config.value");
}

TEST(Config, ValuesOutOfTheirRangeAreRefused) {
  for (const char* wrong :
       {"public_url = \"tally.example.com\"",
        "public_url = \"https://\"",
        "public_url = \"https://a@b\"",
        "public_url = \"https://a/?b\"",
        "public_url = \"http://:80\"",
        "roles = [\"api\", \"api\"]",
        "roles = [\"cook\"]",
        "[http]\naddress = \"localhost\"",
        "[http]\nport = 65536",
        "[http]\nport = -1",
        "[store]\nengine = \"mysql\"",
        "[store]\nthreads = 0",
        "[store]\nthreads = 65",
        "[store]\nfile = \"\"",
        "[store]\nfile = \"a\\u0000b\"",
        "[store]\nconnection = \"host=a\"",
        "[store]\nengine = \"postgres\"",
        "[store]\nengine = \"postgres\"\nfile = \"a\"\nconnection = \"host=a\"",
        "[store]\nengine = \"postgres\"\nconnection = \"host=a\"\nconnection_env = \"A\"",
        "[store]\nengine = \"postgres\"\nconnection = \"host=a password=b\"",
        "[store]\nengine = \"postgres\"\nconnection = \"postgresql://a:b@c/d\"",
        "[retention]\nraw_video_hours = 0",
        "[retention]\nraw_video_hours = 721",
        "[retention]\nevidence_days = 3651",
        "[payments]\nprovider = \"stripe\"",
        "[payments]\nprovider = \"sandbox\"\nsecret_env = \"A\"",
        "[payments]\nprovider = \"stripe\"\nsecret_env = \"A\"\nsecret_file = \"b\"",
        "[payments]\nprovider = \"stripe\"\nsecret_env = \"sk-live-1\"",
        "[payments]\nprovider = \"stripe\"\nsecret_env = \"1A\"",
        "[payments]\nprovider = \"sandbox\"\nwebhook_secret_env = \"A\"",
        "[mail]\nkind = \"smtp\"",
        "[mail]\nhost = \"a\"",
        "[mail]\nkind = \"print\"\nhost = \"a\"",
        "[mail]\nkind = \"smtp\"\nhost = \"a\"\nfrom = \"tally\"",
        "[mail]\nkind = \"smtp\"\nhost = \"a\"\nfrom = \"a@b\"\nport = 0",
        "[mail]\nkind = \"smtp\"\nhost = \"a\"\nfrom = \"a@b\"\nsecurity = \"ssl\"",
        "[mail]\nkind = \"smtp\"\nhost = \"a\"\nfrom = \"a@b\"\nuser = \"u\"",
        "[mail]\nkind = \"smtp\"\nhost = \"a\"\nfrom = \"a@b\"\npassword_env = \"A\"",
        "[mail]\nkind = \"smtp\"\nhost = \"a\"\nfrom = \"a@b\"\nuser = \"u\"\n"
        "password_env = \"A\"\nsecurity = \"none\"",
        "[log]\nformat = \"xml\"",
        "[session]\ngrace_seconds = 61",
        "[session]\nopen_timeout_seconds = 0",
        "[session]\ngrace_seconds = nan",
        "[pipeline]\nslots = 0",
        "[pipeline]\nslots = 65",
        "[pipeline]\nthreads = 1025",
        "[log]\nlevel = \"loud\""}) {
    EXPECT_THAT(mistake(wrong), StartsWith("config.value tally.toml:")) << wrong;
  }
  for (const char* wrong :
       {"roles = []", "roles = \"api\"", "[http]\nport = \"80\"", "[log]\nlevel = 1", "data = 1"}) {
    EXPECT_THAT(mistake(wrong), StartsWith("config.syntax tally.toml:")) << wrong;
  }
  read("[store]\nengine = \"postgres\"\nconnection = \"postgresql://a@c:5432/d\"");
}

TEST(Config, TheDocsHaveEveryKey) {
  const auto docs =
      read_file(std::filesystem::path(TALLY_SOURCE_DIR) / "docs/config.md", std::size_t{1} << 20U);
  ASSERT_TRUE(docs) << docs.error().message;
  std::istringstream lines(show(read(kWhole)) + show(read("")));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t end = line.find(" = ");
    if (end == std::string::npos) continue;
    EXPECT_THAT(*docs, HasSubstr("`" + line.substr(0, end) + "`"));
  }
}

TEST(Config, TextsHaveTheirLimits) {
  const auto data = [](std::size_t size) { return "data = \"" + std::string(size, 'a') + "\""; };
  const std::string shown = show(read(data(kDataBytesMax)));
  EXPECT_TRUE(read_config(shown, "shown"));
  EXPECT_THAT(mistake(data(kDataBytesMax + 1)), StartsWith("config.value"));
  const auto file = [](std::size_t size) {
    return "[store]\nfile = \"" + std::string(size, 'a') + "\"";
  };
  read(file(kTextBytesMax));
  EXPECT_THAT(mistake(file(kTextBytesMax + 1)), StartsWith("config.value"));
}

TEST(Config, PathsOfAFileBeginWithItsFolder) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "tally_config_test";
  std::filesystem::create_directories(folder);
  ASSERT_TRUE(write_file_atomically(folder / "tally.toml",
                                    "version = 1\nsecret_file = \"/abs\"\n[pipeline]\n"
                                    "detector = \"d\"\n"));
  const auto config = load_config(folder / "tally.toml");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->data, folder / "data");
  EXPECT_EQ(config->store.file, folder / "data/store.db");
  EXPECT_EQ(config->pipeline.detector, folder / "d");
  EXPECT_EQ(config->pipeline.embedder, "");
  EXPECT_EQ(config->server_secret.file, "/abs");
  EXPECT_EQ(load_config(folder / "none.toml").error().code.name, "config.unreadable");
  std::filesystem::remove_all(folder);
}

TEST(Config, NamesWhereTheMetricsTokenLies) {
  const Config config = read("[http]\nbehind_proxy = true\nmetrics_token_file = \"token\"");
  EXPECT_EQ(config.http.metrics_token.file, "token");
  const auto again = read_config(show(config), "shown");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->http.metrics_token.file, "token");
  EXPECT_TRUE(again->http.behind_proxy);
  EXPECT_THAT(mistake("[http]\nmetrics_token = \"clear\""), HasSubstr("metrics_token_file"));
}

TEST(Secrets, AreReadFromFileOrEnvironment) {
  std::map<std::string, std::string> files{{"key", "s3cret\r\n"}, {"empty", "\n"}};
  files["long"] = std::string(kSecretBytesMax + 1, 'a');
  files["longest"] = std::string(kSecretBytesMax, 'a');
  const SecretReader reader{
      .file = [&](const std::filesystem::path& path) -> Result<std::string> {
        if (files.contains(path)) return files[path];
        return fail(FileError::kNotFound, path.string() + " is not there");
      },
      .environment = [](const std::string& name) -> std::optional<std::string> {
        if (name == "KEY") return "from the environment";
        return std::nullopt;
      }};
  EXPECT_EQ(resolve_secret({}, reader).value(), std::nullopt);
  EXPECT_EQ(resolve_secret({.file = "key"}, reader).value(), "s3cret");
  EXPECT_EQ(resolve_secret({.environment = "KEY"}, reader).value(), "from the environment");
  EXPECT_TRUE(resolve_secret({.file = "longest"}, reader));
  for (const SecretSource& none :
       {SecretSource{.file = "no"}, {.file = "empty"}, {.file = "long"}, {.environment = "NO"}}) {
    EXPECT_EQ(resolve_secret(none, reader).error().code.name, "config.secret");
  }
  Config config = read(kWhole);
  config.store.connection_secret = {.file = "key"};
  config.server_secret = {.file = "key"};
  config.payments.secret = {.file = "key"};
  config.payments.webhook_secret = {.environment = "KEY"};
  config.mail.password = {.file = "key"};
  EXPECT_TRUE(check_secrets(config, reader));
  config.payments.secret = {.file = "no"};
  EXPECT_THAT(check_secrets(config, reader).error().message, StartsWith("payments.secret: "));
  config.payments.secret = {.file = "key"};
  config.mail.password = {.file = "no"};
  EXPECT_THAT(check_secrets(config, reader).error().message, StartsWith("mail.password: "));
  EXPECT_EQ(show(config).find("s3cret"), std::string::npos);
}

}  // namespace
}  // namespace tally::config
