// The server's one configuration file: TOML, `version = 1`. docs/config.md describes every key.
//
// An unknown key, a value of the wrong type or out of its range is an error with line and column.
// Every key has a default, so `version = 1` alone is a whole file. Secrets never stand in it: a
// file or a variable of the environment is named, and read by resolve_secret() when it is needed.
//
// Thread-safety: values and pure functions; load_config() and system_secrets() read files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "commerce/session.hpp"
#include "platform/retention.hpp"
#include "server/log.hpp"
#include "server/mail/smtp_options.hpp"

namespace tally::config {

enum class ConfigError : std::uint8_t {
  kUnreadable,  // The file can't be read.
  kSyntax,      // Not TOML, an unknown key, or a value of the wrong type.
  kVersion,     // Made for another format version.
  kValue,       // A value out of its range, or that does not fit the others.
  kSecret,      // What names a secret leads to none.
};
[[nodiscard]] ErrorCode code_of(ConfigError error);

inline constexpr std::size_t kConfigBytesMax = 1U << 16U;
inline constexpr std::size_t kTextBytesMax = 4'000;  // Of a path or text in it.
inline constexpr std::size_t kDataBytesMax = 3'000;  // Of the data folder: more is put behind it.
inline constexpr std::size_t kSecretBytesMax = 1U << 13U;
inline constexpr int kSlotsMax = 64;
inline constexpr int kPipelineThreadsMax = 1024;

// Parts of the server; one process may play them all.
enum class ServerRole : std::uint8_t { kApi, kGateway, kWorker, kPipeline };
[[nodiscard]] std::string_view name_of(ServerRole role);
[[nodiscard]] std::optional<ServerRole> parse_server_role(std::string_view name);

enum class StoreEngine : std::uint8_t { kSqlite, kPostgres };
enum class PaymentProvider : std::uint8_t { kSandbox, kStripe };
// kNone: nowhere, with which no API starts but a demo's. kPrint: whoever reads the log can sign in.
enum class MailKind : std::uint8_t { kNone, kPrint, kSmtp };
enum class LogFormat : std::uint8_t { kText, kJson };
using server::LogLevel;
[[nodiscard]] std::string_view name_of(StoreEngine engine);
[[nodiscard]] std::string_view name_of(PaymentProvider provider);

// Where a secret lies; at most one of the two.
struct SecretSource {
  std::filesystem::path file{};
  std::string environment{};
  [[nodiscard]] bool given() const { return !file.empty() || !environment.empty(); }
};

struct Config {
  std::filesystem::path data = "data";  // Folder for the store, blobs, and secrets made here.
  std::string public_url;               // Without a slash at the end; default: of the listener.
  std::vector<ServerRole> roles{ServerRole::kApi, ServerRole::kGateway, ServerRole::kWorker,
                                ServerRole::kPipeline};
  struct Http {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;  // 0: any that is free.
    // All requests come through a proxy, which sets X-Forwarded-For; else anybody could write it.
    bool behind_proxy = false;
    // Whoever shows it may read /metrics; without one only a server that nobody but this machine
    // reaches tells them.
    SecretSource metrics_token{};
  } http;
  struct Store {
    StoreEngine engine = StoreEngine::kSqlite;
    std::filesystem::path file;      // SQLite; default: store.db in the data folder.
    std::string connection;          // PostgreSQL, libpq's text without a password; or
    SecretSource connection_secret;  // the whole of it.
    int threads = 4;
  } store;
  // The key of MACs (shoppers' codes, door tokens); default: one is made in the data folder.
  SecretSource server_secret;
  platform::Retention retention;
  struct Payments {
    PaymentProvider provider = PaymentProvider::kSandbox;
    SecretSource secret;          // Stripe's API key.
    std::string url;              // Stripe's API; default: https://api.stripe.com
    SecretSource webhook_secret;  // Stripe's "whsec_…".
  } payments;
  struct Mail {
    MailKind kind = MailKind::kNone;
    mail::SmtpOptions smtp;  // But its password, which is
    SecretSource password;   // here.
  } mail;
  commerce::SessionPolicy session;
  struct Pipeline {
    std::filesystem::path detector;  // Model packages; default: those that tally ships.
    std::filesystem::path close_up;
    std::filesystem::path embedder;
    int slots = 2;    // Sessions watched at the same time; more wait.
    int threads = 0;  // Of the engine. 0: one for each core.
  } pipeline;
  LogLevel log_level = LogLevel::kInfo;
  LogFormat log_format = LogFormat::kText;
};

// Paths are as in the text. `where` names the text in messages. Errors: ConfigError.
Result<Config> read_config(std::string_view text, std::string_view where);

// Relative paths are relative to the file's folder. Errors: ConfigError.
Result<Config> load_config(const std::filesystem::path& file);

// The whole configuration as such a file, defaults filled in; names where secrets lie, not them.
// read_config() reads it again.
[[nodiscard]] std::string show(const Config& config);

// How secrets are read.
struct SecretReader {
  std::function<Result<std::string>(const std::filesystem::path&)> file;
  std::function<std::optional<std::string>(const std::string&)> environment;
};
[[nodiscard]] SecretReader system_secrets();

// The secret without the line's end after it; nothing where no source is given. Errors: kSecret
// where it can't be read, is empty, or has more than kSecretBytesMax.
Result<std::optional<std::string>> resolve_secret(const SecretSource& source,
                                                  const SecretReader& reader);
// Whether every secret that is named can be read.
Result<void> check_secrets(const Config& config, const SecretReader& reader);

}  // namespace tally::config
